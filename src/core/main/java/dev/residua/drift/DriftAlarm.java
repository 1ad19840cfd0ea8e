package dev.residua.drift;

import java.util.function.DoubleUnaryOperator;

/**
 * Hysteresis that makes one alarm of an interval of high readings. Immutable: every reading gives
 * the next state.
 *
 * <pre>
 *  statistic >= enter: STARTED QUIET -----------------------------> DRIFTING ^                                     | +--- leaveReadings in a row < leave --+   ENDED
 * </pre>
 *
 * <p>An alarm that a window has raised or confirmed ends when the windows are quiet, even if the
 * charts with a memory still show it. An alarm that only a memory shows ends when all charts are
 * quiet for {@link Levels#SLOW_READINGS}. Meanwhile the caller restarts the memories at that
 * interval ({@link #restartsMemories}), so that the charts show the present.
 *
 * @param drifting true if an alarm is on
 * @param slow true if only a chart with a memory shows it
 * @param startedAt samples seen when it started, 0 while quiet
 * @param changePoint estimated samples before the change, at most {@code startedAt}; 0 while quiet
 * @param below readings in a row below the leave level while drifting
 * @param peak largest statistic of the alarm, 0 while quiet
 */
public record DriftAlarm(
    boolean drifting, boolean slow, long startedAt, long changePoint, int below, float peak) {
  /** No alarm. */
  public static final DriftAlarm QUIET = new DriftAlarm(false, false, 0, 0, 0, 0);

  public DriftAlarm {
    if (startedAt < 0 || changePoint < 0 || changePoint > startedAt || below < 0) {
      throw new IllegalArgumentException(
          "drift alarm started at %d with change point %d and %d readings below"
              .formatted(startedAt, changePoint, below));
    }
  }

  /** Effect of a reading on the alarm. */
  public enum Change {
    NONE,
    STARTED,
    ENDED
  }

  /**
   * The two levels.
   *
   * @param enter the alarm starts when the statistic is at least this
   * @param leave readings below this count towards its end, at most {@code enter}
   * @param leaveReadings how many of them in a row end it, at least 1
   */
  public record Levels(float enter, float leave, int leaveReadings) {
    /**
     * Readings below the leave level that end an alarm. The statistic remembers the longest window
     * anyway, so a quarter of it is enough, and the next fault does not count as the same drift.
     */
    public static final int LEAVE_READINGS = DriftSettings.MAX_SCALE / 4;

    /** Readings below the leave level that end an alarm which only a memory shows. */
    public static final int SLOW_READINGS = 2 * DriftSettings.MAX_SCALE;

    public Levels {
      if (!(leave <= enter) || leaveReadings < 1) {
        throw new IllegalArgumentException(
            "drift levels must have leave <= enter and leaveReadings >= 1 but were %s, %s and %d"
                .formatted(leave, enter, leaveReadings));
      }
    }

    /**
     * Enters at the threshold for a target run length and leaves below that for a hundredth of it
     * (at least 100 samples).
     */
    public static Levels of(DriftReference reference, double targetRunLength) {
      return of(length -> reference.threshold(length).value(), targetRunLength);
    }

    /**
     * Levels for given thresholds.
     *
     * @param threshold value of the statistic for a mean run length
     */
    public static Levels of(DoubleUnaryOperator threshold, double targetRunLength) {
      double leave = Math.min(targetRunLength, Math.max(100, targetRunLength / 100));
      return new Levels(
          (float) threshold.applyAsDouble(targetRunLength),
          (float) threshold.applyAsDouble(leave),
          LEAVE_READINGS);
    }
  }

  /** Next state and the change to it. */
  public record Step(DriftAlarm next, Change change) {}

  /** The state after one more reading. */
  public Step next(DriftReading reading, Levels levels) {
    float statistic = reading.statistic();
    if (!drifting) {
      if (statistic < levels.enter() || !reading.named()) {
        return new Step(this, Change.NONE);
      }
      long t = reading.samples();
      return new Step(
          new DriftAlarm(
              true, reading.slow() >= statistic, t, Math.max(0, t - reading.scale()), 0, statistic),
          Change.STARTED);
    }
    boolean stillSlow = slow && reading.windows() < levels.enter();
    float remaining = stillSlow ? statistic : reading.windows();
    int newBelow = remaining < levels.leave() ? below + 1 : 0;
    if (newBelow >= (stillSlow ? Levels.SLOW_READINGS : levels.leaveReadings())) {
      return new Step(QUIET, Change.ENDED);
    }
    return new Step(
        new DriftAlarm(
            true, stillSlow, startedAt, changePoint, newBelow, Math.max(peak, statistic)),
        Change.NONE);
  }

  /** Returns true if the memories are due to restart after this number of samples. */
  public boolean restartsMemories(long samples) {
    return drifting && slow && (samples - startedAt) % Levels.SLOW_READINGS == 0;
  }
}
