package dev.residua.bench.experiment;

import dev.residua.bench.experiment.SimulatedSource.Distribution;
import dev.residua.commissioning.CommissioningFit;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.UniformityWatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Rate at which {@link UniformityWatch} finds that p-values are not uniform, for sources that
 * learned from their own first frames: of quiet sources per block, and after changes of one
 * residual. Sources are those of {@link CommissioningTrial}; their frames are so far apart that
 * blocks end with {@value UniformityWatch#BLOCK_SAMPLES} effective samples.
 */
final class UniformityTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "uniformity",
          Experiment.Needs.MODEL,
          "Sources that learned what is normal: how often their p-values are found not to be uniform,"
              + " while nothing changes and after changes of one residual.",
          (cells, scale) -> cells.addRows("source", UniformityTrial::rows));

  private static final int LATENTS = 4;
  private static final int MAX_FRAMES = 60_000;
  private static final double BLOCKS = 10;
  private static final double MAX_BLOCKS = 3;
  private static final int QUIET_SOURCES = 200;
  private static final int CHANGED_SOURCES = 10;
  private static final int MIN_SOURCES = 2; // if an effective sample takes many frames

  private enum Change {
    SHIFT("+0.3 sd", 0.3, 1),
    WIDER("spread x 1.3", 0, 1.3),
    NARROWER("spread / 1.3", 0, 1 / 1.3),
    SMALL_SHIFT("+0.2 sd", 0.2, 1),
    LITTLE_WIDER("spread x 1.2", 0, 1.2),
    TINY("spread x 1.1", 0, 1.1);

    private final String label;
    private final double shift;
    private final double spread;

    Change(String label, double shift, double spread) {
      this.label = label;
      this.shift = shift;
      this.spread = spread;
    }
  }

  /**
   * Simulated case.
   *
   * @param lagOne correlation of consecutive residuals, in [0, 1)
   * @param samples effective samples that a source learns from
   */
  record Case(Distribution distribution, double lagOne, int samples) {
    String label() {
      return "%s, lag one %s, learned from %d".formatted(distribution.label(), lagOne, samples);
    }
  }

  static final List<Case> CASES =
      List.of(
          new Case(Distribution.GAUSS, 0, 1_000),
          new Case(Distribution.GAUSS, 0, 5_000),
          new Case(Distribution.STUDENT, 0, 1_000),
          new Case(Distribution.SKEWED, 0, 1_000),
          new Case(Distribution.GAUSS, 0.5, 1_000),
          new Case(Distribution.GAUSS, 0.9, 1_000),
          new Case(Distribution.STUDENT, 0.9, 1_000));

  private final Case simulated;
  private final double time; // frames per effective sample
  private final long seed;

  UniformityTrial(Case simulated, long seed) {
    this.simulated = simulated;
    this.time = (1 + simulated.lagOne()) / (1 - simulated.lagOne());
    this.seed = seed;
  }

  Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    int quiet = (int) Math.max(MIN_SOURCES, QUIET_SOURCES / time);
    int[] wrong =
        IntStream.range(0, quiet)
            .parallel()
            .map(i -> new Watched(mix(i, 0)).falseBlocks())
            .toArray();
    ResultLog.putRatio(figures, "false per block", IntStream.of(wrong).sum(), quiet * BLOCKS);
    int changed = (int) Math.max(MIN_SOURCES, CHANGED_SOURCES / time);
    for (Change change : Change.values()) {
      double[] delays =
          IntStream.range(0, changed)
              .parallel()
              .mapToDouble(i -> new Watched(mix(i, 1 + change.ordinal())).delay(change))
              .toArray();
      double found = 0;
      double sum = 0;
      for (double delay : delays) {
        found += delay > 0 ? 1 : 0;
        sum += delay;
      }
      ResultLog.putRatio(figures, change.label + ": found", found, changed);
      if (change.ordinal() < 3) {
        ResultLog.putRatio(figures, change.label + ": samples", sum, found);
      }
    }
    return figures;
  }

  private long mix(long a, long b) {
    return new SplittableRandom((seed * 1_000_003 + a) * 1_000_003 + b).nextLong();
  }

  private final class Watched {
    private final SimulatedSource source;
    private final InnovationFilter filter;
    private final UniformityWatch watch;
    private final double[] innovations = new double[LATENTS];
    private final double nanos =
        1.001 * UniformityWatch.BLOCK_TIME.toNanos() / (UniformityWatch.BLOCK_SAMPLES * time);
    private long frames;

    Watched(long streamSeed) {
      source =
          new SimulatedSource(
              simulated.distribution(), simulated.lagOne(), LATENTS, true, streamSeed);
      CommissioningWindow window = CommissioningWindow.start(LATENTS);
      float[] nothing = new float[LATENTS];
      for (int t = 0; t < Math.min(MAX_FRAMES, simulated.samples() * time); t++) {
        window = window.plus(source.next(), nothing, true);
      }
      CommissioningFit fit = CommissioningFit.of(window, 1);
      double[][] learned = fit.innovations();
      filter = new InnovationFilter(fit.calibration());
      watch = new UniformityWatch(fit.calibration(), InnovationDistribution.of(learned));
    }

    private boolean next() {
      filter.next(source.next(), innovations);
      return watch.next(Instant.EPOCH.plusNanos((long) (nanos * frames++)), innovations);
    }

    /** Blocks that are found not to be uniform, of those of the first latent. */
    int falseBlocks() {
      int found = 0;
      for (long t = 0; t < BLOCKS * UniformityWatch.BLOCK_SAMPLES * time; t++) {
        found += next() && watch.anyFound() ? 1 : 0;
      }
      return found;
    }

    /**
     * Effective samples from a change in the middle of a block until it is found; 0 if it is not in
     * three blocks.
     */
    double delay(Change change) {
      for (long t = 0; t < UniformityWatch.BLOCK_SAMPLES * time / 2; t++) {
        next();
      }
      source.shift(change.shift);
      source.spread(change.spread);
      for (long t = 1; t <= MAX_BLOCKS * UniformityWatch.BLOCK_SAMPLES * time; t++) {
        next();
        if (watch.found(0).isPresent()) {
          return t / time;
        }
      }
      return 0;
    }
  }

  private static List<ResultLog.Row> rows(Workbench bench, long seed) {
    List<ResultLog.Row> rows = new ArrayList<>();
    double parts = CASES.size();
    for (UniformityTrial.Case one : UniformityTrial.CASES) {
      bench.progress().at("watching sources", rows.size() / parts, null);
      rows.add(
          new ResultLog.Row(
              "source: " + one.label(), seed, new UniformityTrial(one, seed).figures()));
    }
    return rows;
  }
}
