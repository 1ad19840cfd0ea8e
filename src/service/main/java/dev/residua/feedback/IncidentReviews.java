package dev.residua.feedback;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.drift.DriftEvent;
import dev.residua.feedback.ReviewedIncident.Verdict;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Collects incidents, their alarms and their reviews. Bounded: of more than {@value #MOST}
 * incidents, and as many alarms, those that changed last stay. Not for several threads.
 */
public final class IncidentReviews {
  /** Most incidents. */
  public static final int MOST = 5_000;

  private final Map<String, Incident> incidents = new LinkedHashMap<>();
  private final Map<String, IncidentAlarms> alarms = new LinkedHashMap<>();

  /** The next state of an incident. */
  public void incident(Incident incident) {
    put(incidents, incident.id(), incident);
  }

  /** A drift began or ended. */
  public void alarmed(DriftEvent event) {
    alarmed(event.finding().incidentId(), IncidentAlarms.of(event));
  }

  /** A frame was unusual. */
  public void alarmed(AnomalyEvent event) {
    alarmed(event.finding().incidentId(), IncidentAlarms.of(event));
  }

  private void alarmed(String incidentId, IncidentAlarms more) {
    if (!more.equals(IncidentAlarms.NONE)) {
      put(alarms, incidentId, alarms.getOrDefault(incidentId, IncidentAlarms.NONE).and(more));
    }
  }

  /**
   * All incidents, the last changed last. An incident that became a part of another, or continued
   * under another diagnosis, is not one of its own: its alarms and its verdict are the other's.
   *
   * @param orders that stand, in their order
   */
  public List<ReviewedIncident> all(Iterable<ControlCommand> orders) {
    Map<String, Verdict> verdicts = new HashMap<>();
    for (ControlCommand order : orders) {
      if (order instanceof Feedback feedback) {
        verdicts.put(
            feedback.incidentId(),
            new Verdict(feedback.verdict() == FeedbackVerdict.TRUE_ALARM, feedback.order().at()));
      }
    }
    Map<String, String> parts = new HashMap<>(); // a part to its whole
    for (Incident one : incidents.values()) {
      if (one.follows() != null) {
        parts.put(one.follows(), one.id());
      }
      if (one.mergedInto() != null) {
        parts.put(one.id(), one.mergedInto());
      }
    }
    Map<String, IncidentAlarms> together = new HashMap<>();
    Map<String, Verdict> said = new HashMap<>();
    alarms.forEach((id, some) -> together.merge(whole(id, parts), some, IncidentAlarms::and));
    verdicts.forEach((id, verdict) -> said.merge(whole(id, parts), verdict, Verdict::later));
    List<ReviewedIncident> all = new ArrayList<>();
    for (Incident one : incidents.values()) {
      if (!parts.containsKey(one.id()) && one.reason() != Reason.REDIAGNOSED) {
        all.add(
            new ReviewedIncident(
                one,
                together.getOrDefault(one.id(), IncidentAlarms.NONE),
                Optional.ofNullable(said.get(one.id()))));
      }
    }
    return all;
  }

  private static String whole(String id, Map<String, String> parts) {
    String at = id;
    for (int steps = 0; parts.containsKey(at) && steps < parts.size(); steps++) {
      at = parts.get(at);
    }
    return at;
  }

  private static <V> void put(Map<String, V> map, String key, V value) {
    map.remove(key); // so that the newest are last
    map.put(key, value);
    if (map.size() > MOST) {
      map.remove(map.keySet().iterator().next());
    }
  }
}
