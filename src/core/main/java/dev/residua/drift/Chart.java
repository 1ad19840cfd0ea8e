package dev.residua.drift;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Control chart of the drift detector: a statistic of some of the summed features. */
sealed interface Chart {
  String name();

  /**
   * Indices of the features behind the chart's value.
   *
   * @param sums of the features over the chart's span; they select the latent that leads
   */
  int[] part(float[] sums);

  /** Number of statistics per sample of which the chart takes the largest. */
  int rows();

  /** Subtracted from the value, in units of the null tail. */
  double handicap();

  /** Number of samples behind the value, if the window has that many. */
  default int span(int window) {
    return window;
  }

  /** Kernel statistic of one bandwidth; the features of all banks are interleaved. */
  record Kernel(double bandwidth, int bank, int banks, int frequencies) implements Chart {
    @Override
    public String name() {
      boolean whole = bandwidth == Math.rint(bandwidth);
      return String.format(
          Locale.ROOT,
          "kernel x%s",
          whole ? String.valueOf((long) bandwidth) : String.valueOf(bandwidth));
    }

    @Override
    public int[] part(float[] sums) {
      return IntStream.range(0, 2 * frequencies).map(j -> j * banks + bank).toArray();
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public double handicap() {
      return 0;
    }
  }

  /** Squared norm of all features from {@code first} on. */
  record Norm(String name, int first, int count, double handicap) implements Chart {
    @Override
    public int[] part(float[] sums) {
      return IntStream.range(first, first + count).toArray();
    }

    @Override
    public int rows() {
      return 1;
    }
  }

  /** Largest square of the features from {@code first} on. */
  record Largest(String name, int first, int count, double handicap) implements Chart {
    @Override
    public int[] part(float[] sums) {
      int largest = first;
      for (int j = first; j < first + count; j++) {
        largest = Math.abs(sums[j]) > Math.abs(sums[largest]) ? j : largest;
      }
      return new int[] {largest};
    }

    @Override
    public int rows() {
      return count;
    }
  }

  record Slow(Chart of, int memory) implements Chart {
    @Override
    public String name() {
      return "%s with memory %d".formatted(of.name(), memory);
    }

    @Override
    public int[] part(float[] sums) {
      return of.part(sums);
    }

    @Override
    public int rows() {
      return of.rows();
    }

    @Override
    public double handicap() {
      return of.handicap();
    }

    @Override
    public int span(int window) {
      return memory;
    }
  }

  /** All charts, in the order that {@link DriftReading#chart} counts: windows, then memories. */
  static List<Chart> of(DriftSettings settings, int latents) {
    double[] bandwidths = settings.bandwidths();
    List<Chart> charts = new ArrayList<>();
    for (int bank = 0; bank < bandwidths.length; bank++) {
      charts.add(new Kernel(bandwidths[bank], bank, bandwidths.length, settings.frequencies()));
    }
    int next = 2 * bandwidths.length * settings.frequencies();
    if (settings.linear()) {
      charts.add(new Norm("linear", next, latents, -0.1));
      next += latents;
    }
    if (settings.mean()) {
      charts.add(new Largest("mean", next, latents, -0.1));
      next += latents;
    }
    if (settings.spread()) {
      charts.add(new Largest("spread", next, latents, -0.1));
      next += latents;
    }
    if (settings.energy()) {
      charts.add(new Norm("energy", next, 1, 2));
    }
    for (Chart plain : List.copyOf(charts.subList(bandwidths.length, charts.size()))) {
      for (int memory : settings.memories()) {
        charts.add(new Slow(plain, memory));
      }
    }
    return List.copyOf(charts);
  }
}
