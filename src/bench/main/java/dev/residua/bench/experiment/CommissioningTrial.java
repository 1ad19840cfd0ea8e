package dev.residua.bench.experiment;

import dev.residua.bench.experiment.SimulatedSource.Distribution;
import dev.residua.causal.Normal;
import dev.residua.commissioning.CommissioningFit;
import dev.residua.commissioning.CommissioningThresholds;
import dev.residua.commissioning.CommissioningThresholds.Grid;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Run lengths and delays of sources that are commissioned on their own first frames. The detector
 * has a reference of normal scores, another one for each seed. A source has four autoregressive
 * residuals whose innovations follow another distribution, see {@link SimulatedSource}.
 *
 * <p>Every source is watched for the same number of frames, and its detector restarts after each
 * alarm. So frames over alarms are those of a fleet: a source with many alarms counts with all of
 * them.
 */
final class CommissioningTrial {
  static final List<Experiment> EXPERIMENTS =
      List.of(
          new Experiment(
              "commissioning",
              Experiment.Needs.MODEL,
              "Sources that learn what is normal from their own first frames: run length over target and"
                  + " delays, over autocorrelation and distribution, with thresholds that pay for the learning. Each"
                  + " seed draws another reference of the detector.",
              (cells, scale) -> cells.addRows("source", CommissioningTrial::usual)),
          new Experiment(
              "commissioning-rare",
              Experiment.Needs.MODEL,
              "Commissioned sources at one false alarm per million frames, for independent residuals.",
              (cells, scale) -> cells.addRows("source", CommissioningTrial::rare)),
          new Experiment(
              "commissioning-costs",
              Experiment.Needs.MODEL,
              "Delays until independent sources that lose half a gain are found: with a known distribution,"
                  + " and with each part of learning.",
              (cells, scale) -> cells.addRows("source", CommissioningTrial::costs)));

  static final double[] LAGS = {0, 0.5, 0.9, 0.99};

  /** Sources per step of the costs: the standard error of a mean over ten seeds is some 1 frame. */
  static final int COSTS = 100;

  private static final int SOURCES = 4;
  private static final int DELAYS = 2;
  private static final int SIMULATED = 300;
  private static final int LATENTS = 4;
  private static final int REFERENCE = 5_000;
  private static final int MIN_STREAMS = 50; // the thresholds are those of the table
  private static final double SAMPLES = 1_000;
  private static final int MAX_FRAMES = 60_000;
  private static final int[] INNOVATIONS = {1_000, 3_000, 10_000};
  private static final int QUIET = 200;
  private static final int HORIZON = 5_000;
  private static final int MOST = 10_000; // innovations of the last cell
  private static final String KNOWN = "known";
  private static final String LEARNT = "learnt";

  /**
   * A target run length.
   *
   * @param frames that pass on average before a false alarm
   * @param times length of the watch, in multiples of these frames
   */
  record Target(double frames, double times) {
    private String label() {
      return String.format(Locale.ROOT, "run length / %.0f", frames);
    }
  }

  static final List<Target> TARGETS = List.of(new Target(1_000, 5), new Target(10_000, 2.5));

  /** One alarm per source is expected; about a week of 2 frames per second. */
  static final List<Target> RARE = List.of(new Target(1_000_000, 0.5));

  private final DriftReference own; // of the vectors as they are
  private final DriftReference reference; // of their normal scores
  private final InnovationDistribution shared;
  private final CommissioningThresholds thresholds;
  private final long seed;
  private final int sources;

