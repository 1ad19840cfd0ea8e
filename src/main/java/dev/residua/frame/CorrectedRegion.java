package dev.residua.frame;

/**
 * The part of a frame that a model reads: a rectangle of the upright frame. After a camera has
 * moved, {@link #after} proposes the one that shows the same scene again.
 *
 * <p>The frame is turned about its centre to be upright. The sides of the upright frame are those
 * of the frame after the nearest quarter turn, so that a small further turn leaves them as they
 * are.
 *
 * @param left left edge, as a share of the upright frame's width
 * @param top upper edge, as a share of its height
 * @param width width, as a share of its width, above 0
 * @param height height, as a share of its height, above 0
 * @param rotation clockwise turn that makes the frame upright, in degrees
 */
public record CorrectedRegion(
    double left, double top, double width, double height, double rotation) {
  private static final double FULL_TURN = 360;

  public CorrectedRegion {
    if (!(width > 0 && height > 0) || !Double.isFinite(left + top + width + height + rotation)) {
      throw new IllegalArgumentException(
          "a region has finite numbers and sides above 0 but has %s, %s, %s, %s and a rotation of %s"
              .formatted(left, top, width, height, rotation));
    }
  }

  /**
   * The region that shows what this one showed before the camera moved.
   *
   * @param motion of the picture of this region
   * @param aspect width of the upright frame over its height, in pixels, above 0
   */
  public CorrectedRegion after(CameraMotion motion, double aspect) {
    // From the frame's centre, in units of its height: where the region's content is now
    double x = (left + width * (0.5 + motion.right()) - 0.5) * aspect;
    double y = top + height * (0.5 + motion.down()) - 0.5;
    // and where that is in a frame that is turned back
    double cosine = StrictMath.cos(StrictMath.toRadians(motion.degrees()));
    double sine = StrictMath.sin(StrictMath.toRadians(motion.degrees()));
    double centreX = (cosine * x + sine * y) / aspect + 0.5;
    double centreY = cosine * y - sine * x + 0.5;
    double nextWidth = width * motion.scale();
    double nextHeight = height * motion.scale();
    return new CorrectedRegion(
        centreX - nextWidth / 2,
        centreY - nextHeight / 2,
        nextWidth,
        nextHeight,
        StrictMath.IEEEremainder(rotation - motion.degrees(), FULL_TURN));
  }

  /** Whether it lies inside of the upright frame, so that the frame can still show it. */
  public boolean isInside() {
    return left >= 0 && top >= 0 && left + width <= 1 && top + height <= 1;
  }
}
