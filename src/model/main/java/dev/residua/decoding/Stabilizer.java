package dev.residua.decoding;

import dev.residua.frame.CameraMotion;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import org.jspecify.annotations.Nullable;

/**
 * Moves the region of each picture with the vibrations of its camera.
 *
 * <p>The motion of a picture is estimated against the mean picture of the model. Of a small motion
 * the shift is followed, at most {@value #LARGEST_PERCENT} % of each side, in steps of 1/256 of the
 * side; its turn and scale are left, since estimates of them add noise. A shift below half a step
 * along both sides is noise. A picture stays as it is if its motion is larger or unknown, if more
 * than half of it is masked, or where the region would leave the frame too far.
 *
 * <p>The same picture is always moved in the same way. One model for its whole life, for one
 * thread.
 */
public final class Stabilizer {
  /** Largest shift that is followed, in percent of a side. */
  static final int LARGEST_PERCENT = 3;

  /** Few different shifts, so that their masks and weights are made once. */
  private static final int STEPS = 256;

  private final CameraRegistration registration;
  private final PixelMask unseen;
  private @Nullable CameraMotion motion;

  /**
   * @param registration against the mean picture of the model
   * @param unseen pixels that the model has never seen
   */
  public Stabilizer(CameraRegistration registration, PixelMask unseen) {
    this.registration = registration;
    this.unseen = unseen;
  }

  /** Motion of the last picture before it was followed; null if it is unknown. */
  public @Nullable CameraMotion motion() {
    return motion;
  }

  /**
   * The geometry that shows what the model knows of a picture.
   *
   * @param geometry with which the picture was read
   * @param shape of the picture
   * @param aspect width of the upright frame over its height
   * @param pixels of the picture from {@code offset}
   * @param mask pixels of the picture that show nothing
   * @return {@code geometry} if nothing is followed
   */
  FrameGeometry follow(
      FrameGeometry geometry,
      ImageShape shape,
      double aspect,
      byte[] pixels,
      int offset,
      PixelMask mask) {
    PixelMask hidden = mask.union(unseen);
    motion = registration.estimate(pixels, offset, hidden);
    if (motion == null || 2 * hidden.count() > shape.width() * shape.height()) {
      return geometry;
    }
    int right = steps(motion.right());
    int down = steps(motion.down());
    if (Math.max(Math.abs(motion.right()), Math.abs(motion.down())) > LARGEST_PERCENT / 100.0
        || (right == 0 && down == 0)) {
      return geometry;
    }
    CameraMotion shift = new CameraMotion((float) right / STEPS, (float) down / STEPS, 0, 1);
    try {
      return geometry.after(shift, aspect, (double) shape.width() / shape.height());
    } catch (IllegalArgumentException e) {
      return geometry; // the scene is too far outside of the frame
    }
  }

  private static int steps(float share) {
    return Math.round(STEPS * share);
  }
}
