package dev.residua.drift;

import java.util.Arrays;

/**
 * The detector's reading after a sample. Mutable: a caller that must not allocate passes the same
 * one to every {@link DriftDetector#update(float[], DriftReading)}.
 */
public final class DriftReading {
  private static final int NONE = -1;

  float statistic;
  final float[] perScale;
  int scaleIndex;
  int chart;
  int scale;
  int memoryIndex;
  float slow;
  long samples;

  DriftReading(int scales) {
    this.perScale = new float[scales];
    clear();
  }

  void clear() {
    statistic = 0;
    slow = 0;
    Arrays.fill(perScale, 0);
    scaleIndex = NONE;
    chart = NONE;
    scale = 0;
    memoryIndex = NONE;
    samples = 0;
  }

  /**
   * Largest chart value over all scales, each in units of its own tail: its excess over the 98 %
   * quantile of a quiet stream, divided by the mean excess there, less a handicap that is larger
   * for shorter windows. At least 0.
   */
  public float statistic() {
    return statistic;
  }

  /** Largest value at each scale, in the same units, a copy; 0 at scales not yet filled. */
  public float[] perScale() {
    return perScale.clone();
  }

  /** Largest value over the windows, without the charts with a memory; at least 0. */
  public float windows() {
    float largest = 0;
    for (float value : perScale) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /** Largest value of the charts with a memory, in the same units; at least 0. */
  public float slow() {
    return slow;
  }

  /**
   * Returns true if a chart exceeds its 98 % quantile. Otherwise the reading names neither a scale
   * nor a chart.
   */
  public boolean named() {
    return scaleIndex != NONE;
  }

  /**
   * Index of the scale with the maximum (the longest for a slow chart), or -1 if not {@link
   * #named}.
   */
  public int scaleIndex() {
    return scaleIndex;
  }

  /**
   * Window length with the maximum, in samples, or 0 if not {@link #named}. For a slow chart its
   * memory, at most the longest window.
   */
  public int scale() {
    return scale;
  }

  /** Returns true if the chart with the maximum is one with a memory. */
  boolean remembers() {
    return memoryIndex != NONE;
  }

  /** Chart with the maximum, for {@link DriftReference#chartName}, or -1 if not {@link #named}. */
  public int chart() {
    return chart;
  }

  /** Samples seen, this one included. */
  public long samples() {
    return samples;
  }
}
