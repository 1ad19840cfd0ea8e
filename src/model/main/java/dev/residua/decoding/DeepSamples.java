package dev.residua.decoding;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;

/**
 * Counts the samples of pictures with 16 bits per sample, to find the range that they use. Looks at
 * PNG and gray TIFF files. For one thread.
 */
public final class DeepSamples {
  private static final int VALUES = 1 << 16;
  private static final int PNG_DEPTH = 24; // byte of the header

  private final FrameLimits limits;
  private final PngReader png;
  private final LeptonicaReader leptonica = new LeptonicaReader();
  private final Picture picture = new Picture();
  private final long[] counts = new long[VALUES];
  private long total;

  public DeepSamples(FrameLimits limits) {
    this.limits = limits;
    this.png = new PngReader(limits);
  }

  /**
   * Counts the samples of a picture.
   *
   * @return whether it has 16 bits per sample
   * @throws RejectedFrameException if it is damaged
   */
  public boolean add(Frame frame) throws RejectedFrameException {
    long before = total;
    byte[] data = frame.data();
    if (frame.format() == PixelFormat.PNG && data.length > PNG_DEPTH && data[PNG_DEPTH] == 16) {
      png.read(data, frame.width(), frame.height(), this::count, picture);
    } else if (frame.format() == PixelFormat.TIFF) {
      leptonica.file(
          PixelFormat.TIFF, data, limits, frame.width(), frame.height(), this::count, picture);
    }
    return total > before;
  }

  private int count(int sample) {
    counts[sample]++;
    total++;
    return 0;
  }

  /** Largest sample; 0 if none was counted. */
  public int largest() {
    int value = VALUES - 1;
    while (value > 0 && counts[value] == 0) {
      value--;
    }
    return value;
  }

  /**
   * The range between two quantiles of all samples.
   *
   * @param low share of the samples that become black at least, in [0, 1)
   * @param high share of the samples that are not white, in (low, 1]
   * @throws IllegalStateException if nothing was counted
   */
  public SampleRange between(double low, double high) {
    if (total == 0) {
      throw new IllegalStateException("no picture with 16 bits per sample was counted");
    }
    int from = quantile(low);
    int to = quantile(high);
    return from < to
        ? new SampleRange(from, to)
        : new SampleRange(Math.min(from, VALUES - 2), Math.min(from, VALUES - 2) + 1);
  }

  private int quantile(double share) {
    long wanted = Math.max(1, (long) Math.ceil(share * total));
    long seen = 0;
    int value = -1;
    while (seen < wanted) {
      seen += counts[++value];
    }
    return value;
  }
}
