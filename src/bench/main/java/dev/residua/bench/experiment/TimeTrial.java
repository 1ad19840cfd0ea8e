package dev.residua.bench.experiment;

import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.DynamicState;
import dev.residua.dynamics.Innovations;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SteadyState;
import dev.residua.training.dynamics.DynamicSearch;
import dev.residua.training.dynamics.DynamicSearchSettings;
import dev.residua.training.dynamics.RegularSequence;
import dev.residua.training.graph.GraphConstraints;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/**
 * Sequences of numbers: structure, delays and memory of random systems that a search finds, and
 * leaks of a tank that innovations of an equation with memory find, against residuals of a static
 * equation.
 */
final class TimeTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "time",
          Experiment.Needs.VECTORS,
          "Equations with memory on numbers: structure of random systems, and leaks of a tank.",
          (cells, scale) -> {
            for (int frames : new int[] {3_000, 12_000}) {
              String variant = "tank, fitted on %d frames".formatted(frames);
              cells.addRows(variant, (bench, seed) -> tank(variant, frames, seed));
            }
            for (int size = 5; size <= 8; size++) {
              int variables = size;
              cells.add(size + " variables", (bench, seed) -> system(variables, seed));
            }
            cells.add("12 variables", (bench, seed) -> system(12, seed));
          });

  private static final double STEP = 0.5; // seconds
  private static final int FRAMES = 3_000;
  private static final int RUN = 10_000;
  private static final int RUNS = 12;
  private static final int SETTLED = 100;
  private static final int ONSET = 1_800;
  private static final int LONGEST = 1_024; // frames of a window
  private static final double INFLOW = 0.011; // mean per frame
  private static final double[] LEAKS = {0.055, 0.11, 0.22};
  private static final int TANK = 2;

  private TimeTrial() {}

  private static DynamicModel search(double[][] rows) {
    List<String> names = IntStream.range(0, rows[0].length).mapToObj(i -> "x" + i).toList();
    return DynamicSearch.search(
        new RegularSequence(STEP, rows),
        GraphConstraints.none(names),
        DynamicSearchSettings.DEFAULTS);
  }

  private static Map<String, Double> system(int size, long seed) {
    DynamicSystem system = DynamicSystem.random(1_000_003 * seed + size, size);
    double[][] rows = system.readings(seed, FRAMES);
    long start = System.nanoTime();
    DynamicModel model = search(rows);
    double seconds = (System.nanoTime() - start) / 1e9;
    int[] found = new int[size * size];
    Arrays.fill(found, -1);
    int memories = 0;
    for (int i = 0; i < size; i++) {
      DynamicEquation equation = model.equations().get(i);
      memories += equation.memory() == system.memory(i) ? 1 : 0;
      for (DelayedCause cause : equation.causes()) {
        found[cause.variable() * size + i] = (int) Math.round(cause.delaySeconds() / STEP);
      }
    }
    int extra = (int) Arrays.stream(found).filter(delay -> delay >= 0).count();
    int missing = 0;
    int[] lagged = new int[2]; // other causes, integrators
    int[] delays = new int[2];
    int kinds = 0;
    for (DynamicSystem.Edge edge : system.edges()) {
      int delay = found[edge.from() * size + edge.to()];
      extra -= delay >= 0 ? 1 : 0;
      missing += delay >= 0 ? 0 : 1;
      kinds += delay >= 0 && (delay > 0) == (edge.delay() > 0) ? 1 : 0;
      if (edge.delay() > 0) {
        int slow = system.memory(edge.from()) == Memory.INTEGRATOR ? 1 : 0;
        lagged[slow]++;
        delays[slow] += delay >= 0 && Math.abs(delay - edge.delay()) <= 1 ? 1 : 0;
      }
    }
    boolean exact = extra == 0 && missing == 0;
    int edges = system.edges().size();
    Map<String, Double> row = new LinkedHashMap<>();
    ResultLog.putRatio(row, "edges exact", exact ? 1 : 0, 1);
    ResultLog.putRatio(row, "and delayed or not", exact && kinds == edges ? 1 : 0, 1);
    ResultLog.putRatio(row, "delays within a frame", delays[0] + delays[1], lagged[0] + lagged[1]);
    ResultLog.putRatio(row, "not of integrators", delays[0], lagged[0]);
    ResultLog.putRatio(row, "of integrators", delays[1], lagged[1]);
    ResultLog.putRatio(row, "memory", memories, size);
    ResultLog.putRatio(row, "extra edges", extra, edges);
    ResultLog.putRatio(row, "missing edges", missing, edges);
    row.put("seconds", seconds);
    return row;
  }

  /** Valve, lamp and level of a tank with a leak from {@link #ONSET} on. */
  private static double[][] plant(long seed, int frames, double leak) {
    Random random = new Random(seed);
    double[][] rows = new double[frames][];
    double valve = 0;
    double lamp = 0;
    double level = 0.5;
    int warm = 500;
    for (int t = -warm; t < frames; t++) {
      if (t >= 0) {
        rows[t] = new double[] {valve, lamp, level + 0.012 * random.nextGaussian()};
      }
      level += 0.02 * (0.55 + 0.35 * valve) - 0.0155 * Math.sqrt(level);
      level += 0.002 * random.nextGaussian() - (t >= ONSET ? leak * INFLOW : 0);
      level = Math.max(0, level);
      valve += -valve / 60 + 0.35 * Math.sqrt(2 / 60.0) * random.nextGaussian();
      lamp += -lamp / 100 + Math.sqrt(2 / 100.0) * random.nextGaussian();
    }
    return rows;
  }

  private static List<ResultLog.Row> tank(String variant, int frames, long seed) {
    long base = 7_000_003 * seed;
    double[][] training = plant(base, frames, 0);
    DynamicModel model = search(training);
    DynamicEquation tank = model.equations().get(TANK);
    boolean right =
        tank.memory() == Memory.FIRST_ORDER
            && tank.causes().size() == 1
            && tank.causes().get(0).variable() == 0
            && model.equations().get(0).causes().isEmpty()
            && model.equations().get(1).causes().isEmpty();
    Map<String, Double> memory = leaks(base, training, rows -> innovations(model, rows));
    ResultLog.putRatio(memory, "equations right", right ? 1 : 0, 1);
    double mean = Arrays.stream(training).mapToDouble(row -> row[TANK]).average().orElseThrow();
    SteadyState steady = SteadyState.of(tank, STEP, mean);
    memory.put("gain", steady.gain());
    memory.put("process noise", Math.sqrt(tank.processVariance() * STEP));
    memory.put("reading noise", Math.sqrt(tank.readingVariance()));
    for (double leak : LEAKS) {
      double delay = memory.getOrDefault(delayOf(leak), Double.NaN);
      if (delay >= 1) {
        double threshold = memory.getOrDefault("threshold", Double.NaN);
        double push = smallestPush(steady, Math.round(delay), threshold);
        memory.put("smallest push at " + delayOf(leak), push / INFLOW);
      }
    }
    StaticEquation equation = StaticEquation.of(training);
    return List.of(
        new ResultLog.Row(variant + ": memory", seed, memory),
        new ResultLog.Row(variant + ": static", seed, leaks(base, training, equation::residuals)));
  }

  /** Constant push per frame at which the windowed mean reaches a threshold. */
  private static double smallestPush(SteadyState steady, long frames, double threshold) {
    double moved = 0; // by a push of 1, in the last frame
    double sum = 0;
    for (long k = 0; k < frames; k++) {
      moved = 1 + steady.kept() * moved;
      sum += moved;
    }
    return threshold * steady.deviation() * Math.sqrt(frames) / sum;
  }

  /**
   * Figures of one detector: the largest absolute windowed mean over windows of 1 to {@link
   * #LONGEST} frames, in standard deviations, against the largest of quiet runs.
   */
  private static Map<String, Double> leaks(
      long base, double[][] training, Function<double[][], double[]> detector) {
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("lag one", lagOne(detector.apply(training)));
    double threshold = 0;
    for (int run = 0; run < RUNS; run++) {
      double[] windows = windows(detector.apply(plant(base + 1_000 + run, RUN, 0)));
      threshold = Math.max(threshold, Arrays.stream(windows).max().orElseThrow());
    }
    row.put("threshold", threshold);
    for (double leak : LEAKS) {
      double[] delays = new double[RUNS];
      Arrays.fill(delays, Double.POSITIVE_INFINITY);
      for (int run = 0; run < RUNS; run++) {
        double[] windows = windows(detector.apply(plant(base + 2_000 + run, RUN, leak)));
        for (int t = ONSET; t < RUN && Double.isInfinite(delays[run]); t++) {
          delays[run] = windows[t] > threshold ? t - ONSET : delays[run];
        }
      }
      Arrays.sort(delays);
      long found = Arrays.stream(delays).filter(Double::isFinite).count();
      row.put(String.format(Locale.ROOT, "found %.1f %%", 100 * leak), (double) found);
      double median = (delays[RUNS / 2 - 1] + delays[RUNS / 2]) / 2;
      row.put(delayOf(leak), Double.isFinite(median) ? median : Double.NaN);
    }
    return row;
  }

  private static double[] windows(double[] z) {
    double[] sums = new double[z.length + 1];
    double[] largest = new double[z.length];
    for (int t = 0; t < z.length; t++) {
      sums[t + 1] = sums[t] + z[t];
      for (int w = 1; w <= LONGEST && w <= t + 1 - SETTLED; w *= 2) {
        double size = Math.abs(sums[t + 1] - sums[t + 1 - w]) / Math.sqrt(w);
        largest[t] = Math.max(largest[t], size);
      }
    }
    return largest;
  }

  private static double lagOne(double[] z) {
    double product = 0;
    double square = 0;
    for (int t = SETTLED + 1; t < z.length; t++) {
      product += z[t] * z[t - 1];
      square += z[t] * z[t];
    }
    return product / square;
  }

  private static String delayOf(double leak) {
    return String.format(Locale.ROOT, "frames to %.1f %%", 100 * leak);
  }

  /** Standardized innovations of the level after the filter has settled. */
  private static double[] innovations(DynamicModel model, double[][] rows) {
    double[] z = new double[rows.length];
    DynamicState state = model.start();
    for (int t = 0; t < rows.length; t++) {
      Innovations next = model.next(state, STEP * t, rows[t]);
      state = next.state();
      z[t] = t < SETTLED ? 0 : next.values()[TANK] / next.deviations()[TANK];
    }
    return z;
  }

  /** Level given the valve, a cubic, then an autoregression of order one. */
  private record StaticEquation(double[] coefficients, double kept, double deviation) {
    static StaticEquation of(double[][] rows) {
      double[][] x = new double[rows.length][];
      double[] y = new double[rows.length];
      for (int t = 0; t < rows.length; t++) {
        double v = rows[t][0];
        x[t] = new double[] {v, v * v, v * v * v};
        y[t] = rows[t][TANK];
      }
      OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
      regression.newSampleData(y, x);
      double[] coefficients = regression.estimateRegressionParameters();
      StaticEquation plain = new StaticEquation(coefficients, 0, 1);
      double kept = lagOne(plain.residuals(rows));
      double[] filtered = new StaticEquation(coefficients, kept, 1).residuals(rows);
      double square = Arrays.stream(filtered).map(e -> e * e).sum() / (rows.length - SETTLED);
      return new StaticEquation(coefficients, kept, Math.sqrt(square));
    }

    double[] residuals(double[][] rows) {
      double[] z = new double[rows.length];
      double before = Double.NaN;
      for (int t = 0; t < rows.length; t++) {
        double v = rows[t][0];
        double[] c = coefficients;
        double residual = rows[t][TANK] - c[0] - v * (c[1] + v * (c[2] + v * c[3]));
        z[t] = t < SETTLED ? 0 : (residual - kept * before) / deviation;
        before = residual;
      }
      return z;
    }
  }
}
