package dev.residua.frame;

import org.jspecify.annotations.Nullable;

/**
 * Readings of the camera from one picture of any scene, see {@link SensorMeter}.
 *
 * @param luma mean brightness in grey levels, in [0, 255]
 * @param darkShare share of pixels that are nearly black, in [0, 1]
 * @param saturatedShare share of pixels that are nearly white, in [0, 1]
 * @param sharpness squared second differences against the variance of the picture, at least 0; 0
 *     for a picture of one colour
 * @param tear how much better two neighbouring rows agree when one is displaced sideways, see
 *     {@link SensorMeter}, mean grey levels a pixel, at least 0
 * @param hash of all pixels; equal pictures have equal hashes, different ones differ but for one
 *     chance in 2^64
 * @param motion of the camera against the reference of the model; null if it was not estimated or
 *     is unknown
 */
public record SensorReadings(
    float luma,
    float darkShare,
    float saturatedShare,
    float sharpness,
    float tear,
    long hash,
    @Nullable CameraMotion motion) {
  public SensorReadings {
    check("luma", luma, 255);
    check("darkShare", darkShare, 1);
    check("saturatedShare", saturatedShare, 1);
    check("sharpness", sharpness, Float.MAX_VALUE);
    check("tear", tear, 255);
    if (motion != null && !motion.isWithinPicture()) {
      throw new IllegalArgumentException(
          "a camera's motion is at most one side, and half or twice the size, but was " + motion);
    }
  }

  /** Readings without an estimate of motion. */
  public SensorReadings(
      float luma, float darkShare, float saturatedShare, float sharpness, float tear, long hash) {
    this(luma, darkShare, saturatedShare, sharpness, tear, hash, null);
  }

  /** The same readings with an estimate of motion. */
  public SensorReadings withMotion(@Nullable CameraMotion estimate) {
    return new SensorReadings(luma, darkShare, saturatedShare, sharpness, tear, hash, estimate);
  }

  private static void check(String name, float value, float most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(
          "sensor reading %s must be in [0, %s] but was %s".formatted(name, most, value));
    }
  }
}
