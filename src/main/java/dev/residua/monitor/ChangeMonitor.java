package dev.residua.monitor;

import dev.residua.drift.ChangePointEstimate;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.Threshold;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One detector of one source and its alarm. Bytes: {@code alarm (fixed) | change (fixed) | detector
 * (fixed for d values)}. Mutable, for one thread.
 */
final class ChangeMonitor {
  /**
   * A reference with its share of the false-alarm budget.
   *
   * @param reference what quiet looks like
   * @param threshold level at which the alarm goes on
   * @param levels both levels
   */
  record Limits(DriftReference reference, Threshold threshold, DriftAlarm.Levels levels) {
    static Limits of(DriftReference reference, double runLength) {
      return new Limits(
          reference, reference.threshold(runLength), DriftAlarm.Levels.of(reference, runLength));
    }
  }

  final Limits limits;
  final DriftReading reading;
  final DriftDetector detector;
  private DriftAlarm alarm;
  private Change change;

  /**
   * When the change of the alarm began, in samples seen before it.
   *
   * @param at most likely
   * @param low lower end of the interval
   * @param high upper end
   * @param coverage of the interval
   */
  record Change(long at, long low, long high, double coverage) {
    static final Change NONE = new Change(0, 0, 0, 0);
    static final int BYTES = 3 * Long.BYTES + Double.BYTES;

    static Change of(ChangePointEstimate estimate, long seen) {
      return new Change(
          seen - estimate.samplesAgo(),
          seen - estimate.highAgo(),
          seen - estimate.lowAgo(),
          estimate.coverage());
    }
  }

  private ChangeMonitor(Limits limits, DriftDetector detector, DriftAlarm alarm, Change change) {
    this.limits = limits;
    this.detector = detector;
    this.reading = detector.newReading();
    this.alarm = alarm;
    this.change = change;
  }

  /**
   * One that has seen nothing.
   *
   * @param spare of the same limits, whose memory is taken over
   */
  static ChangeMonitor start(Limits limits, @Nullable ChangeMonitor spare) {
    DriftDetector detector;
    if (spare == null) {
      detector = new DriftDetector(limits.reference());
    } else {
      detector = spare.detector;
      detector.restart();
    }
    return new ChangeMonitor(limits, detector, DriftAlarm.QUIET, Change.NONE);
  }

  /** Takes one sample; says what it did to the alarm. */
  DriftAlarm.Change next(float[] sample) {
    detector.update(sample, reading);
    DriftAlarm.Step step = alarm.next(reading, limits.levels());
    alarm = step.next();
    if (alarm.forgets(detector.count())) {
      detector.forgetSlow();
    }
    switch (step.change()) {
      case NONE -> {}
      case STARTED -> change = Change.of(detector.changePoint(reading), detector.count());
      case ENDED -> {
        detector.forgetSlow();
        change = Change.NONE;
      }
    }
    return step.change();
  }

  /** Forgets all samples and the alarm. */
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

  static int stateBytes(int values) {
    return DriftAlarm.BYTES + Change.BYTES + DriftDetector.stateBytes(values);
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(stateBytes(limits.reference().latents()))
        .put(alarm.toBytes())
        .putLong(change.at())
        .putLong(change.low())
        .putLong(change.high())
        .putDouble(change.coverage())
        .put(detector.state())
        .array();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @param spare of the same limits, whose memory is taken over
   * @throws IllegalArgumentException if it has another size or belongs to another reference
   */
  static ChangeMonitor fromBytes(Limits limits, byte[] bytes, @Nullable ChangeMonitor spare) {
    int expected = stateBytes(limits.reference().latents());
    if (bytes.length != expected) {
      throw new IllegalArgumentException(
          "detector state of %d bytes, expected %d".formatted(bytes.length, expected));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte[] alarm = new byte[DriftAlarm.BYTES];
    in.get(alarm);
    Change change = new Change(in.getLong(), in.getLong(), in.getLong(), in.getDouble());
    byte[] detector = new byte[in.remaining()];
    in.get(detector);
    return new ChangeMonitor(
        limits,
        DriftDetector.restore(limits.reference(), detector, spare == null ? null : spare.detector),
        DriftAlarm.fromBytes(alarm),
        change);
  }
}
