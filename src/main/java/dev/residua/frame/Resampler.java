package dev.residua.frame;

import java.util.Arrays;

/**
 * Brings pictures to another size, each axis on its own: an axis that shrinks averages over the
 * area that a target pixel covers, one that grows interpolates linearly between pixel centres (the
 * border is repeated), one that stays is copied. Values are rounded to the nearest, halves up.
 * Keeps the weights of the last size, so it is for one thread.
 */
final class Resampler {
  private Axis columns = new Axis(1, 1);
  private Axis rows = new Axis(1, 1);
  private final float[][] cache = {new float[0], new float[0]};
  private final int[] cached = new int[2];
  private float[] sums = new float[0];

  /** For every target index a run of source indices with their weights, which add up to 1. */
  private static final class Axis {
    final int from;
    final int to;
    final int[] first;
    final float[][] weights;

    Axis(int from, int to) {
      this.from = from;
      this.to = to;
      this.first = new int[to];
      this.weights = new float[to][];
      double step = (double) from / to;
      for (int i = 0; i < to; i++) {
        if (step > 1) {
          double start = i * step;
          double end = start + step;
          int low = (int) start;
          int high = Math.min(from, (int) Math.ceil(end - 1e-9));
          first[i] = low;
          weights[i] = new float[high - low];
          for (int k = low; k < high; k++) {
            double overlap = Math.min(end, k + 1) - Math.max(start, k);
            weights[i][k - low] = (float) (overlap / step);
          }
        } else {
          double centre = Math.max(0, Math.min(from - 1, (i + 0.5) * step - 0.5));
          int low = (int) centre;
          double part = centre - low;
          first[i] = low;
          weights[i] = part == 0 ? new float[] {1} : new float[] {(float) (1 - part), (float) part};
        }
      }
    }
  }

  /**
   * Resamples {@code source} to the size of {@code target}, keeping its channels.
   *
   * @param into receives {@code target.width * target.height * source.channels} bytes
   */
  void resample(Picture source, ImageShape target, byte[] into, int offset) {
    int channels = source.channels();
    if (source.width() == target.width() && source.height() == target.height()) {
      System.arraycopy(source.data(), 0, into, offset, target.width() * target.height() * channels);
      return;
    }
    if (columns.from != source.width() || columns.to != target.width()) {
      columns = new Axis(source.width(), target.width());
    }
    if (rows.from != source.height() || rows.to != target.height()) {
      rows = new Axis(source.height(), target.height());
    }
    int rowLength = target.width() * channels;
    if (cache[0].length < rowLength) {
      cache[0] = new float[rowLength];
      cache[1] = new float[rowLength];
      sums = new float[rowLength];
    }
    cached[0] = -1;
    cached[1] = -1;
    for (int y = 0; y < target.height(); y++) {
      Arrays.fill(sums, 0, rowLength, 0.5f);
      float[] weights = rows.weights[y];
      for (int k = 0; k < weights.length; k++) {
        float[] squeezed = squeezedRow(source, rows.first[y] + k);
        float weight = weights[k];
        for (int x = 0; x < rowLength; x++) {
          sums[x] += weight * squeezed[x];
        }
      }
      int out = offset + y * rowLength;
      for (int x = 0; x < rowLength; x++) {
        into[out + x] = (byte) Math.min(255, (int) sums[x]);
      }
    }
  }

  /** A source row at the target's width; neighbouring target rows share at most two of them. */
  private float[] squeezedRow(Picture source, int y) {
    int slot = y & 1;
    if (cached[slot] != y) {
      cached[slot] = y;
      squeeze(
          source.data(), y * source.width() * source.channels(), source.channels(), cache[slot]);
    }
    return cache[slot];
  }

  private void squeeze(byte[] data, int at, int channels, float[] out) {
    for (int x = 0; x < columns.to; x++) {
      float[] weights = columns.weights[x];
      int base = at + columns.first[x] * channels;
      for (int c = 0; c < channels; c++) {
        float sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * (data[base + k * channels + c] & 0xFF);
        }
        out[x * channels + c] = sum;
      }
    }
  }
}
