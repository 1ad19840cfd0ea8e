package dev.residua.feedback;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.Finding;
import dev.residua.drift.DriftEvent;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Alarms of one incident.
 *
 * @param shifts shift of each latent that an alarm of the residuals named, the largest of all such
 *     alarms, with its sign, in standard deviations of the residual
 * @param others whether anything alarmed that a suppression cannot cover, such as the picture
 */
public record IncidentAlarms(Map<String, Double> shifts, boolean others) {
  /** Nothing is known. */
  public static final IncidentAlarms NONE = new IncidentAlarms(Map.of(), false);

  public IncidentAlarms {
    shifts = Map.copyOf(shifts);
  }

  /** Alarms of a drift. */
  public static IncidentAlarms of(DriftEvent event) {
    if (event.kind() != DriftEvent.Kind.ONSET || event.channel() == DriftEvent.Channel.EVIDENCE) {
      return NONE; // neither opens an incident
    }
    if (event.channel() == DriftEvent.Channel.PICTURE || event.finding().causes().isEmpty()) {
      return new IncidentAlarms(Map.of(), true);
    }
    Map<String, Double> shifts = new TreeMap<>();
    for (Finding.Cause cause : event.finding().causes()) {
      shifts.put(cause.latent(), cause.evidence() / Math.sqrt(Math.max(1, event.window())));
    }
    return new IncidentAlarms(shifts, false);
  }

  /** Alarms of an unusual frame. */
  public static IncidentAlarms of(AnomalyEvent event) {
    return event.kind() == AnomalyKind.RESIDUAL ? NONE : new IncidentAlarms(Map.of(), true);
  }

  /** Both. */
  public IncidentAlarms and(IncidentAlarms more) {
    Map<String, Double> all = new TreeMap<>(shifts);
    more.shifts.forEach(
        (latent, shift) -> all.merge(latent, shift, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a));
    return new IncidentAlarms(all, others || more.others);
  }

  /** The shift of a latent, if nothing else alarmed; in standard deviations, with its sign. */
  public OptionalDouble onlyShift(String latent) {
    Double shift = shifts.get(latent);
    return shift == null || shifts.size() > 1 || others
        ? OptionalDouble.empty()
        : OptionalDouble.of(shift);
  }
}
