package dev.residua.decoding;

import dev.residua.frame.ImageShape;
import java.util.Arrays;

/**
 * Brings pictures to another size, each axis on its own: an axis that shrinks averages over the
 * area that a target pixel covers, one that grows interpolates linearly between pixel centres (the
 * border is repeated), one that stays is copied. Values are rounded to the nearest, halves up.
 *
 * <p>The pixels of a picture that was decoded at a reduced size are averages themselves. Where a
 * target covers a part of one, the average of that part is estimated: within it brightness is taken
 * to rise as from the pixel before to the pixel after.
 *
 * <p>Keeps the weights of the last size, so it is for one thread.
 */
final class Resampler {
  /** Rows that neighbouring targets share, rounded up to a power of two. */
  private static final int SHARED_ROWS = 4;

  private Axis columns = new Axis(1, new Picture.Span(0, 1, false), 1);
  private Axis rows = new Axis(1, new Picture.Span(0, 1, false), 1);
  private final float[][] cache = new float[SHARED_ROWS][0];
  private final int[] cached = new int[SHARED_ROWS];
  private float[] sums = new float[0];

  /** For every target index a run of source indices with their weights, which add up to 1. */
  private static final class Axis {
    final int from;
    final Picture.Span span;
    final int to;
    final int[] first;
    final float[][] weights;

    /**
     * @param from pixels that are stored
     * @param span what is shown of them
     */
    Axis(int from, Picture.Span span, int to) {
      this.from = from;
      this.span = span;
      this.to = to;
      this.first = new int[to];
      this.weights = new float[to][];
      double step = span.length() / to;
      for (int i = 0; i < to; i++) {
        if (step > 1) {
          double start = span.start() + i * step;
          cover(i, start, start + step, step);
        } else {
          double centre = Math.max(0, Math.min(from - 1, span.start() + (i + 0.5) * step - 0.5));
          int low = (int) centre;
          double part = centre - low;
          first[i] = low;
          weights[i] = part == 0 ? new float[] {1} : new float[] {(float) (1 - part), (float) part};
        }
      }
    }

    /** Weights of what lies from start to end, in stored pixels. */
    private void cover(int i, double start, double end, double step) {
      int low = (int) start;
      int high = Math.min(from, (int) Math.ceil(end - 1e-9));
      int before = span.averages() ? Math.max(0, low - 1) : low;
      int after = span.averages() ? Math.min(from, high + 1) : high;
      float[] all = new float[after - before];
      for (int k = low; k < high; k++) {
        double part = Math.min(end, k + 1) - Math.max(start, k);
        all[k - before] += (float) (part / step);
        if (span.averages()) {
          // half the difference of the neighbours, times the distance of the part's centre
          double left = Math.max(start, k) - k;
          double slope = part * (left + part / 2 - 0.5) / 2 / step;
          all[Math.min(from - 1, k + 1) - before] += (float) slope;
          all[Math.max(0, k - 1) - before] -= (float) slope;
        }
      }
      first[i] = before;
      weights[i] = all;
    }

    boolean isOf(int stored, Picture.Span shown, int target) {
      return from == stored && to == target && span.equals(shown);
    }

    /** Whether every pixel stays as it is. */
    boolean isCopy() {
      return from == to && span.start() == 0 && span.length() == to;
    }
  }

  /**
   * Resamples what {@code source} shows to the size of {@code target}, keeping its channels.
   *
   * @param into receives {@code target.width * target.height * source.channels} bytes
   */
  void resample(Picture source, ImageShape target, byte[] into, int offset) {
    int channels = source.channels();
    if (!columns.isOf(source.width(), source.columns(), target.width())) {
      columns = new Axis(source.width(), source.columns(), target.width());
    }
    if (!rows.isOf(source.height(), source.rows(), target.height())) {
      rows = new Axis(source.height(), source.rows(), target.height());
    }
    if (columns.isCopy() && rows.isCopy()) {
      System.arraycopy(source.data(), 0, into, offset, target.width() * target.height() * channels);
      return;
    }
    int rowLength = source.width() * channels;
    if (sums.length < rowLength) {
      Arrays.setAll(cache, i -> new float[rowLength]);
      sums = new float[rowLength];
    }
    Arrays.fill(cached, -1);
    for (int y = 0; y < target.height(); y++) {
      float[] weights = rows.weights[y];
      Arrays.fill(sums, 0, rowLength, 0);
      for (int k = 0; k < weights.length; k++) {
        add(row(source, rows.first[y] + k, rowLength), weights[k], rowLength);
      }
      int to = offset + y * target.width() * channels;
      if (channels == 3) {
        squeezeColour(into, to);
      } else {
        squeezeGray(into, to);
      }
    }
  }

  /** A row in floating point. */
  private float[] row(Picture source, int y, int length) {
    int slot = y & (SHARED_ROWS - 1);
    float[] row = cache[slot];
    if (cached[slot] != y) {
      cached[slot] = y;
      byte[] data = source.data();
      int from = y * length;
      for (int x = 0; x < length; x++) {
        row[x] = data[from + x] & 0xFF;
      }
    }
    return row;
  }

  /** A loop of its own, so that it becomes vector instructions. */
  private void add(float[] row, float weight, int length) {
    float[] to = sums;
    for (int x = 0; x < length; x++) {
      to[x] += weight * row[x];
    }
  }

  private void squeezeGray(byte[] into, int to) {
    for (int x = 0; x < columns.to; x++) {
      int from = columns.first[x];
      float sum = 0.5f;
      for (float weight : columns.weights[x]) {
        sum += weight * sums[from++];
      }
      into[to++] = rounded(sum);
    }
  }

  /** Three sums at once, which takes half the time of one after the other. */
  private void squeezeColour(byte[] into, int to) {
    for (int x = 0; x < columns.to; x++) {
      int from = 3 * columns.first[x];
      float red = 0.5f;
      float green = 0.5f;
      float blue = 0.5f;
      for (float weight : columns.weights[x]) {
        red += weight * sums[from];
        green += weight * sums[from + 1];
        blue += weight * sums[from + 2];
        from += 3;
      }
      into[to] = rounded(red);
      into[to + 1] = rounded(green);
      into[to + 2] = rounded(blue);
      to += 3;
    }
  }

  /** A sum to which a half was added. */
  private static byte rounded(float sum) {
    return (byte) Math.max(0, Math.min(255, (int) sum));
  }
}
