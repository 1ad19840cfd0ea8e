package dev.residua.anomaly;

import dev.residua.frame.SensorReadings;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Extreme sensor readings of nominal frames, and the limits beyond which a reading is a fault.
 *
 * <p>A reading is compared with the most extreme one of the calibration frames, not with a
 * quantile: a scene may be dark for a moment every day. The margins are wide instead, because a
 * sensor that fails fails far: half of the remaining range for light, half of the least sharpness,
 * one and a half times the largest tear. Frames of a faulty sensor must not calibrate, since they
 * would make that fault usual.
 *
 * @param frames number of calibration frames
 * @param longestRun longest run of equal pictures among them; 0 without any
 * @param leastLuma least mean luma, in grey levels
 * @param mostLuma largest mean luma, in grey levels
 * @param mostDark largest dark share
 * @param mostSaturated largest saturated share
 * @param leastSharpness least sharpness
 * @param mostTear largest tear, in grey levels
 */
public record SensorReference(
    int frames,
    int longestRun,
    float leastLuma,
    float mostLuma,
    float mostDark,
    float mostSaturated,
    float leastSharpness,
    float mostTear) {
  /** Consecutive equal pictures from which a camera is frozen, if the scene is never still. */
  public static final int FROZEN_FRAMES = 10;

  private static final int MAGIC = 0x52455346; // "RESF"
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 2 * Integer.BYTES + Long.BYTES;
  private static final int BYTES = HEADER_BYTES + 2 * Integer.BYTES + 6 * Float.BYTES;

  private static final float WHITE = 255;
  private static final float LIGHT_MARGIN = 0.5f;
  private static final float SHARPNESS_MARGIN = 0.5f;
  private static final float TEAR_MARGIN = 1.5f;

  /**
   * Grey levels; a scene without any texture has tears of 0, and noise alone makes a few tenths.
   */
  private static final float TEAR_FLOOR = 1;

  /** Twice the longest run of the calibration, which saw only a limited time of the scene. */
  private static final int RUN_MARGIN = 2;

  public SensorReference {
    if (frames < 0 || longestRun < 0 || longestRun > frames) {
      throw new IllegalArgumentException(
          "sensor reference of %d frames has a run of %d".formatted(frames, longestRun));
    }
    for (float limit :
        new float[] {leastLuma, mostLuma, mostDark, mostSaturated, leastSharpness, mostTear}) {
      if (!Float.isFinite(limit)) {
        throw new IllegalArgumentException(
            "sensor reference has the limit %s, expected a finite number".formatted(limit));
      }
    }
  }

  /** Collects nominal frames; without any, the reference knows a frozen camera only. */
  public static Builder builder() {
    return new Builder();
  }

  /** Not safe for use by several threads. */
  public static final class Builder {
    private int frames;
    private long lastHash;
    private int run;
    private int longestRun;
    private float leastLuma = WHITE;
    private float mostLuma;
    private float mostDark;
    private float mostSaturated;
    private float leastSharpness = Float.MAX_VALUE;
    private float mostTear;

    private Builder() {}

    /** Adds the next nominal frame in the order of time. */
    public Builder add(SensorReadings readings) {
      run = frames > 0 && readings.hash() == lastHash ? run + 1 : 1;
      lastHash = readings.hash();
      longestRun = Math.max(longestRun, run);
      frames++;
      leastLuma = Math.min(leastLuma, readings.luma());
      mostLuma = Math.max(mostLuma, readings.luma());
      mostDark = Math.max(mostDark, readings.darkShare());
      mostSaturated = Math.max(mostSaturated, readings.saturatedShare());
      leastSharpness = Math.min(leastSharpness, readings.sharpness());
      mostTear = Math.max(mostTear, readings.tear());
      return this;
    }

    public SensorReference build() {
      return new SensorReference(
          frames,
          longestRun,
          leastLuma,
          mostLuma,
          mostDark,
          mostSaturated,
          leastSharpness,
          mostTear);
    }
  }

  /**
   * Consecutive equal pictures that make a frozen camera: {@link #FROZEN_FRAMES}, or twice the
   * longest run of the calibration if that is more.
   */
  public int frozenFrames() {
    return Math.max(
        FROZEN_FRAMES, (int) Math.min(Integer.MAX_VALUE - 1, (long) RUN_MARGIN * longestRun));
  }

  /** Dark share from which a picture is dark, if {@link #darkLuma} is met too. */
  public float darkShare() {
    return mostDark + LIGHT_MARGIN * (1 - mostDark);
  }

  /** Mean luma up to which a picture is dark. */
  public float darkLuma() {
    return LIGHT_MARGIN * leastLuma;
  }

  /** Saturated share from which a picture is saturated, if {@link #saturatedLuma} is met too. */
  public float saturatedShare() {
    return mostSaturated + LIGHT_MARGIN * (1 - mostSaturated);
  }

  /** Mean luma from which a picture is saturated. */
  public float saturatedLuma() {
    return mostLuma + LIGHT_MARGIN * (WHITE - mostLuma);
  }

  /** Sharpness below which a picture is blurred. */
  public float blurredSharpness() {
    return SHARPNESS_MARGIN * leastSharpness;
  }

  /** Tear above which a picture is torn. */
  public float tornTear() {
    return TEAR_MARGIN * mostTear + TEAR_FLOOR;
  }

  boolean dark(SensorReadings readings) {
    return frames > 0 && readings.darkShare() >= darkShare() && readings.luma() <= darkLuma();
  }

  boolean saturated(SensorReadings readings) {
    return frames > 0
        && readings.saturatedShare() >= saturatedShare()
        && readings.luma() >= saturatedLuma()
        && mostLuma < WHITE;
  }

  boolean blurred(SensorReadings readings) {
    return frames > 0 && readings.sharpness() < blurredSharpness();
  }

  boolean torn(SensorReadings readings) {
    return frames > 0 && readings.tear() > tornTear();
  }

  /** Always the same size, big-endian. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.putInt(MAGIC).putInt(VERSION).putLong(0);
    out.putInt(frames).putInt(longestRun);
    out.putFloat(leastLuma).putFloat(mostLuma).putFloat(mostDark).putFloat(mostSaturated);
    out.putFloat(leastSharpness).putFloat(mostTear);
    return out.putLong(2 * Integer.BYTES, checksum(out.array())).array();
  }

  /**
   * Decodes bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static SensorReference fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not a sensor reference".formatted(bytes.length));
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "sensor reference has version %d, this code reads %d".formatted(version, VERSION));
    }
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "sensor reference has %d bytes, expected %d".formatted(bytes.length, BYTES));
    }
    if (in.getLong() != checksum(bytes)) {
      throw new IllegalArgumentException("sensor reference is damaged: its checksum is wrong");
    }
    return new SensorReference(
        in.getInt(),
        in.getInt(),
        in.getFloat(),
        in.getFloat(),
        in.getFloat(),
        in.getFloat(),
        in.getFloat(),
        in.getFloat());
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return crc.getValue();
  }
}
