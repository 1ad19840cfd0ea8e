package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.model.EngineFactory;
import dev.residua.model.NetworkPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network in rounds until frames that do not train it show no more gain.
 *
 * <p>Each round is a whole training, with the learning rate from its rise to its end, that starts
 * from the weights of the round before. The first takes a fifteenth of the steps and each other one
 * as many more, so five rounds take all steps. After each round but the last, label errors,
 * reconstruction and graph are measured. If they are {@linkplain Figures#stable stable}, or if a
 * good model only {@linkplain Figures#better lost} labels, the training ends.
 */
final class TrainingRounds {
  private static final int ROUNDS = 5;
  private static final String TRAINING = "training";

  /** Seeds of rounds differ by this, so that each draws other batches. */
  private static final long SEED_STEP = 1_000_003;

  private static final int MEASURED_FRAMES = 600;

  private final Trainer trainer;
  private final EngineFactory engines;
  private final ExactDagSearchSettings search;

  TrainingRounds(Trainer trainer, EngineFactory engines, ExactDagSearchSettings search) {
    this.trainer = trainer;
    this.engines = engines;
    this.search = search;
  }

  /**
   * A trained network, to be closed.
   *
   * @param steps that the network took
   * @param stable whether it ended before the last round
   */
  record Result(TrainedNetwork network, int steps, boolean stable) {}

  /**
   * Figures of a network on frames that did not train it.
   *
   * @param reconstruction share of the pixel variance that is not reproduced, at least 0
   * @param labelError largest error of a factor, in standard deviations of its labels; empty
   *     without labels
   * @param graph best graph over latents and variables
   */
  record Figures(double reconstruction, OptionalDouble labelError, CausalGraph graph) {
    /** Largest share of an error by which a round may still have reduced it. */
    private static final double SAME = 0.1;

    /** Label error up to which its reduction does not count, in standard deviations. */
    private static final double SMALL_LABEL_ERROR = 0.05;

    /**
     * Share of the pixel variance, half of that of a good model, up to which its reduction does not
     * count.
     */
    private static final double SMALL_SHARE = 0.05;

    /** Share of half-samples from which an edge must be in the graphs of both rounds. */
    private static final double CONFIDENT = 0.9;

    /** Returns true if the round after these figures changed nothing that matters. */
    boolean stable(Figures after) {
      double error = after.labelError.orElse(0);
      return (after.reconstruction <= SMALL_SHARE
              || after.reconstruction > (1 - SAME) * reconstruction)
          && (error <= SMALL_LABEL_ERROR || error > (1 - SAME) * labelError.orElse(0))
          && has(graph, after.graph)
          && has(after.graph, graph);
    }

    /**
     * Returns true if the model was good by its verdicts and the round after these figures read
     * factors worse: the network memorised the labelled frames.
     */
    boolean better(Figures after) {
      double error = labelError.orElse(0);
      return reconstruction <= TrainingWarnings.POOR_RECONSTRUCTION
          && error <= ModelVerdicts.SMALL_LABEL_ERROR
          && error < (1 - SAME) * after.labelError.orElse(0);
    }

    /** Returns true if a graph has the confident edges of another one. */
    private static boolean has(CausalGraph graph, CausalGraph other) {
      return other.edgeList().stream()
          .filter(edge -> edge.confidence() >= CONFIDENT)
          .allMatch(edge -> graph.hasEdge(edge.from(), edge.to()));
    }
  }

  static int[] lengths(int steps) {
    int first = steps / (ROUNDS * (ROUNDS + 1) / 2);
    if (first == 0) {
      return new int[] {steps};
    }
    int[] lengths = new int[ROUNDS];
    Arrays.setAll(lengths, round -> first * (round + 1));
    lengths[ROUNDS - 1] = steps - first * (ROUNDS * (ROUNDS - 1) / 2);
    return lengths;
  }

  /**
   * Trains. A round that fails as too short is repeated by the next, longer one from its start.
   *
   * @param start weights to start from; null for random ones
   */
  Result train(TrainingInput input, byte @Nullable [] start, TrainingProgress progress)
      throws TrainingFailedException {
    int steps = input.settings.steps();
    int[] lengths = lengths(steps);
    Measured before = null;
    int done = 0;
    try {
      for (int round = 0; ; round++) {
        boolean last = round == lengths.length - 1;
        int from = done;
        int length = lengths[round];
        done += length;
        TrainedNetwork network;
        try {
          network =
              trainer.train(
                  input.data,
                  input.trained,
                  input.labelled,
                  ofRound(input.settings, round, length, before != null),
                  before == null ? start : before.network.weights(),
                  (stage, fraction, losses) ->
                      progress.at(
                          stage,
                          stage.equals(TRAINING) ? (from + fraction * length) / steps : fraction,
                          losses));
        } catch (TrainingFailedException e) {
          if (last || Thread.currentThread().isInterrupted()) {
            throw e;
          }
          continue;
        }
        if (last) {
          return new Result(network, done, false);
        }
        Measured now = measured(input, network, done);
        Figures figures = now.figures;
        if (figures != null) {
          progress.round(done, steps, figures.reconstruction, figures.labelError, figures.graph);
        }
        if (before != null && before.figures != null && figures != null) {
          boolean worse = before.figures.better(figures);
          if (worse || before.figures.stable(figures)) {
            Measured best = worse ? before : now;
            before = worse ? now : before; // to be closed
            return new Result(best.network, best.steps, true);
          }
        }
        if (before != null) {
          before.network.close();
        }
        before = now;
      }
    } finally {
      if (before != null) {
        before.network.close();
      }
    }
  }

  private static TrainingSettings ofRound(
      TrainingSettings settings, int round, int length, boolean continued) {
    return settings.with(
        c -> {
          c.steps(length);
          c.seed(settings.seed() + round * SEED_STEP);
          c.untilStable(false);
          c.continued(continued);
        });
  }

  /**
   * A network after a round.
   *
   * @param steps so far
   * @param figures null if a latent is constant
   */
  private record Measured(TrainedNetwork network, int steps, @Nullable Figures figures) {}

  private Measured measured(TrainingInput input, TrainedNetwork network, int steps)
      throws TrainingFailedException {
    try {
      return new Measured(network, steps, figures(input, network));
    } catch (TrainingFailedException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** The figures of a network; null if a latent is constant. */
  private @Nullable Figures figures(TrainingInput input, TrainedNetwork network)
      throws TrainingFailedException {
    int d = input.latents.size();
    NodeColumns columns = NodeColumns.of(input.latents);
    NetworkPlan plain = StandardizedLatents.plan(network, columns);
    int[] usual = measured(input);
    double[][] z;
    LatentBatch held;
    double[][] heldLatents;
    double[][] checkedLatents;
    try (ResidualScorer scorer = StandardizedLatents.plan(plain, columns).scorer(engines)) {
      z = StandardizedLatents.of(input, scorer, TrainingProgress.SILENT).z();
      held = FrameScores.of(scorer, input.data, Variables.NONE, usual, fraction -> {});
      heldLatents = FrameScores.rows(held.observed(), usual.length, d);
      checkedLatents = latents(scorer, input, input.checked, d);
    } catch (TrainingFailedException e) {
      return null;
    }
    LabelErrors labels = LabelErrors.of(input.data, input.labelled, z);
    LatentHead head = labels.head();
    if (head != null) {
      Arrays.setAll(z, i -> head.apply(z[i]));
      Arrays.setAll(heldLatents, i -> head.apply(heldLatents[i]));
      Arrays.setAll(checkedLatents, i -> head.apply(checkedLatents[i]));
    }
    OptionalDouble error =
        labels
            .with(
                input.data,
                IntStream.concat(IntStream.of(input.checked), IntStream.of(usual)).toArray(),
                Stream.concat(Arrays.stream(checkedLatents), Arrays.stream(heldLatents))
                    .toArray(double[][]::new))
            .worst();
    double squares = 0;
    for (float one : held.reconstructionErrors()) {
      squares += one / usual.length;
    }
    return new Figures(
        squares / TrainingPipeline.pixelVariance(input.data, usual),
        error,
        graph(input, VariableFit.joined(input.data, VariableFit.of(input), z)));
  }

  private CausalGraph graph(TrainingInput input, double[][] all) throws TrainingFailedException {
    if (input.known.complete()) {
      return input.known.graph();
    }
    List<double[]> rows = new ArrayList<>();
    List<boolean[]> holds = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      if (input.data.hasVariables(i)) {
        rows.add(all[i]);
        holds.add(input.holds[i]);
      }
    }
    try {
      return ExactDagSearch.search(
              rows.toArray(double[][]::new),
              holds.toArray(boolean[][]::new),
              input.known,
              search.withSeed(input.settings.seed()))
          .graph();
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the graph cannot be searched: " + e.getMessage(), e);
    }
  }

  private static double[][] latents(
      ResidualScorer scorer, TrainingInput input, int[] frames, int d) {
    return FrameScores.rows(
        FrameScores.of(scorer, input.data, Variables.NONE, frames, fraction -> {}).observed(),
        frames.length,
        d);
  }

  /** Nominal frames that are not trained on: all that are labelled, and others spread evenly. */
  private static int[] measured(TrainingInput input) {
    int[] frames = input.nominal;
    int n = Math.min(MEASURED_FRAMES, frames.length);
    return IntStream.concat(
            IntStream.range(0, n).map(i -> frames[(int) ((long) i * frames.length / n)]),
            input.labelled.length == 0
                ? IntStream.empty()
                : IntStream.of(frames).filter(i -> input.data.factors(i) != null))
        .sorted()
        .distinct()
        .toArray();
  }
}
