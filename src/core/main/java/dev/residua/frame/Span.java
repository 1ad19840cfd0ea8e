package dev.residua.frame;

/**
 * Interval of a picture along one axis, in stored pixels.
 *
 * @param start at least 0
 * @param length above 0
 * @param averages true if a stored pixel is the average of several
 */
public record Span(double start, double length, boolean averages) {
  /** The whole axis of a picture whose stored pixels are not averages. */
  public static Span of(int pixels) {
    return new Span(0, pixels, false);
  }

  /**
   * Returns the interval after the axis was reversed.
   *
   * @param of pixels of the axis
   */
  public Span mirrored(int of) {
    return new Span(of - start - length, length, averages);
  }
}
