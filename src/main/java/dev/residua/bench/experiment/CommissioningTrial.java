package dev.residua.bench.experiment;

import dev.residua.commissioning.CommissioningFit;
import dev.residua.commissioning.CommissioningThresholds;
import dev.residua.commissioning.CommissioningThresholds.Grid;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.InnovationLaw;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Run lengths and delays of sources that are commissioned on their own first frames. The detector
 * has a reference of independent normal scores. A source has four autoregressive residuals whose
 * innovations follow another law, a location {@code N(0, 0.2)} and a scale {@code exp(N(0, 0.1))}.
 * The law of innovations is learnt too, from that of the reference.
 */
final class CommissioningTrial {
  /** Laws of innovations with mean 0 and variance 1. */
  enum Law {
    GAUSS("Gauss"),
    STUDENT("t5"),
    SKEWED("skewed");

    private final String label;

    Law(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    private double draw(SplittableRandom random) {
      switch (this) {
        case GAUSS -> {
          return random.nextGaussian();
        }
        case STUDENT -> {
          double squares = 0;
          for (int i = 0; i < 5; i++) {
            double g = random.nextGaussian();
            squares += g * g;
          }
          return random.nextGaussian() / Math.sqrt(squares / 5) * Math.sqrt(3.0 / 5);
        }
        case SKEWED -> { // gamma of shape 4
          double sum = 0;
          for (int i = 0; i < 4; i++) {
            sum -= Math.log(1 - random.nextDouble());
          }
          return (sum - 4) / 2;
        }
      }
      throw new AssertionError(this);
    }
  }

  /** Lag-one correlations of the residuals. */
  static final double[] LAGS = {0, 0.5, 0.9, 0.99};

  /** Lag-one correlations of the normal sources that have nothing to learn. */
  static final double[] EXACT_LAGS = {0, 0.9};

  private static final int SOURCES = 40;
  private static final int SIMULATED = 200;
  private static final int LATENTS = 4;
  private static final int REFERENCE = 5_000;
  private static final double SAMPLES = 1_000;
  private static final int MAX_FRAMES = 60_000;
  private static final double[] TARGETS = {1_000, 10_000};
  private static final int QUIET = 200;
  private static final int HORIZON = 5_000;

  private final DriftReference reference;
  private final InnovationLaw shared;
  private final CommissioningThresholds thresholds;
  private final long seed;
  private final int sources;

  /** The trial of the published figures; some five minutes on two cores. */
  static CommissioningTrial of(long seed, DoubleConsumer progress) {
    return new CommissioningTrial(seed, SOURCES, SIMULATED, progress);
  }

