package dev.residua.frame;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Brings pictures to another size, each axis on its own: an axis that shrinks averages over the
 * area that a target pixel covers, one that grows interpolates linearly between pixel centres (the
 * border is repeated), one that stays is copied. Values are rounded to the nearest, halves up.
 *
 * <p>The pixels of a picture that was decoded at a reduced size are averages themselves. If a
 * target covers a part of one, the average of that part is estimated: within the pixel brightness
 * is assumed to change as from the pixel before to the pixel after.
 *
 * <p>Keeps the weights of the last sizes, so it is for one thread.
 */
public final class Resampler {
  private static final int ONE = 1 << 16;

  private static final int AXES = 64;

  private final Map<Scaling, Axis> axes =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Scaling, Axis> eldest) {
          return size() > AXES;
        }
      };
  private Axis columns = new Axis(new Scaling(1, Span.of(1), 1));
  private int[] line = new int[0];
  private int[] reds = new int[0]; // or those of brightness
  private int[] greens = new int[0];
  private int[] blues = new int[0];

  /**
   * Resampling along one axis.
   *
   * @param from stored pixels
   * @param span part of them that is read; beyond the ends the border is repeated
   * @param to pixels of the target
   */
  private record Scaling(int from, Span span, int to) {
    boolean isCopy() {
      return from == to && span.start() == 0 && span.length() == to;
    }
  }

  /** For every target index, the first source index and its weights, which add up to 1. */
  private static final class Axis {
    final Scaling scaling;
    final int from;
    final Span span;
    final int to;
    final int[] first;
    final float[][] weights;
    final int[][] whole;

    Axis(Scaling scaling) {
      this.scaling = scaling;
      this.from = scaling.from();
      this.span = scaling.span();
      this.to = scaling.to();
      this.first = new int[to];
      this.weights = new float[to][];
      this.whole = new int[to][];
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
        whole[i] = whole(weights[i]);
      }
    }

    /** Adds the weights of the interval from start to end, in stored pixels. */
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

    /** Rounds weights to whole numbers; the largest one takes the rounding error. */
    private static int[] whole(float[] weights) {
      int[] whole = new int[weights.length];
      int left = ONE;
      int largest = 0;
      for (int k = 0; k < whole.length; k++) {
        whole[k] = Math.round(ONE * weights[k]);
        left -= whole[k];
        largest = whole[k] > whole[largest] ? k : largest;
      }
      whole[largest] += left;
      return whole;
    }
  }

  /**
   * Resamples a part of a stored picture, keeping its channels.
   *
   * @param pixels of the stored picture, {@link PackedPixels}, row-major; may be longer
   * @param shape of the stored picture
   * @param across columns that are read
   * @param down rows that are read
   * @param width columns of the target
   * @param height rows of the target
   * @param into receives {@code width * height * channels} bytes from {@code offset}
   */
  public void resample(
      int[] pixels,
      ImageShape shape,
      Span across,
      Span down,
      int width,
      int height,
      byte[] into,
      int offset) {
    int channels = shape.channels();
    columns = axis(new Scaling(shape.width(), across, width));
    Axis rows = axis(new Scaling(shape.height(), down, height));
    if (columns.scaling.isCopy() && rows.scaling.isCopy()) {
      PackedPixels.unpack(pixels, channels, into, offset, width * height);
      return;
    }
    int begin = columns.first[0];
    int length = columns.first[width - 1] + columns.weights[width - 1].length - begin;
    if (line.length < length) {
      line = new int[length];
      reds = new int[length];
      greens = new int[length];
      blues = new int[length];
    }
    for (int y = 0; y < height; y++) {
      int to = offset + y * width * channels;
      int from = rows.first[y] * shape.width() + begin;
      Arrays.fill(reds, 0, length, 0);
      Arrays.fill(greens, 0, length, 0);
      Arrays.fill(blues, 0, length, 0);
      for (int weight : rows.whole[y]) {
        System.arraycopy(pixels, from, line, 0, length);
        if (channels == 3) {
          addColours(length, weight);
        } else {
          addGray(length, weight);
        }
        from += shape.width();
      }
      if (channels == 3) {
        squeezeColours(into, to, begin);
      } else {
        squeezeGray(into, to, begin);
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

  /** All arrays have one index: only such a loop becomes vector instructions. */
  private void addColours(int length, int weight) {
    int[] from = line;
    int[] red = reds;
    int[] green = greens;
    int[] blue = blues;
    for (int x = 0; x < length; x++) {
      int pixel = from[x];
      red[x] += weight * (pixel >>> 16);
      green[x] += weight * (pixel >>> 8 & 0xFF);
      blue[x] += weight * (pixel & 0xFF);
    }
  }

  private void addGray(int length, int weight) {
    int[] from = line;
    int[] to = reds;
    for (int x = 0; x < length; x++) {
      to[x] += weight * from[x];
    }
  }

  private void squeezeGray(byte[] into, int to, int begin) {
    for (int x = 0; x < columns.to; x++) {
      int from = columns.first[x] - begin;
      float sum = 0;
      for (float weight : columns.weights[x]) {
        sum += weight * reds[from++];
      }
      into[to++] = rounded(sum);
    }
  }

  /** Computes three sums at once, in half the time of one after the other. */
  private void squeezeColours(byte[] into, int to, int begin) {
    int[] allReds = reds;
    int[] allGreens = greens;
    int[] allBlues = blues;
    for (int x = 0; x < columns.to; x++) {
      int from = columns.first[x] - begin;
      float red = 0;
      float green = 0;
      float blue = 0;
      for (float weight : columns.weights[x]) {
        red += weight * allReds[from];
        green += weight * allGreens[from];
        blue += weight * allBlues[from++];
      }
      into[to] = rounded(red);
      into[to + 1] = rounded(green);
      into[to + 2] = rounded(blue);
      to += 3;
    }
  }

  private static byte rounded(float sum) {
    return (byte) Math.max(0, Math.min(255, (int) (sum / ONE + 0.5f)));
  }
}