  /** The trial of the published figures; half a minute per seed on one core. */
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
    double[][] vectors = new double[REFERENCE][LATENTS];
    double[][] scores = new double[REFERENCE][LATENTS];
    double[][] columns = new double[LATENTS][REFERENCE];
    for (int t = 0; t < REFERENCE; t++) {
      for (int k = 0; k < LATENTS; k++) {
        vectors[t][k] = random.nextGaussian();
        columns[k][t] = vectors[t][k];
      }
    }
    this.shared = InnovationDistribution.of(columns);
    for (int t = 0; t < REFERENCE; t++) {
      for (int k = 0; k < LATENTS; k++) {
        scores[t][k] = shared.normalScore(k, columns[k][t]);
      }
    }
    this.seed = seed;
    this.sources = sources;
    DriftSettings settings = DriftSettings.DEFAULTS.withSimulation(simulated, 2_560);
    this.own =
        DriftReference.calibrate(vectors, settings, seed, done -> progress.accept(0.2 * done));
    this.reference =
        DriftReference.calibrate(
            scores,
            settings.withSimulation(MIN_STREAMS, settings.streamLength()),
            seed,
            done -> progress.accept(0.2 + 0.1 * done));
    this.thresholds =
        CommissioningThresholds.simulate(
            reference,
            scores,
            new Grid(INNOVATIONS, simulated),
            seed + 1,
            done -> progress.accept(0.3 + 0.7 * done));
  }

  private static CommissioningFit commission(
      SimulatedSource source, double lagOne, double samples) {
    int frames = (int) Math.min(MAX_FRAMES, samples * (1 + lagOne) / (1 - lagOne));
    CommissioningWindow window = CommissioningWindow.start(LATENTS);
    float[] nothing = new float[LATENTS];
    for (int t = 0; t < frames; t++) {
      window = window.plus(source.next(), nothing, true);
    }
    return CommissioningFit.of(window, 1);
  }

  private long mix(long a, long b) {
    return new SplittableRandom((seed * 1_000_003 + a) * 1_000_003 + b).nextLong();
  }

  private interface NormalScores {
    double normalScore(int latent, double innovation);
  }

  /** A source that is watched: its normal scores go to a detector. */
  private final class Watch {
    final SimulatedSource source;
    private final InnovationFilter filter;
    private final NormalScores distribution;
    private final DriftDetector detector;
    private final DoubleUnaryOperator levels; // over target run lengths
    private final DriftReading reading;
    private final double[] innovations = new double[LATENTS];
    private final float[] scores = new float[LATENTS];

    /** A source of which everything is known. */
    Watch(SimulatedSource source, Distribution distribution) {
      this(
          source,
          ofSamples(1),
          (latent, innovation) -> distribution.score(innovation),
          own,
          target -> own.threshold(target).value());
    }

    /**
     * A source that was commissioned.
     *
     * @param paid the calibration whose thresholds are used
     */
    Watch(
        SimulatedSource source,
        SourceCalibration calibration,
        InnovationDistribution distribution,
        SourceCalibration paid) {
      this(
          source,
          calibration,
          distribution::normalScore,
          reference,
          target -> thresholds.threshold(reference, paid, target));
    }

    private Watch(
        SimulatedSource source,
        SourceCalibration calibration,
        NormalScores distribution,
        DriftReference detector,
        DoubleUnaryOperator levels) {
      this.source = source;
      this.filter = new InnovationFilter(calibration);
      this.distribution = distribution;
      this.detector = new DriftDetector(detector);
      this.levels = levels;
      this.reading = this.detector.newReading();
    }

    double level(double target) {
      return levels.applyAsDouble(target);
    }

    float next() {
      filter.next(source.next(), innovations);
      for (int k = 0; k < LATENTS; k++) {
        scores[k] = (float) distribution.normalScore(k, innovations[k]);
      }
      detector.update(scores, reading);
      return reading.statistic();
    }

    int alarms(Target target) {
      double level = level(target.frames());
      int alarms = 0;
      detector.restart();
      for (long t = 0; t < target.frames() * target.times(); t++) {
        if (next() >= level) {
          alarms++;
          detector.restart();
        }
      }
      return alarms;
    }

    /**
     * Frames from a change to the alarm at the first target; 0 after an alarm before the change.
     */
    int delay(Change change) {
      double level = level(TARGETS.get(0).frames());
      for (int t = 0; t < QUIET; t++) {
        if (next() >= level) {
          return 0;
        }
      }
      for (int t = 1; t <= HORIZON; t++) {
        switch (change) {
          case JUMP -> source.shift(1);
          case LARGE_JUMP -> source.shift(5);
          case RAMP -> source.shift(0.01 * t);
          case HALF_GAIN -> source.gain(0.5);
        }
        if (next() >= level) {
          return t;
        }
      }
      return HORIZON;
    }
  }

  private enum Change {
    JUMP("delay of +1 sd"),
    LARGE_JUMP("delay of +5 sd"),
    RAMP("delay of a ramp, 0.01 sd per frame"),
    HALF_GAIN("delay of half gain");

    private final String label;

    Change(String label) {
      this.label = label;
    }
  }

  private interface Watches {
    Watch of(long seed);
  }

  private Watches learnt(Distribution distribution, double lagOne, double samples) {
    return streamSeed ->
        learnt(distribution, lagOne, samples, UnaryOperator.identity(), streamSeed);
  }

  private Watch learnt(
      Distribution distribution,
      double lagOne,
      double samples,
      UnaryOperator<SourceCalibration> paid,
      long streamSeed) {
    SimulatedSource source = new SimulatedSource(distribution, lagOne, LATENTS, true, streamSeed);
    CommissioningFit fit = commission(source, lagOne, samples);
    SourceCalibration calibration = fit.calibration();
    InnovationDistribution learnt = shared.ofSource(fit.innovations());
    return new Watch(source, calibration, learnt, paid.apply(calibration));
  }

  private Watches known(Distribution distribution) {
    return streamSeed ->
        new Watch(new SimulatedSource(distribution, 0, LATENTS, false, streamSeed), distribution);
  }

  private static SourceCalibration ofSamples(int samples) {
    return new SourceCalibration(
        Collections.nCopies(LATENTS, new LatentCalibration(0, 1, List.of(), 1, samples)),
        samples,
        1);
  }

  /** Returns the true distribution within the mean range of as many innovations, without tails. */
  private static InnovationDistribution withoutTails(Distribution distribution) {
    double[] values = new double[(int) SAMPLES];
    for (int i = 0; i < values.length; i++) {
      values[i] = distribution.innovation(Normal.quantile((i + 1) / (SAMPLES + 1)));
    }
    return InnovationDistribution.of(Collections.nCopies(LATENTS, values).toArray(double[][]::new));
  }

  /** Variants of independent sources, each with a part of the costs of learning. */
  private Map<String, Watches> steps(Distribution distribution) {
    InnovationDistribution cut = withoutTails(distribution);
    SourceCalibration many = ofSamples(MOST);
    Map<String, Watches> steps = new LinkedHashMap<>();
    steps.put(KNOWN, known(distribution));
    steps.put(
        "known but for its tails",
        streamSeed ->
            new Watch(
                new SimulatedSource(distribution, 0, LATENTS, false, streamSeed),
                ofSamples(1),
                cut,
                many));
    steps.put(
        "learnt, thresholds for 10,000",
        streamSeed -> learnt(distribution, 0, SAMPLES, learnt -> many, streamSeed));
    steps.put(LEARNT, learnt(distribution, 0, SAMPLES));
    steps.put("learnt from 10,000", learnt(distribution, 0, MOST));
    return steps;
  }

  /**
   * Compares the delays with which sources find a lost half gain: with a known distribution, with a
   * learnt one, and with each part of learning.
   *
   * @param each sources per step
   */
  Map<String, Double> costs(Distribution distribution, int each) {
    Map<String, Double> figures = new LinkedHashMap<>();
    Map<String, Double> sums = new LinkedHashMap<>();
    steps(distribution)
        .forEach(
            (name, watches) -> {
              double sum = total(watches, Change.HALF_GAIN, each);
              sums.put(name, sum);
              ResultLog.putRatio(figures, name, sum, each);
            });
    double learnt = Objects.requireNonNull(sums.get(LEARNT));
    double known = Objects.requireNonNull(sums.get(KNOWN));
    ResultLog.putRatio(figures, LEARNT + " / " + KNOWN, learnt, known);
    return figures;
  }

  /** Figures of sources that are commissioned, each a sum and a count. */
  Map<String, Double> commissioned(Distribution distribution, double lagOne) {
    return figures(learnt(distribution, lagOne, SAMPLES));
  }

  /**
   * Figures of independent normal sources whose location and scale are known, each a sum and a
   * count.
   */
  Map<String, Double> exact() {
    return figures(known(Distribution.GAUSS));
  }

  private Map<String, Double> figures(Watches watches) {
    Map<String, Double> figures = runLengths(watches, TARGETS);
    figures.putAll(delays(watches));
    return figures;
  }

  Map<String, Double> rare(Distribution distribution) {
    return runLengths(learnt(distribution, 0, SAMPLES), RARE);
  }

  /** Run lengths of normal sources whose location and scale are known. */
  Map<String, Double> rareExact() {
    return runLengths(known(Distribution.GAUSS), RARE);
  }

  private Map<String, Double> runLengths(Watches watches, List<Target> targets) {
    int[][] alarms = new int[sources][targets.size()];
    IntStream.range(0, sources)
        .parallel()
        .forEach(
            i -> {
              Watch watch = watches.of(mix(i, 1));
              for (int j = 0; j < targets.size(); j++) {
                alarms[i][j] = watch.alarms(targets.get(j));
              }
            });
    Map<String, Double> figures = new LinkedHashMap<>();
    for (int j = 0; j < targets.size(); j++) {
      int at = j;
      Target target = targets.get(j);
      double counted = IntStream.range(0, sources).mapToDouble(i -> alarms[i][at]).sum();
      ResultLog.putRatio(figures, target.label(), target.times() * sources, counted);
    }
    return figures;
  }

  private Map<String, Double> delays(Watches watches) {
    int each = Math.min(sources, DELAYS);
    Map<String, Double> figures = new LinkedHashMap<>();
    for (Change change : Change.values()) {
      ResultLog.putRatio(figures, change.label, total(watches, change, each), each);
    }
    return figures;
  }

  private double total(Watches watches, Change change, int each) {
    return IntStream.range(0, each)
        .parallel()
        .map(
            i -> {
              int delay = 0;
              for (int attempt = 0; delay == 0; attempt++) {
                delay = watches.of(mix(i, 2 + attempt)).delay(change);
              }
              return delay;
            })
        .sum();
  }

  private static List<ResultLog.Row> usual(Workbench bench, long seed) {
    CommissioningTrial trial =
        CommissioningTrial.of(
            seed, done -> bench.progress().at("simulating thresholds", done, null));
    List<ResultLog.Row> rows = new ArrayList<>();
    double parts = 1 + Distribution.values().length * LAGS.length;
    bench.progress().at("watching sources", 0, null);
    rows.add(new ResultLog.Row("source: nothing to learn", seed, trial.exact()));
    for (Distribution distribution : Distribution.values()) {
      for (double lagOne : LAGS) {
        bench.progress().at("watching sources", rows.size() / parts, null);
        rows.add(
            new ResultLog.Row(
                "source: %s, lag one %s".formatted(distribution.label(), lagOne),
                seed,
                trial.commissioned(distribution, lagOne)));
      }
    }
    return rows;
  }

  private static List<ResultLog.Row> rare(Workbench bench, long seed) {
    CommissioningTrial trial =
        CommissioningTrial.of(
            seed, done -> bench.progress().at("simulating thresholds", done, null));
    bench.progress().at("watching sources", 0, null);
    List<ResultLog.Row> rows = new ArrayList<>();
    rows.add(new ResultLog.Row("source: nothing to learn", seed, trial.rareExact()));
    for (Distribution distribution : Distribution.values()) {
      bench.progress().at("watching sources", rows.size() / 4.0, null);
      rows.add(
          new ResultLog.Row("source: " + distribution.label(), seed, trial.rare(distribution)));
    }
    return rows;
  }

  private static List<ResultLog.Row> costs(Workbench bench, long seed) {
    CommissioningTrial trial =
        CommissioningTrial.of(
            seed, done -> bench.progress().at("simulating thresholds", done, null));
    List<ResultLog.Row> rows = new ArrayList<>();
    for (Distribution distribution : Distribution.values()) {
      bench.progress().at("watching sources", rows.size() / 3.0, null);
      rows.add(
          new ResultLog.Row(
              "source: " + distribution.label(), seed, trial.costs(distribution, COSTS)));
    }
    return rows;
  }
}