  /**
   * Learns a reference and simulates its thresholds.
   *
   * @param sources sources per cell
   * @param simulated streams per threshold
   */
  CommissioningTrial(long seed, int sources, int simulated, DoubleConsumer progress) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] scores = new double[REFERENCE][LATENTS];
    for (double[] row : scores) {
      for (int k = 0; k < LATENTS; k++) {
        row[k] = random.nextGaussian();
      }
    }
    this.seed = seed;
    this.sources = sources;
    this.reference =
        DriftReference.calibrate(
            scores,
            DriftSettings.DEFAULTS.withSimulation(simulated, 2_560),
            seed,
            done -> progress.accept(0.3 * done));
    double[][] columns = new double[LATENTS][REFERENCE];
    for (int t = 0; t < REFERENCE; t++) {
      for (int k = 0; k < LATENTS; k++) {
        columns[k][t] = scores[t][k];
      }
    }
    this.shared = InnovationLaw.of(columns);
    this.thresholds =
        CommissioningThresholds.simulate(
            reference,
            scores,
            new Grid(new double[] {SAMPLES / 3, SAMPLES}, LAGS, simulated),
            seed + 1,
            done -> progress.accept(0.3 + 0.7 * done));
  }

  /** One source. */
  private static final class Source {
    private final Law law;
    private final double lagOne;
    private final SplittableRandom random;
    private final double[] state = new double[LATENTS];
    private final double[] expected = new double[LATENTS];
    private final double[] location = new double[LATENTS];
    private final double[] scale = new double[LATENTS];
    private final float[] residuals = new float[LATENTS];
    private double shift; // of latent 0, in standard deviations
    private double gain = 1; // of latent 0; its expected value has two standard deviations

    Source(Law law, double lagOne, boolean shifted, long seed) {
      this.law = law;
      this.lagOne = lagOne;
      this.random = new SplittableRandom(seed);
      for (int k = 0; k < LATENTS; k++) {
        location[k] = shifted ? 0.2 * random.nextGaussian() : 0;
        scale[k] = shifted ? Math.exp(0.1 * random.nextGaussian()) : 1;
      }
      for (int t = 0; t < 5 * (1 + lagOne) / (1 - lagOne); t++) {
        next();
      }
    }

    float[] next() {
      double rest = Math.sqrt(1 - lagOne * lagOne);
      for (int k = 0; k < LATENTS; k++) {
        state[k] = lagOne * state[k] + rest * law.draw(random);
        expected[k] = lagOne * expected[k] + rest * random.nextGaussian();
        double value = state[k];
        if (k == 0) {
          value += shift + (gain - 1) * 2 * expected[k];
        }
        residuals[k] = (float) (location[k] + scale[k] * value);
      }
      return residuals;
    }

    CommissioningFit commission() {
      int frames = (int) Math.min(MAX_FRAMES, SAMPLES * (1 + lagOne) / (1 - lagOne));
      CommissioningWindow window = CommissioningWindow.start(LATENTS);
      float[] nothing = new float[LATENTS];
      for (int t = 0; t < frames; t++) {
        window = window.plus(next(), nothing, true);
      }
      return CommissioningFit.of(window, 1);
    }
  }

  private long mix(long a, long b) {
    return new SplittableRandom((seed * 1_000_003 + a) * 1_000_003 + b).nextLong();
  }

  /** A source that is watched: its normal scores go to a detector. */
  private final class Watch {
    final Source source;
    final double[] levels = new double[TARGETS.length];
    private final InnovationFilter filter;
    private final @Nullable InnovationLaw law; // null: innovations are normal
    private final DriftDetector detector = new DriftDetector(reference);
    private final DriftReading reading = detector.newReading();
    private final double[] innovations = new double[LATENTS];
    private final float[] scores = new float[LATENTS];

    Watch(Source source, SourceCalibration calibration, @Nullable InnovationLaw law) {
      this.source = source;
      this.filter = new InnovationFilter(calibration);
      this.law = law;
      for (int j = 0; j < levels.length; j++) {
        levels[j] =
            law == null
                ? reference.threshold(TARGETS[j]).value()
                : thresholds.threshold(reference, calibration, TARGETS[j]);
      }
    }

    float next() {
      filter.next(source.next(), innovations);
      for (int k = 0; k < LATENTS; k++) {
        scores[k] = (float) (law == null ? innovations[k] : law.normalScore(k, innovations[k]));
      }
      detector.update(scores, reading);
      return reading.statistic();
    }

    /**
     * Frames to the first passage of every level; minus the frames watched where there was none.
     */
    long[] passages() {
      long most = (long) (5 * TARGETS[TARGETS.length - 1]);
      long[] times = new long[levels.length];
      int open = levels.length;
      for (long t = 1; t <= most && open > 0; t++) {
        float statistic = next();
        for (int j = 0; j < levels.length; j++) {
          if (times[j] == 0 && statistic >= levels[j]) {
            times[j] = t;
            open--;
          }
        }
      }
      for (int j = 0; j < levels.length; j++) {
        times[j] = times[j] == 0 ? -most : times[j];
      }
      return times;
    }

    /**
     * Frames from a change to the alarm at the first target; 0 after an alarm before the change.
     */
    int delay(Change change) {
      for (int t = 0; t < QUIET; t++) {
        if (next() >= levels[0]) {
          return 0;
        }
      }
      for (int t = 1; t <= HORIZON; t++) {
        switch (change) {
          case JUMP -> source.shift = 1;
          case RAMP -> source.shift = 0.01 * t;
          case HALF_GAIN -> source.gain = 0.5;
        }
        if (next() >= levels[0]) {
          return t;
        }
      }
      return HORIZON;
    }
  }

  /** Changes of the first residual. */
  private enum Change {
    JUMP("delay of +1 sd"),
    RAMP("delay of a ramp, 0.01 sd per frame"),
    HALF_GAIN("delay of half gain");

    private final String label;

    Change(String label) {
      this.label = label;
    }
  }

  /** Makes sources by their seed. */
  private interface Watches {
    Watch of(long seed);
  }

  /** Figures of sources that are commissioned. */
  Map<String, Double> commissioned(Law law, double lagOne) {
    return figures(
        streamSeed -> {
          Source source = new Source(law, lagOne, true, streamSeed);
          CommissioningFit fit = source.commission();
          return new Watch(source, fit.calibration(), shared.ofSource(fit.innovations()));
        });
  }

  /** Figures of normal sources that the reference fits without any learning. */
  Map<String, Double> exact(double lagOne) {
    double rest = Math.sqrt(1 - lagOne * lagOne);
    List<Double> coefficients = lagOne == 0 ? List.of() : List.of(lagOne);
    SourceCalibration calibration =
        new SourceCalibration(
            Collections.nCopies(LATENTS, new LatentCalibration(0, rest, coefficients, 1, 1)), 1, 1);
    return figures(
        streamSeed ->
            new Watch(new Source(Law.GAUSS, lagOne, false, streamSeed), calibration, null));
  }

  private Map<String, Double> figures(Watches watches) {
    long[][] times = new long[sources][];
    double[][] delays = new double[sources][Change.values().length];
    IntStream.range(0, sources)
        .parallel()
        .forEach(
            i -> {
              times[i] = watches.of(mix(i, 1)).passages();
              for (Change change : Change.values()) {
                int delay = 0;
                for (int attempt = 0; delay == 0; attempt++) {
                  delay = watches.of(mix(i, 2 + attempt)).delay(change);
                }
                delays[i][change.ordinal()] = delay;
              }
            });
    Map<String, Double> figures = new LinkedHashMap<>();
    for (int j = 0; j < TARGETS.length; j++) {
      double watched = 0;
      int alarms = 0;
      for (long[] each : times) {
        watched += Math.abs(each[j]);
        alarms += each[j] > 0 ? 1 : 0;
      }
      double ratio = watched / Math.max(1, alarms) / TARGETS[j];
      double error = Math.exp(1.96 / Math.sqrt(Math.max(1, alarms)));
      String name = String.format(Locale.ROOT, "run length / %.0f", TARGETS[j]);
      figures.put(name, ratio);
      figures.put(name + ", low", ratio / error);
      figures.put(name + ", high", ratio * error);
    }
    for (Change change : Change.values()) {
      double sum = 0;
      for (double[] each : delays) {
        sum += each[change.ordinal()] / sources;
      }
      figures.put(change.label, sum);
    }
    return figures;
  }
}
