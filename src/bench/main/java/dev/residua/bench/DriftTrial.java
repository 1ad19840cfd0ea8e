package dev.residua.bench;

import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Run lengths and delays of the drift detector on simulated streams of known distributions. */
public final class DriftTrial {
  private final StreamFamily family;
  private final int latents;
  private final List<DriftReference> references = new ArrayList<>();
  private final long seed;

  public DriftTrial(
      StreamFamily family,
      int latents,
      int references,
      int samples,
      DriftSettings settings,
      long seed) {
    this.family = family;
    this.latents = latents;
    this.seed = seed;
    for (int r = 0; r < references; r++) {
      double[][] rows = family.reference(samples, latents, mix(r, 0, 0));
      this.references.add(DriftReference.calibrate(rows, settings, seed + r, done -> {}));
    }
  }

  private long mix(long a, long b, long c) {
    return new SplittableRandom(((seed * 1_000_003 + a) * 1_000_003 + b) * 1_000_003 + c)
        .nextLong();
  }

  interface Change {
    /**
     * @param sample changed in place
     * @param since samples since the change, from 0
     */
    void apply(double[] sample, long since, SplittableRandom random);
  }

  /** A change with its name. */
  public record Row(String name, Change change) {
    public static Row shift(String name, double each) {
      return new Row(
          name,
          (sample, since, random) -> {
            for (int k = 0; k < sample.length; k++) {
              sample[k] += each;
            }
          });
    }

    static Row first(String name, double shift) {
      return new Row(name, (sample, since, random) -> sample[0] += shift);
    }

    static Row variances(String name, double factor) {
      double root = Math.sqrt(factor);
      return new Row(
          name,
          (sample, since, random) -> {
            for (int k = 0; k < sample.length; k++) {
              sample[k] *= root;
            }
          });
    }

    static Row ramp(double slope) {
      return new Row(
          String.format(Locale.ROOT, "first mean grows %.4f a sample", slope),
          (sample, since, random) -> sample[0] += slope * since);
    }
  }

  /** The rows of the comparison with other detectors at a run length of 1,000. */
  public static List<Row> rows(int latents) {
    return List.of(
        Row.shift("all means +0.5", 0.5),
        Row.shift("all means +1", 1),
        Row.first("one mean +1", 1),
        Row.first("one mean +2", 2),
        Row.variances("all variances x2", 2),
        Row.variances("all variances x0.25", 0.25),
        new Row("one variance x4", (sample, since, random) -> sample[0] *= 2),
        Row.shift("shift of length 0.5", 0.5 / Math.sqrt(latents)));
  }

  /** The rows of the comparison at 20 latents. */
  public static List<Row> wideRows() {
    return List.of(
        new Row(
            "30 % unchanged, 70 % variances x4",
            (sample, since, random) -> {
              if (random.nextDouble() < 0.7) {
                for (int k = 0; k < sample.length; k++) {
                  sample[k] *= 2;
                }
              }
            }),
        Row.shift("all means +0.25", 0.25),
        Row.variances("all scales x1.2", 1.44));
  }

  public static List<Row> ramps() {
    return List.of(Row.ramp(0.0005), Row.ramp(0.001), Row.ramp(0.002));
  }

  /**
   * First passages of quiet streams.
   *
   * @param alarms streams that alarmed
   * @param runLength samples watched divided by alarms, the maximum-likelihood estimate under
   *     censoring
   * @param low lower end of its 95 % interval given the references
   * @param high upper end
   * @param perReference the same estimate for each reference
   */
  public record Passages(
      int alarms, double runLength, double low, double high, double[] perReference) {}

  /** Run lengths at the references' own thresholds for the targets. */
  public List<Passages> runLengths(int streams, double... targets) {
    int each = (streams + references.size() - 1) / references.size();
    int total = each * references.size();
    double longest = Arrays.stream(targets).max().orElseThrow();
    long[][] times = new long[total][];
    IntStream.range(0, total)
        .parallel()
        .forEach(
            i -> {
              DriftReference reference = references.get(i / each);
              double[] levels =
                  Arrays.stream(targets).map(a -> reference.threshold(a).value()).toArray();
              times[i] = passages(reference, levels, (long) (5 * longest), mix(i, 1, 0));
            });
    List<Passages> result = new ArrayList<>();
    for (int target = 0; target < targets.length; target++) {
      double[] watched = new double[references.size()];
      int[] alarms = new int[references.size()];
      for (int i = 0; i < total; i++) {
        watched[i / each] += Math.abs(times[i][target]);
        alarms[i / each] += times[i][target] > 0 ? 1 : 0;
      }
      int all = Math.max(1, Arrays.stream(alarms).sum());
      double mean = Arrays.stream(watched).sum() / all;
      double spread = Math.exp(1.96 / Math.sqrt(all));
      double[] per =
          IntStream.range(0, alarms.length)
              .mapToDouble(r -> watched[r] / Math.max(1, alarms[r]))
              .toArray();
      result.add(new Passages(all, mean, mean / spread, mean * spread, per));
    }
    return result;
  }

