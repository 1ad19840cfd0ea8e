package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;

/**
 * Turns frames of any size and format into the bytes that a model reads, and refuses those that are
 * too large, damaged or contradict themselves. Keeps decoders and buffers: one instance a thread.
 *
 * <p>Transparency is laid over white. A gray frame fills all three channels of a colour model; a
 * colour frame is weighed as in {@link Luma} for a gray one. A picture stands upright as its EXIF
 * data says. Then its region is read as {@link FrameGeometry} says, each axis on its own: copied
 * where the sizes agree, averaged over the covered area where it shrinks, interpolated linearly
 * between pixel centres where it grows.
 *
 * <p>Limits are checked on what the record or the file's header says, before anything of the
 * picture's size is allocated.
 */
public final class FrameDecoder {
  /** Four bytes of each fit one Java array. */
  private static final long ADDRESSABLE_PIXELS = Integer.MAX_VALUE / 4;

  private final FrameLimits limits;
  private final ImageShape target;
  private final PngReader png;
  private final JpegReader jpeg;
  private final LeptonicaReader leptonica = new LeptonicaReader();
  private final Picture picture = new Picture();
  private final RegionReader region;

  public FrameDecoder(FrameLimits limits, ImageShape target) {
    this.limits = limits;
    this.target = target;
    this.png = new PngReader(limits);
    this.jpeg = new JpegReader(limits, leptonica);
    this.region = new RegionReader(target);
  }

  /** Shape of what {@link #decode} writes. */
  public ImageShape target() {
    return target;
  }

  /** Decodes the whole of a frame, as the other method does. */
  public void decode(Frame frame, byte[] into, int offset) throws RejectedFrameException {
    decode(frame, FrameGeometry.WHOLE, into, offset);
  }

  /**
   * Decodes a frame.
   *
   * @param geometry what of it is read
   * @param into receives {@code target.size()} unsigned bytes, {@code [height][width][channels]};
   *     its content is undefined after a refusal
   * @param offset index in {@code into} of the first byte
   * @return the pixels of {@code into} that show nothing of the frame; they are gray
   * @throws RejectedFrameException if the frame is refused; the message says what was wrong and
   *     what was expected
   */
  public PixelMask decode(Frame frame, FrameGeometry geometry, byte[] into, int offset)
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
        jpeg.read(data, frame.width(), frame.height(), geometry, target, picture);
      }
      case WEBP, BMP, TIFF -> {
        expectFile(frame);
        leptonica.file(
            frame.format(), data, limits, frame.width(), frame.height(), range::to8Bits, picture);
      }
      case GRAY8, RGB8, RGBA8 -> raw(frame);
    }
    if (picture.channels() > target.channels()) {
      picture.toGray();
    }
    return region.read(picture, geometry, into, offset);
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

  private void raw(Frame frame) throws RejectedFrameException {
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
