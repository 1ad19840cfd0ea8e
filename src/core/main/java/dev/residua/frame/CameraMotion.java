package dev.residua.frame;

/**
 * Motion of the still content of a picture: a turn and a scale about the centre of the picture,
 * then a shift.
 *
 * @param right shift to the right, as a share of the picture's width
 * @param down shift down, as a share of its height
 * @param degrees turn of the content, clockwise, in [-180, 180]
 * @param scale size of the content divided by its size before, above 0
 */
public record CameraMotion(float right, float down, float degrees, float scale) {
  /** Nothing has moved. */
  public static final CameraMotion NONE = new CameraMotion(0, 0, 0, 1);

  private static final float HALF_TURN = 180;
  private static final float LARGEST_SHIFT = 1;
  private static final float LARGEST_SCALE = 2;

  public CameraMotion {
    if (!Float.isFinite(right) || !Float.isFinite(down) || !(Math.abs(degrees) <= HALF_TURN)) {
      throw new IllegalArgumentException(
          "camera motion is %s to the right, %s down and %s degrees, expected finite shares and at most %.0f degrees"
              .formatted(right, down, degrees, HALF_TURN));
    }
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "camera motion must have a finite scale above 0 but had " + scale);
    }
  }

  /**
   * Returns true if the shift is at most the picture's sides and the scale is from a half to two.
   */
  boolean isWithinPicture() {
    return Math.abs(right) <= LARGEST_SHIFT
        && Math.abs(down) <= LARGEST_SHIFT
        && scale >= 1 / LARGEST_SCALE
        && scale <= LARGEST_SCALE;
  }

  /**
   * The motion from {@code before} to this, both from one reference.
   *
   * @param aspect width of the picture over its height, above 0
   */
  public CameraMotion since(CameraMotion before, double aspect) {
    double turn = degrees - before.degrees;
    double factor = scale / before.scale;
    double cosine = factor * StrictMath.cos(StrictMath.toRadians(turn));
    double sine = factor * StrictMath.sin(StrictMath.toRadians(turn));
    return new CameraMotion(
        (float) (right - (cosine * before.right - sine * before.down / aspect)),
        (float) (down - (sine * before.right * aspect + cosine * before.down)),
        (float) StrictMath.IEEEremainder(turn, 2 * HALF_TURN),
        (float) factor);
  }
}
