package dev.residua.dataset;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PackedPixels;
import dev.residua.frame.PixelMask;
import dev.residua.frame.Resampler;
import dev.residua.frame.Span;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Makes stored frames smaller: the average over the area that a pixel covers, luma for gray frames
 * of a set in colour, and equal channels for the reverse. The decoder of live frames gives the same
 * pixels.
 *
 * @param from shape of the stored frames
 * @param to shape of the smaller ones
 */
record FrameReduction(ImageShape from, ImageShape to) {
  /** Keeps the weights from one frame to the next; a resampler is for one thread. */
  private static final ThreadLocal<Resampler> RESAMPLER = ThreadLocal.withInitial(Resampler::new);

  /**
   * @throws IllegalArgumentException if a side grows
   */
  FrameReduction {
    if (to.width() > from.width() || to.height() > from.height()) {
      throw new IllegalArgumentException(
          "frames of %s cannot become %s: import the pictures again with --size %s"
              .formatted(from, to, to));
    }
  }

  /**
   * Makes one frame smaller.
   *
   * @param stored the frame
   * @param masked pixels of the smaller frame that become gray
   * @param into receives the smaller frame from {@code offset}
   */
  void apply(byte[] stored, PixelMask masked, byte[] into, int offset) {
    int channels = Math.min(from.channels(), to.channels());
    int count = from.width() * from.height();
    int[] pixels = new int[count];
    PackedPixels.pack(stored, 0, from.channels(), pixels, 0, count);
    if (channels < from.channels()) {
      PackedPixels.toGray(pixels, count);
    }
    RESAMPLER
        .get()
        .resample(
            pixels,
            new ImageShape(from.width(), from.height(), channels),
            Span.of(from.width()),
            Span.of(from.height()),
            to.width(),
            to.height(),
            into,
            offset);
    if (channels < to.channels()) {
      spread(into, offset);
    }
    masked.fill(into, offset, to.channels(), PixelMask.GRAY);
  }

  /** Copies each gray pixel to all channels, from the last one on. */
  private void spread(byte[] into, int offset) {
    int channels = to.channels();
    for (int pixel = to.width() * to.height() - 1; pixel >= 0; pixel--) {
      byte gray = into[offset + pixel];
      int at = offset + pixel * channels;
      Arrays.fill(into, at, at + channels, gray);
    }
  }

  /** The pixels of the smaller frames that lie even partly under the mask of the stored ones. */
  PixelMask apply(PixelMask mask) {
    BitSet masked = new BitSet();
    for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
      int column = pixel % from.width();
      int row = pixel / from.width();
      int lastRow = last(row, from.height(), to.height());
      for (int y = first(row, from.height(), to.height()); y <= lastRow; y++) {
        masked.set(
            y * to.width() + first(column, from.width(), to.width()),
            y * to.width() + last(column, from.width(), to.width()) + 1);
      }
    }
    return PixelMask.of(masked);
  }

  /** First of {@code fewer} pixels that cover a part of one of {@code pixels}. */
  private static int first(int index, int pixels, int fewer) {
    return (int) ((long) index * fewer / pixels);
  }

  private static int last(int index, int pixels, int fewer) {
    return (int) (((index + 1L) * fewer - 1) / pixels);
  }
}
