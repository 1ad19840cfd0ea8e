package dev.residua.monitor;

import dev.residua.drift.ChangePointEstimate;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.QuietRunLength;
import dev.residua.drift.Threshold;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Change detector of one source and its alarm. Mutable, for one thread. */
public final class ChangeMonitor {
  /**
   * A reference with its share of the false-alarm budget.
   *
   * @param reference numbers of quiet frames
   * @param threshold level at which the alarm starts
   * @param levels at which the alarm starts and ends
   * @param quiet levels that quiet frames pass at a known rate
   * @param condition under which the run length holds
   */
  record Thresholds(
      DriftReference reference,
      Threshold threshold,
      DriftAlarm.Levels levels,
      QuietRunLength.Levels quiet,
      String condition) {
    static final String NOMINAL =
        "blocks of the source's nominal frames are exchangeable with blocks of the reference; the run length is an average over references of its size";

    static Thresholds of(DriftReference reference, double runLength) {
      return of(reference, length -> reference.threshold(length).value(), runLength, NOMINAL);
    }

    /**
     * Other thresholds of a reference.
     *
     * @param value of the statistic for a mean run length
     */
    static Thresholds of(
        DriftReference reference, DoubleUnaryOperator value, double runLength, String condition) {
      Threshold own = reference.threshold(runLength);
      Threshold used =
          new Threshold(
              runLength,
              (float) value.applyAsDouble(runLength),
              own.estimatedRunLength(),
              own.low(),
              own.high(),
              own.extrapolated());
      return new Thresholds(
          reference,
          used,
          DriftAlarm.Levels.of(value, runLength),
          QuietRunLength.Levels.of(value, runLength),
          condition);
    }
  }

  /**
   * State between two samples.
   *
   * @param change start of the change behind the alarm
   */
  public record State(DriftAlarm alarm, Change change, DriftDetector.State samples) {}

  /**
   * Start of the change of an alarm, in samples seen before it.
   *
   * @param at most likely
   * @param low lower end of the interval
   * @param high upper end
   * @param coverage of the interval
   */
  public record Change(long at, long low, long high, double coverage) {
    static final Change NONE = new Change(0, 0, 0, 0);
  }

  Thresholds thresholds;
  final DriftReading reading;
  final DriftDetector detector;
  private DriftAlarm alarm;
  private Change change;
  private DriftDetector.@Nullable Shifts beforeRestart; // if the last sample restarted memories

  /** Fewest frames since a change whose mean can be taken as normal. */
  private static final int FEWEST_RECENTRED = 32;

  private static Change change(ChangePointEstimate estimate, long seen) {
    return new Change(
        seen - estimate.samplesAgo(),
        seen - estimate.highAgo(),
        seen - estimate.lowAgo(),
        estimate.coverage());
  }

  private ChangeMonitor(
      Thresholds thresholds, DriftDetector detector, DriftAlarm alarm, Change change) {
    this.thresholds = thresholds;
    this.detector = detector;
    this.reading = detector.newReading();
    this.alarm = alarm;
    this.change = change;
  }

  /**
   * A monitor without samples.
   *
   * @param spare whose memory is reused, if it has the same reference
   */
  static ChangeMonitor start(Thresholds thresholds, @Nullable ChangeMonitor spare) {
    DriftDetector detector = reusable(thresholds, spare);
    if (detector == null) {
      detector = new DriftDetector(thresholds.reference());
    } else {
      detector.restart();
    }
    return new ChangeMonitor(thresholds, detector, DriftAlarm.QUIET, Change.NONE);
  }

  private static @Nullable DriftDetector reusable(
      Thresholds thresholds, @Nullable ChangeMonitor spare) {
    return spare != null && spare.thresholds.reference() == thresholds.reference()
        ? spare.detector
        : null;
  }

  DriftAlarm.Change next(float[] sample) {
    detector.update(sample, reading);
    DriftAlarm.Step step = alarm.next(reading, thresholds.levels());
    alarm = step.next();
    beforeRestart = null;
    if (alarm.restartsMemories(detector.count())) {
      beforeRestart = detector.shifts(reading);
      detector.restartMemories();
    }
    switch (step.change()) {
      case NONE -> {}
      case STARTED -> change = change(detector.changePoint(reading), detector.count());
      case ENDED -> {
        detector.restartMemories();
        change = Change.NONE;
      }
    }
    return step.change();
  }

  /**
   * The shift that would make the present normal.
   *
   * @param means per number, in its units
   * @param refusal why the shift does not do that; null if it does
   */
  record Recentring(float[] means, @Nullable String refusal) {}

  /**
   * Returns the shift of the mean since the change. It is refused if a detector with this shift as
   * its normal would alarm on the same samples. Empty without an alarm.
   */
  Optional<Recentring> recentring() {
    int frames = (int) Math.min(FrameHistory.KEPT, detector.count() - alarm.changePoint());
    if (!alarm.drifting() || frames == 0) {
      return Optional.empty();
    }
    float[] means = detector.meanDeviations(frames);
    if (frames < FEWEST_RECENTRED) {
      return Optional.of(
          new Recentring(
              means,
              "only %d frames show the change; repeat the order when there are %d"
                  .formatted(frames, FEWEST_RECENTRED)));
    }
    DriftDetector shifted = new DriftDetector(thresholds.reference());
    DriftReading result = shifted.newReading();
    for (int back = frames; back > 0; back--) {
      float[] sample = detector.sample(back);
      for (int k = 0; k < sample.length; k++) {
        sample[k] -= means[k];
      }
      shifted.update(sample, result);
      if (result.statistic() >= thresholds.levels().enter()) {
        return Optional.of(
            new Recentring(
                means,
                "more than a mean has shifted, so that the detector would alarm again; train a"
                    + " model on the new normal instead"));
      }
    }
    return Optional.of(new Recentring(means, null));
  }

  /** Returns how the samples of the chart that leads deviate from normal. */
  DriftDetector.Shifts shifts() {
    return beforeRestart == null ? detector.shifts(reading) : beforeRestart;
  }

  /** Returns the means of the last samples; zeros if there is no sample. */
  float[] means(int maxSamples) {
    int samples = (int) Math.min(maxSamples, detector.count());
    return samples == 0
        ? new float[thresholds.reference().latents()]
        : detector.meanDeviations(samples);
  }

  /** Continues with thresholds for another run length, of the same reference. */
  void retarget(Thresholds next) {
    thresholds = next;
  }

  void restart() {
    detector.restart();
    alarm = DriftAlarm.QUIET;
    change = Change.NONE;
  }

  /** When the change of the alarm began; meaningless while none is on. */
  Change change() {
    return change;
  }

  DriftAlarm alarm() {
    return alarm;
  }

  State state() {
    return new State(alarm, change, detector.state());
  }

  /**
   * Continues from a state.
   *
   * @param spare whose memory is reused, if it has the same reference
   * @throws IllegalArgumentException if the state belongs to another reference
   */
  static ChangeMonitor restore(Thresholds thresholds, State state, @Nullable ChangeMonitor spare) {
    DriftDetector detector =
        DriftDetector.restore(thresholds.reference(), state.samples(), reusable(thresholds, spare));
    return new ChangeMonitor(thresholds, detector, state.alarm(), state.change());
  }
}
