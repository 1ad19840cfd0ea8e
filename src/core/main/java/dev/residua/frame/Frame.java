package dev.residua.frame;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * One image frame as a producer sent it. The frame owns {@code data}: it is not copied, and must
 * not be changed afterwards.
 *
 * @param source camera or stream, not blank
 * @param sequence number of the frame within its source, at least 0
 * @param capturedAt when the picture was taken
 * @param width columns in pixels; 0 if {@code data} is a file with a size of its own
 * @param height rows in pixels; 0 likewise
 * @param format encoding of {@code data}
 * @param data pixels or file
 * @param attributes further values of the producer, such as {@code factor.<name>} readings
 */
public record Frame(
    String source,
    long sequence,
    Instant capturedAt,
    int width,
    int height,
    PixelFormat format,
    byte[] data,
    Map<String, String> attributes) {
  public Frame {
    Objects.requireNonNull(capturedAt, "capturedAt");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(data, "data");
    attributes = Map.copyOf(attributes);
  }

  /** A frame of raw pixels without attributes, grey or in colour as the shape has it. */
  public static Frame ofPixels(
      String source, long sequence, Instant capturedAt, ImageShape shape, byte[] pixels) {
    return new Frame(
        source,
        sequence,
        capturedAt,
        shape.width(),
        shape.height(),
        shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8,
        pixels,
        Map.of());
  }

  /** The same frame with other data and attributes; {@code newData} is not copied either. */
  public Frame with(byte[] newData, Map<String, String> newAttributes) {
    return new Frame(source, sequence, capturedAt, width, height, format, newData, newAttributes);
  }
}
