package dev.residua.anomaly;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Scores of calibration frames in one channel, and from them the p-values of new scores. Immutable,
 * safe for use by several threads.
 *
 * <p>Condition of every p-value: the frame is exchangeable with the calibration frames.
 */
public final class ScoreCalibration {
  /** Fewest scores. */
  public static final int MIN_SCORES = 64;

  /** Most scores that are read. */
  private static final int MAX_SCORES = 1 << 20;

  private static final int MAGIC = 0x52455343; // "RESC"
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 3 * Integer.BYTES + Long.BYTES;

  private final Scores scores;
  private final ScoreTail tail;

  private ScoreCalibration(float[] values) {
    scores = new Scores(values);
    tail = new ScoreTail(scores);
  }

  /**
   * Calibrates on the scores of nominal frames.
   *
   * @param scores larger is more unusual; at least {@link #MIN_SCORES}
   * @throws IllegalArgumentException if there are too few, or one is not finite
   */
  public static ScoreCalibration of(float[] scores) {
    if (scores.length < MIN_SCORES) {
      throw new IllegalArgumentException(
          "calibration needs at least %d scores but got %d".formatted(MIN_SCORES, scores.length));
    }
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        throw new IllegalArgumentException(
            "a score is %s, expected a finite number".formatted(score));
      }
    }
    return new ScoreCalibration(scores);
  }

  /** Number of scores {@code n}. */
  public int size() {
    return scores.size();
  }

  /** Smallest conformal p-value: {@code 1 / (n + 1)}. */
  public double resolution() {
    return 1.0 / (scores.size() + 1);
  }

  /** Conformal p-value of a score, in (0, 1]. O(log n). */
  public float pValue(float score) {
    return scores.pValue(score);
  }

  /** p-value under a fitted tail, see {@link AnomalyCalibration#tailPValue}; in [1e-12, 1]. */
  public double tailPValue(float score) {
    return tail.pValue(score);
  }

  /** The scores: {@code 4 n + 20} bytes, big-endian. */
  public byte[] toBytes() {
    int n = scores.size();
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + Float.BYTES * n);
    out.putInt(MAGIC).putInt(VERSION).putInt(n).putLong(0);
    out.asFloatBuffer().put(scores.sorted);
    out.putLong(3 * Integer.BYTES, checksum(out.array()));
    return out.array();
  }

  /**
   * Decodes bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static ScoreCalibration fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not a calibration of scores".formatted(bytes.length));
    }
    int version = in.getInt();
    int n = in.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "the calibration of scores has version %d, this code reads %d"
              .formatted(version, VERSION));
    }
    if (n < MIN_SCORES
        || n > MAX_SCORES
        || bytes.length != HEADER_BYTES + Float.BYTES * n
        || in.getLong() != checksum(bytes)) {
      throw new IllegalArgumentException(
          "the calibration of %d scores in %d bytes is damaged".formatted(n, bytes.length));
    }
    float[] values = new float[n];
    in.asFloatBuffer().get(values);
    return of(values);
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return crc.getValue();
  }
}
