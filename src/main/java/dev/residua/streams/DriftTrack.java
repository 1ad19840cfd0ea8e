package dev.residua.streams;

import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.nio.ByteBuffer;

/**
 * The drift detector of one source with its alarm and the sequences of its last frames, and the
 * bytes in which a state store keeps them: fixed size, with a version, big-endian.
 *
 * <pre>
 *   int version | alarm (fixed) | long[128] sequences, frame t at t % 128 | detector (fixed for d latents)
 * </pre>
 */
final class DriftTrack {
  private static final int VERSION = 1;
  private static final int KEPT = DriftSettings.MAX_SCALE;

  final DriftDetector detector;
  private final long[] sequences;
  private DriftAlarm alarm;

  private DriftTrack(DriftDetector detector, long[] sequences, DriftAlarm alarm) {
    this.detector = detector;
    this.sequences = sequences;
    this.alarm = alarm;
  }

  static DriftTrack start(DriftReference reference) {
    return new DriftTrack(new DriftDetector(reference), new long[KEPT], DriftAlarm.QUIET);
  }

  /** Remembers the sequence of the frame that the detector takes next. */
  void expect(long sequence) {
    sequences[(int) (detector.count() % KEPT)] = sequence;
  }

  /** Sequence of the first frame of the last {@code window} frames, at most 128 back. */
  long sequenceBefore(int window) {
    long first = Math.max(0, detector.count() - window);
    return sequences[(int) (first % KEPT)];
  }

  DriftAlarm alarm() {
    return alarm;
  }

  void alarm(DriftAlarm next) {
    alarm = next;
  }

  static int stateBytes(int latents) {
    return Integer.BYTES + DriftAlarm.BYTES + KEPT * Long.BYTES + DriftDetector.stateBytes(latents);
  }

  byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(stateBytes(detector.reference().latents()));
    out.putInt(VERSION).put(alarm.toBytes());
    for (long sequence : sequences) {
      out.putLong(sequence);
    }
    return out.put(detector.state()).array();
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if it has another size or version, or belongs to another
   *     reference
   */
  static DriftTrack fromBytes(DriftReference reference, byte[] bytes) {
    int expected = stateBytes(reference.latents());
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length != expected || in.getInt() != VERSION) {
      throw new IllegalArgumentException(
          "drift track of %d bytes, expected %d bytes of version %d"
              .formatted(bytes.length, expected, VERSION));
    }
    byte[] alarm = new byte[DriftAlarm.BYTES];
    in.get(alarm);
    long[] sequences = new long[KEPT];
    for (int i = 0; i < KEPT; i++) {
      sequences[i] = in.getLong();
    }
    byte[] detector = new byte[in.remaining()];
    in.get(detector);
    return new DriftTrack(
        DriftDetector.restore(reference, detector), sequences, DriftAlarm.fromBytes(alarm));
  }
}
