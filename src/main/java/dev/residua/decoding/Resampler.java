package dev.residua.decoding;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Brings pictures to another size, each axis on its own: an axis that shrinks averages over the
 * area that a target pixel covers, one that grows interpolates linearly between pixel centres (the
 * border is repeated), one that stays is copied. Values are rounded to the nearest, halves up.
 *
 * <p>The pixels of a picture that was decoded at a reduced size are averages themselves. Where a
 * target covers a part of one, the average of that part is estimated: within it brightness is taken
 * to rise as from the pixel before to the pixel after.
 *
 * <p>Keeps the weights of the last sizes, so it is for one thread.
 */
final class Resampler {
  /** Rows that neighbouring targets share, rounded up to a power of two. */
  private static final int SHARED_ROWS = 4;

  private static final int AXES = 64;

  private final Map<Scaling, Axis> axes =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Scaling, Axis> eldest) {
          return size() > AXES;
        }
      };
  private Axis columns = new Axis(new Scaling(1, new Picture.Span(0, 1, false), 1));
  private final float[][] cache = new float[SHARED_ROWS][0];
  private final int[] cached = new int[SHARED_ROWS];
  private float[] sums = new float[0];

  /**
   * What happens along one axis.
   *
   * @param from pixels that are stored
   * @param span what is read of them; beyond the ends the border is repeated
   * @param to pixels of the target
   */
  private record Scaling(int from, Picture.Span span, int to) {
    /** Whether every pixel stays as it is. */
    boolean isCopy() {
      return from == to && span.start() == 0 && span.length() == to;
    }
  }

  /** For every target index a run of source indices with their weights, which add up to 1. */
  private static final class Axis {
    final Scaling scaling;
    final int from;
    final Picture.Span span;
    final int to;
    final int[] first;
    final float[][] weights;

    Axis(Scaling scaling) {
      this.scaling = scaling;
      this.from = scaling.from();
      this.span = scaling.span();
      this.to = scaling.to();
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
      int low = (int) Math.floor(start);
      int high = (int) Math.ceil(end - 1e-9);
      int before = within(span.averages() ? low - 1 : low);
      int last = within(span.averages() ? high : high - 1);
      float[] all = new float[last - before + 1];
      for (int k = low; k < high; k++) {
        double part = Math.min(end, k + 1) - Math.max(start, k);
        all[within(k) - before] += (float) (part / step);
        if (span.averages()) {
          // half the difference of the neighbours, times the distance of the part's centre
          double left = Math.max(start, k) - k;
          double slope = part * (left + part / 2 - 0.5) / 2 / step;
          all[within(k + 1) - before] += (float) slope;
          all[within(k - 1) - before] -= (float) slope;
        }
      }
      first[i] = before;
      weights[i] = all;
    }

    private int within(int index) {
      return Math.max(0, Math.min(from - 1, index));
    }
  }

  /**
   * Resamples a part of what {@code source} stores, keeping its channels.
   *
   * @param across columns that are read
   * @param down rows that are read
   * @param into receives {@code width * height * source.channels} bytes
   */
  void resample(
      Picture source,
      Picture.Span across,
      Picture.Span down,
      int width,
      int height,
      byte[] into,
      int offset) {
    int channels = source.channels();
    columns = axis(new Scaling(source.width(), across, width));
    Axis rows = axis(new Scaling(source.height(), down, height));
    if (columns.scaling.isCopy() && rows.scaling.isCopy()) {
      System.arraycopy(source.data(), 0, into, offset, width * height * channels);
      return;
    }
    int rowLength = source.width() * channels;
    if (sums.length < rowLength) {
      Arrays.setAll(cache, i -> new float[rowLength]);
      sums = new float[rowLength];
    }
    Arrays.fill(cached, -1);
    for (int y = 0; y < height; y++) {
      float[] weights = rows.weights[y];
      Arrays.fill(sums, 0, rowLength, 0);
      for (int k = 0; k < weights.length; k++) {
        add(row(source, rows.first[y] + k, rowLength), weights[k], rowLength);
      }
      int to = offset + y * width * channels;
      if (channels == 3) {
        squeezeColour(into, to);
      } else {
        squeezeGray(into, to);
      }
    }
  }

  private Axis axis(Scaling scaling) {
    Axis axis = axes.get(scaling);
    if (axis == null) {
      axis = new Axis(scaling);
      axes.put(scaling, axis);
    }
    return axis;
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
