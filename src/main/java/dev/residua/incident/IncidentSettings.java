package dev.residua.incident;

/**
 * When an incident opens, escalates and ends. The levels of the statistics themselves belong to the
 * detectors: an alarm starts at the level of the false-alarm budget and ends after a stretch below
 * a lower level; these settings count frames with an alarm on.
 *
 * @param alarmFrames {@code k}: frames with an alarm among the last {@code ofFrames} that open an
 *     incident, at least 1. More than 1 lowers the false alarms below the budget and delays
 *     incidents
 * @param ofFrames {@code n}, at least {@code alarmFrames}, at most 64
 * @param resolveFrames frames in a row without an alarm that resolve it, at least 1
 * @param cooldownFrames frames after the resolution within which a new alarm reopens the same
 *     incident instead of opening another, at least 0
 * @param criticalFrames frames after which an open incident becomes critical, at least 1
 */
public record IncidentSettings(
    int alarmFrames, int ofFrames, int resolveFrames, int cooldownFrames, int criticalFrames) {
  /**
   * One alarm opens; a second of quiet at 20 frames per second ends; critical after five minutes.
   */
  public static final IncidentSettings DEFAULTS = new IncidentSettings(1, 1, 20, 200, 6_000);

  public IncidentSettings {
    if (alarmFrames < 1 || ofFrames < alarmFrames || ofFrames > 64) {
      throw new IllegalArgumentException(
          "incidents need 1 <= alarmFrames <= ofFrames <= 64 but got %d and %d"
              .formatted(alarmFrames, ofFrames));
    }
    if (resolveFrames < 1) {
      throw new IllegalArgumentException(
          "resolveFrames must be at least 1 but was " + resolveFrames);
    }
    if (cooldownFrames < 0) {
      throw new IllegalArgumentException(
          "cooldownFrames must be at least 0 but was " + cooldownFrames);
    }
    if (criticalFrames < 1) {
      throw new IllegalArgumentException(
          "criticalFrames must be at least 1 but was " + criticalFrames);
    }
  }
}