  /**
   * Samples seen at the first passage of each level; minus the samples watched if there was none.
   */
  private long[] passages(DriftReference reference, double[] levels, long most, long streamSeed) {
    StreamFamily.Source source = family.source(latents, streamSeed);
    DriftDetector detector = new DriftDetector(reference);
    DriftReading reading = detector.newReading();
    double[] row = new double[latents];
    float[] sample = new float[latents];
    long[] times = new long[levels.length];
    int open = levels.length;
    for (long t = 1; t <= most && open > 0; t++) {
      source.next(row);
      copy(row, sample);
      detector.update(sample, reading);
      for (int i = 0; i < levels.length; i++) {
        if (times[i] == 0 && reading.statistic() >= levels[i]) {
          times[i] = t;
          open--;
        }
      }
    }
    for (int i = 0; i < levels.length; i++) {
      if (times[i] == 0) {
        times[i] = -most;
      }
    }
    return times;
  }

  private static void copy(double[] from, float[] to) {
    for (int k = 0; k < to.length; k++) {
      to[k] = (float) from[k];
    }
  }

  /**
   * The level at which new quiet streams of this distribution run for {@code target} samples on
   * average: samples watched divided by alarms.
   */
  public double measuredThreshold(double target, int streams, int length) {
    int each = (streams + references.size() - 1) / references.size();
    int total = each * references.size();
    long[][] times = new long[total][];
    float[][] maxima = new float[total][];
    IntStream.range(0, total)
        .parallel()
        .forEach(
            i -> {
              StreamFamily.Source source = family.source(latents, mix(i, 2, 0));
              DriftDetector detector = new DriftDetector(references.get(i / each));
              DriftReading reading = detector.newReading();
              double[] row = new double[latents];
              float[] sample = new float[latents];
              long[] at = new long[512];
              float[] high = new float[512];
              int n = 0;
              float highest = 0;
              for (long t = 1; t <= length; t++) {
                source.next(row);
                copy(row, sample);
                detector.update(sample, reading);
                if (reading.statistic() > highest) {
                  highest = reading.statistic();
                  at[n] = t;
                  high[n++] = highest;
                }
              }
              times[i] = Arrays.copyOf(at, n);
              maxima[i] = Arrays.copyOf(high, n);
            });
    double low = 0;
    double high = 200;
    for (int step = 0; step < 40; step++) {
      double level = 0.5 * (low + high);
      double watched = 0;
      int alarms = 0;
      for (int i = 0; i < total; i++) {
        int passage = Arrays.binarySearch(maxima[i], (float) level);
        passage = passage < 0 ? -passage - 1 : passage;
        boolean alarm = passage < maxima[i].length;
        watched += alarm ? times[i][passage] : length;
        alarms += alarm ? 1 : 0;
      }
      if (alarms > 0 && watched / alarms < target) {
        low = level;
      } else {
        high = level;
      }
    }
    return high;
  }

  /**
   * Delays of one change.
   *
   * @param streams watched to the change without a false alarm
   * @param mean samples from the change to the alarm, the changed ones up to it
   * @param error its standard error
   * @param missed streams without an alarm within the horizon, counted with the horizon
   */
  public record Delay(int streams, double mean, double error, int missed) {}

  /** Delays after {@code quiet} samples; streams that alarm before the change are drawn again. */
  public Delay delay(Row change, double threshold, int streams, int quiet, int horizon) {
    int each = (streams + references.size() - 1) / references.size();
    int total = each * references.size();
    long[] delays =
        IntStream.range(0, total)
            .parallel()
            .mapToLong(
                i -> {
                  long delay = 0;
                  for (int attempt = 0; delay == 0; attempt++) {
                    delay =
                        delayOf(
                            references.get(i / each),
                            change.change(),
                            threshold,
                            quiet,
                            horizon,
                            mix(i, 3, attempt));
                  }
                  return delay;
                })
            .toArray();
    double mean = Arrays.stream(delays).map(Math::abs).average().orElseThrow();
    double variance =
        Arrays.stream(delays).mapToDouble(d -> Math.pow(Math.abs(d) - mean, 2)).sum() / (total - 1);
    int missed = (int) Arrays.stream(delays).filter(d -> d < 0).count();
    return new Delay(total, mean, Math.sqrt(variance / total), missed);
  }

  /** Samples to the alarm; 0 after a false alarm; minus the horizon if it was missed. */
  private long delayOf(
      DriftReference reference,
      Change change,
      double threshold,
      int quiet,
      int horizon,
      long streamSeed) {
    StreamFamily.Source source = family.source(latents, streamSeed);
    SplittableRandom random = new SplittableRandom(streamSeed + 1);
    DriftDetector detector = new DriftDetector(reference);
    DriftReading reading = detector.newReading();
    double[] row = new double[latents];
    float[] sample = new float[latents];
    for (int t = 0; t < quiet + horizon; t++) {
      source.next(row);
      if (t >= quiet) {
        change.apply(row, t - quiet, random);
      }
      copy(row, sample);
      detector.update(sample, reading);
      if (reading.statistic() >= threshold) {
        return t < quiet ? 0 : t - quiet + 1;
      }
    }
    return -horizon;
  }
}
