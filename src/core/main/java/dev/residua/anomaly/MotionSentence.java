package dev.residua.anomaly;

import dev.residua.causal.Summary;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.ImageShape;
import java.util.Locale;

/** Describes how a camera has moved. */
public final class MotionSentence {
  private MotionSentence() {}

  /**
   * Such as {@code the camera has moved: the picture is shifted by 1.9 pixels (3.0 %) to the right
   * and by 0.6 pixels (1.0 %) up, turned by 2.0 degrees clockwise and scaled by 1.00}.
   *
   * @param image shape of the picture, whose pixels are meant
   */
  public static Summary of(CameraMotion motion, ImageShape image) {
    return new Summary("Camera has moved", explanation(motion, image));
  }

  private static String explanation(CameraMotion motion, ImageShape image) {
    return String.format(
        Locale.ROOT,
        "the camera has moved: the picture is shifted by %s and by %s, turned by %.1f degrees %s and scaled by %.2f",
        shift(motion.right(), image.width(), "to the right", "to the left"),
        shift(motion.down(), image.height(), "down", "up"),
        Math.abs(motion.degrees()),
        motion.degrees() < 0 ? "anticlockwise" : "clockwise",
        motion.scale());
  }

  private static String shift(float share, int side, String forwards, String backwards) {
    return String.format(
        Locale.ROOT,
        "%.1f pixels (%.1f %%) %s",
        Math.abs(share) * side,
        100 * Math.abs(share),
        share < 0 ? backwards : forwards);
  }
}
