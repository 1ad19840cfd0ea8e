package dev.residua.incident;

import dev.residua.causal.Finding.Severity;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.Map;

/**
 * When an incident opens, escalates and ends. The levels of the statistics themselves belong to the
 * detectors: an alarm starts at the level of the false-alarm budget and ends after an interval
 * below a lower level; these settings count frames with an alarm on.
 *
 * @param alarmFrames {@code k}: frames with an alarm among the last {@code ofFrames} that open an
 *     incident, at least 1. More than 1 lowers the false alarms below the budget and delays
 *     incidents
 * @param ofFrames {@code n}, at least {@code alarmFrames}, at most 64
 * @param resolveFrames frames in a row without an alarm that resolve it, at least 1
 * @param cooldownFrames frames after the resolution within which the same problem reopens its
 *     incident instead of opening another, at least 0
 * @param criticalFrames open frames, all flaps together, after which an incident is critical, at
 *     least 1
 * @param flapLimit reopenings after which an incident is flapping, at least 1
 * @param maximumAge age, in capture time, at which an incident is closed and another follows, above
 *     0
 * @param lowestSeverity severity of an incident that opens, if its finding is less severe
 * @param labels labels of an incident that opens
 */
@RecordBuilder
public record IncidentSettings(
    int alarmFrames,
    int ofFrames,
    int resolveFrames,
    int cooldownFrames,
    int criticalFrames,
    int flapLimit,
    Duration maximumAge,
    Severity lowestSeverity,
    Map<String, String> labels)
    implements IncidentSettingsBuilder.With {
  /**
   * One alarm opens; a second of quiet at 20 frames per second ends; critical after five minutes.
   */
  public static final IncidentSettings DEFAULTS =
      new IncidentSettings(1, 1, 20, 200, 6_000, 5, Duration.ofDays(30), Severity.INFO, Map.of());

  public IncidentSettings {
    labels = Map.copyOf(labels);
    if (alarmFrames < 1 || ofFrames < alarmFrames || ofFrames > 64) {
      throw new IllegalArgumentException(
          "incidents need 1 <= alarmFrames <= ofFrames <= 64 but got %d and %d"
              .formatted(alarmFrames, ofFrames));
    }
    atLeast(1, "resolveFrames", resolveFrames);
    atLeast(0, "cooldownFrames", cooldownFrames);
    atLeast(1, "criticalFrames", criticalFrames);
    atLeast(1, "flapLimit", flapLimit);
    if (maximumAge.isNegative() || maximumAge.isZero()) {
      throw new IllegalArgumentException("maximumAge must be above 0 but was " + maximumAge);
    }
  }

  private static void atLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d but was %d".formatted(name, least, value));
    }
  }
}
