package dev.residua.frame;

/**
 * Where along one axis a picture is, in stored pixels.
 *
 * @param start at least 0
 * @param length above 0
 * @param averages whether a stored pixel is the average of several
 */
public record Span(double start, double length, boolean averages) {
  /** All of so many pixels, none of which is an average. */
  public static Span of(int pixels) {
    return new Span(0, pixels, false);
  }

  /** The same part of the picture after its axis of so many pixels was reversed. */
  public Span mirrored(int of) {
    return new Span(of - start - length, length, averages);
  }
}
