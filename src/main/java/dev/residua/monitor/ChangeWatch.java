package dev.residua.monitor;

import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.Threshold;
import java.nio.ByteBuffer;

/**
 * One detector of one source and its alarm. Bytes: {@code alarm (fixed) | detector (fixed for d
 * values)}. Mutable, for one thread.
 */
final class ChangeWatch {
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
  DriftDetector detector;
  private DriftAlarm alarm;

  private ChangeWatch(Limits limits, DriftDetector detector, DriftAlarm alarm) {
    this.limits = limits;
    this.detector = detector;
    this.reading = detector.newReading();
    this.alarm = alarm;
  }

  static ChangeWatch start(Limits limits) {
    return new ChangeWatch(limits, new DriftDetector(limits.reference()), DriftAlarm.QUIET);
  }

  /** Takes one sample; says what it did to the alarm. */
  DriftAlarm.Change next(float[] sample) {
    detector.update(sample, reading);
    DriftAlarm.Step step = alarm.next(reading, limits.levels());
    alarm = step.next();
    return step.change();
  }

  /** Forgets all samples and the alarm. */
  void restart() {
    detector = new DriftDetector(limits.reference());
    alarm = DriftAlarm.QUIET;
  }

  DriftAlarm alarm() {
    return alarm;
  }

  static int stateBytes(int values) {
    return DriftAlarm.BYTES + DriftDetector.stateBytes(values);
  }

  byte[] toBytes() {
    return ByteBuffer.allocate(stateBytes(limits.reference().latents()))
        .put(alarm.toBytes())
        .put(detector.state())
        .array();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if it has another size or belongs to another reference
   */
  static ChangeWatch fromBytes(Limits limits, byte[] bytes) {
    int expected = stateBytes(limits.reference().latents());
    if (bytes.length != expected) {
      throw new IllegalArgumentException(
          "detector state of %d bytes, expected %d".formatted(bytes.length, expected));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte[] alarm = new byte[DriftAlarm.BYTES];
    in.get(alarm);
    byte[] detector = new byte[in.remaining()];
    in.get(detector);
    return new ChangeWatch(
        limits, DriftDetector.restore(limits.reference(), detector), DriftAlarm.fromBytes(alarm));
  }
}
