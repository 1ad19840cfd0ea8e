package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.util.function.DoubleBinaryOperator;

/**
 * Decodes frames of any size and format, upright, and refuses those that are too large, damaged or
 * contradict themselves. For one thread.
 */
final class PictureReader {
  /** Four bytes of each fit one Java array. */
  private static final long ADDRESSABLE_PIXELS = Integer.MAX_VALUE / 4;

  private final FrameLimits limits;
  private final PngReader png;
  private final JpegReader jpeg;
  private final LeptonicaReader leptonica = new LeptonicaReader();

  PictureReader(FrameLimits limits) {
    this.limits = limits;
    this.png = new PngReader(limits);
    this.jpeg = new JpegReader(limits, leptonica);
  }

  /**
   * Decodes a frame.
   *
   * @param gray whether brightness is enough
   * @param oversampling pixels of an upright picture of a width and height for each that is needed,
   *     along each axis; with 1 nothing is left out
   * @param picture receives the frame, in gray or colour; its content is undefined after a refusal
   */
  void read(Frame frame, boolean gray, DoubleBinaryOperator oversampling, Picture picture)
      throws RejectedFrameException {
    byte[] data = frame.data();
    if (data.length == 0) {
      throw new RejectedFrameException(
          Reason.EMPTY, "the frame has no bytes, expected pixels or a file");
    }
    if (data.length > limits.maxBytes()) {
      throw new RejectedFrameException(
          Reason.TOO_LARGE,
          "the frame has %,d bytes, at most %,d are allowed"
              .formatted(data.length, limits.maxBytes()));
    }
    SampleRange range = SampleRange.of(frame);
    switch (frame.format()) {
      case PNG -> {
        expectFile(frame);
        png.read(data, frame.width(), frame.height(), range::to8Bits, picture);
      }
      case JPEG -> {
        expectFile(frame);
        jpeg.read(data, frame.width(), frame.height(), gray, oversampling, picture);
      }
      case WEBP, BMP, TIFF -> {
        expectFile(frame);
        leptonica.file(
            frame.format(), data, limits, frame.width(), frame.height(), range::to8Bits, picture);
      }
      case GRAY8, RGB8, RGBA8 -> raw(frame, picture);
    }
  }

  /**
   * Copies a raw frame that has the wanted shape, which needs no picture in between.
   *
   * @return false for any other frame; nothing is copied or checked then
   */
  boolean copy(Frame frame, ImageShape wanted, byte[] into, int offset)
      throws RejectedFrameException {
    PixelFormat format = wanted.channels() == 3 ? PixelFormat.RGB8 : PixelFormat.GRAY8;
    byte[] data = frame.data();
    if (frame.format() != format
        || frame.width() != wanted.width()
        || frame.height() != wanted.height()
        || data.length != wanted.size()
        || data.length > limits.maxBytes()) {
      return false;
    }
    SampleRange.of(frame); // refuses one that makes no sense
    check(format.name(), frame.width(), frame.height(), 0, 0, limits);
    System.arraycopy(data, 0, into, offset, data.length);
    return true;
  }

  private static void expectFile(Frame frame) throws RejectedFrameException {
    PixelFormat said = frame.format();
    PixelFormat found = PixelFormat.ofFile(frame.data());
    if (found != said) {
      throw new RejectedFrameException(
          Reason.UNKNOWN_FORMAT,
          "the frame says that it is a %s file but its bytes are %s"
              .formatted(said, found == null ? "no " + PixelFormat.FILES : "a " + found));
    }
  }

  private void raw(Frame frame, Picture picture) throws RejectedFrameException {
    int width = frame.width();
    int height = frame.height();
    check(frame.format().name(), width, height, 0, 0, limits);
    int perPixel = frame.format().bytesPerPixel();
    long expected = (long) width * height * perPixel;
    byte[] data = frame.data();
    if (data.length != expected) {
      throw new RejectedFrameException(
          Reason.DIMENSIONS,
          "the frame has %,d bytes, but %dx%d pixels of %s are %,d bytes"
              .formatted(data.length, width, height, frame.format(), expected));
    }
    if (frame.format() != PixelFormat.RGBA8) {
      picture.reset(width, height, perPixel);
      picture.store(data, 0, 0, width * height);
      return;
    }
    picture.reset(width, height, 3);
    int[] out = picture.pixels();
    for (int i = 0; i < width * height; i++) {
      out[i] =
          Picture.overWhite(
              data[4 * i] & 0xFF,
              data[4 * i + 1] & 0xFF,
              data[4 * i + 2] & 0xFF,
              data[4 * i + 3] & 0xFF);
    }
  }

  /** Refuses sizes that are zero, above the limits, or other than the record says. */
  static void check(
      String what, long width, long height, int saidWidth, int saidHeight, FrameLimits limits)
      throws RejectedFrameException {
    if (width < 1 || height < 1) {
      throw new RejectedFrameException(
          Reason.DIMENSIONS,
          "the %s is %dx%d pixels, expected at least 1x1".formatted(what, width, height));
    }
    if (width > limits.maxSide() || height > limits.maxSide()) {
      throw new RejectedFrameException(
          Reason.TOO_LARGE,
          "the %s is %,dx%,d pixels, at most %,d a side are allowed"
              .formatted(what, width, height, limits.maxSide()));
    }
    long mostPixels = Math.min(limits.maxPixels(), ADDRESSABLE_PIXELS);
    if (width * height > mostPixels) {
      throw new RejectedFrameException(
          Reason.TOO_LARGE,
          "the %s has %,d pixels (%dx%d), at most %,d are allowed"
              .formatted(what, width * height, width, height, mostPixels));
    }
    if ((saidWidth > 0 && saidWidth != width) || (saidHeight > 0 && saidHeight != height)) {
      throw new RejectedFrameException(
          Reason.DIMENSIONS,
          "the record says %dx%d pixels but the %s in it is %dx%d"
              .formatted(saidWidth, saidHeight, what, width, height));
    }
  }
}
