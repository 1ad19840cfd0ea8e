package dev.residua.frame;

/**
 * How the still content of one picture lies in another: a turn and a scale about the centre of the
 * picture, then a shift.
 *
 * @param x shift to the right, in pixels
 * @param y shift down, in pixels
 * @param degrees turn of the content, clockwise, in degrees
 * @param scale size of the content against its size before, above 0
 */
public record CameraMotion(float x, float y, float degrees, float scale) {
  /** Nothing has moved. */
  public static final CameraMotion NONE = new CameraMotion(0, 0, 0, 1);

  public CameraMotion {
    if (!Float.isFinite(x) || !Float.isFinite(y) || !(Math.abs(degrees) <= 180)) {
      throw new IllegalArgumentException(
          "a camera moved by %s, %s pixels and %s degrees, expected finite numbers and at most 180 degrees"
              .formatted(x, y, degrees));
    }
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a camera's scale must be above 0 but was " + scale);
    }
  }

  /** The motion from {@code before} to this, both from one reference. */
  public CameraMotion since(CameraMotion before) {
    double turn = degrees - before.degrees;
    double factor = scale / before.scale;
    double cosine = factor * StrictMath.cos(StrictMath.toRadians(turn));
    double sine = factor * StrictMath.sin(StrictMath.toRadians(turn));
    return new CameraMotion(
        (float) (x - (cosine * before.x - sine * before.y)),
        (float) (y - (sine * before.x + cosine * before.y)),
        (float) StrictMath.IEEEremainder(turn, 360),
        (float) factor);
  }
}
