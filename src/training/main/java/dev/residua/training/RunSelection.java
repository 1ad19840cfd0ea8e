package dev.residua.training;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Chooses one of several trainings of the same data without the truth: among runs whose label error
 * is at most 1.5 times the best one and whose residuals pass as independent, the one with the
 * lowest reconstruction error. Residuals are meaningful only if the network reproduces small
 * deviations; the loss of the causal terms is not a criterion, because wrong graphs reach the same
 * loss.
 *
 * <p>Reconstruction errors within 5 % of the lowest count as equal; among those, the run with the
 * highest mean confidence of its edges wins. If the residuals of no run pass, that condition is
 * dropped.
 */
public final class RunSelection {
  /**
   * Largest pairwise distance correlation of residuals that passes as independence. Independent
   * residuals give about 0.05 to 0.08 on 800 rows, entangled latents 0.14 and more.
   */
  public static final double MAX_DISTANCE_CORRELATION = 0.12;

  private static final double LABEL_FACTOR = 1.5;
  private static final double SAME_RECONSTRUCTION = 1.05;

  private RunSelection() {}

  /**
   * Figures of one run, on frames that it was not trained on if there are any.
   *
   * @param seed of the run
   * @param reconstruction share of the pixel variance that is not reproduced, at least 0
   * @param labelError largest error of a factor, in standard deviations of its labels; empty
   *     without labels
   * @param distanceCorrelation largest over pairs of residuals, in [0, 1]
   * @param confidence mean confidence of the edges of the searched graph, in [0, 1]; empty for a
   *     graph without edges or one that was given
   */
  public record Run(
      long seed,
      double reconstruction,
      OptionalDouble labelError,
      double distanceCorrelation,
      OptionalDouble confidence) {
    boolean independent() {
      return distanceCorrelation <= MAX_DISTANCE_CORRELATION;
    }
  }

  /**
   * Index of the run to keep.
   *
   * @param runs at least one
   */
  public static int choose(List<Run> runs) {
    if (runs.isEmpty()) {
      throw new IllegalArgumentException("there is no run to choose from");
    }
    double leastError =
        runs.stream().flatMapToDouble(run -> run.labelError().stream()).min().orElse(0);
    List<Run> fit =
        runs.stream()
            .filter(run -> run.labelError().orElse(leastError) <= LABEL_FACTOR * leastError)
            .toList();
    List<Run> independent = fit.stream().filter(Run::independent).toList();
    List<Run> left = independent.isEmpty() ? fit : independent;
    double lowest = left.stream().mapToDouble(Run::reconstruction).min().orElseThrow();
    Run best = null;
    for (Run run : left) {
      if (run.reconstruction() <= SAME_RECONSTRUCTION * lowest
          && (best == null || confidence(run) > confidence(best))) {
        best = run;
      }
    }
    return runs.indexOf(best);
  }

  private static double confidence(Run run) {
    return run.confidence().orElse(0);
  }
}
