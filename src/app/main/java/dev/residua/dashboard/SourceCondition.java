package dev.residua.dashboard;

import java.time.Duration;

/** State of a source; declared in the order in which pages list them. */
public enum SourceCondition {
  /** An incident that is not a drift is open. */
  ANOMALOUS,
  /** An incident of a drift is open, or the drift statistic is at its threshold. */
  DRIFTING,
  /** No frame has arrived for much longer than usual. */
  SILENT,
  /**
   * No calibration applies to it yet: it still learns its normal state, or the learned state needs
   * a review. Only faults of its sensor and silence are reported.
   */
  NOT_WATCHED,
  /** Its longest window of the drift detector is not filled yet. */
  WARMING_UP,
  /** An operator silenced it. */
  MAINTENANCE,
  /** None of these. */
  NORMAL;

  private static final Duration LEAST_SILENCE = Duration.ofSeconds(10);
  private static final int USUAL_INTERVALS = 20;

  /**
   * Present facts about a source.
   *
   * @param maintained true if no incident may open for it
   * @param incident true if an incident is open that is not about silence
   * @param drift true if that is a drift
   * @param beyondThreshold true if the drift statistic is at or above its threshold
   * @param watched true if a calibration applies to it
   * @param warmingUp true if its longest window is not filled yet
   * @param sinceLastFrame time since its last frame was scored
   * @param interval usual time between two frames; zero if unknown
   */
  record Facts(
      boolean maintained,
      boolean incident,
      boolean drift,
      boolean beyondThreshold,
      boolean watched,
      boolean warmingUp,
      Duration sinceLastFrame,
      Duration interval) {}

  /** Returns the condition of a source. An open incident takes precedence. */
  static SourceCondition of(Facts facts) {
    if (facts.incident()) {
      return facts.drift() ? DRIFTING : ANOMALOUS;
    }
    if (facts.maintained()) {
      return MAINTENANCE;
    }
    if (facts.sinceLastFrame().compareTo(silence(facts.interval())) > 0) {
      return SILENT;
    }
    if (!facts.watched()) {
      return NOT_WATCHED;
    }
    if (facts.warmingUp()) {
      return WARMING_UP;
    }
    return facts.beyondThreshold() ? DRIFTING : NORMAL;
  }

  /** Returns the time without a frame after which a source is silent. */
  static Duration silence(Duration interval) {
    Duration usual = interval.multipliedBy(USUAL_INTERVALS);
    return usual.compareTo(LEAST_SILENCE) > 0 ? usual : LEAST_SILENCE;
  }
}
