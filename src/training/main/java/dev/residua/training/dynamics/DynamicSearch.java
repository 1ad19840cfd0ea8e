package dev.residua.training.dynamics;

import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicModel;
import dev.residua.training.graph.DagProgram;
import dev.residua.training.graph.GraphConstraints;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Searches causes, delays and memory of all variables of a sequence: the model that minimises the
 * sum of minus the held-out log density of the innovations and a penalty per cause, with an acyclic
 * graph of the causes without delay.
 *
 * <p>Per variable and set of causes that may act without delay, terms are chosen greedily, by a
 * score test and then by the held-out density. Only variables that the greedy search wanted without
 * delay are candidates, at most {@link #MAX_INSTANTANEOUS}; over their sets the graph is the exact
 * optimum ({@link DagProgram}). Results do not depend on the number of threads.
 *
 * <p>It cannot identify the direction of an effect within one frame if it is linear, noises are
 * normal and neither variable has a memory. Readings of causes are used as they are: if their noise
 * is not small against the other noise of an effect, causes of causes appear as causes.
 *
 * <p>Sources: Granger, Investigating Causal Relations by Econometric Models (1969); Rao, Large
 * Sample Tests of Statistical Hypotheses (1948), score test; Racine, Consistent Cross-Validatory
 * Model-Selection for Dependent Data (2000).
 */
public final class DynamicSearch {
  /** Most variables that are accepted. */
  public static final int MAX_VARIABLES = 12;

  /** Most candidates of one variable for causes without delay. */
  static final int MAX_INSTANTANEOUS = 4;

  private DynamicSearch() {}

  /**
   * Returns the best model that was found.
   *
   * @param known required and forbidden edges at any delay; the order of a pair limits edges
   *     without delay alone
   * @throws IllegalArgumentException if there are too many variables, or one has too few different
   *     readings
   */
  public static DynamicModel search(
      RegularSequence sequence, GraphConstraints known, DynamicSearchSettings settings) {
    int d = sequence.variables();
    if (d > MAX_VARIABLES || known.names().size() != d) {
      throw new IllegalArgumentException(
          "search takes 1 to %d variables, each with a name, but got %d with %d names"
              .formatted(MAX_VARIABLES, d, known.names().size()));
    }
    EquationFit fit = new EquationFit(sequence);
    List<VariableSearch> variables =
        IntStream.range(0, d)
            .mapToObj(
                i ->
                    new VariableSearch(
                        fit, settings, i, d, known.requiredParents(i), known.forbiddenParents(i)))
            .toList();
    double[][] costs = inParallel(variables, d, settings.threads());
    int[] later = IntStream.range(0, d).map(known::later).toArray();
    int[] best = new DagProgram(costs, later).best();
    return new DynamicModel(
        sequence.stepSeconds(),
        IntStream.range(0, d)
            .mapToObj(i -> simplified(fit, variables.get(i).within(best[i]).fitted(), settings))
            .toList());
  }

  private static DynamicEquation simplified(
      EquationFit fit, FittedEquation fitted, DynamicSearchSettings settings) {
    return fit.simplified(fitted, settings.blocks()).equation();
  }

  private static double[][] inParallel(List<VariableSearch> variables, int d, int threads) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<double[]>> tasks =
          IntStream.range(0, d)
              .<Callable<double[]>>mapToObj(i -> () -> costs(variables.get(i), i, d))
              .toList();
      double[][] costs = new double[d][];
      List<Future<double[]>> results = pool.invokeAll(tasks);
      for (int i = 0; i < d; i++) {
        costs[i] = results.get(i).get();
      }
      return costs;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("search was interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("search failed", e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  /** Costs of sets of causes without delay; infinite if a set is not considered. */
  private static double[] costs(VariableSearch search, int variable, int d) {
    int all = (1 << d) - 1 & ~(1 << variable);
    int candidates = search.within(all).terms().instantaneous();
    while (Integer.bitCount(candidates) > MAX_INSTANTANEOUS) {
      candidates &= candidates - 1;
    }
    // Others may be wanted once these are not allowed.
    int more = candidates;
    while (more != 0 && Integer.bitCount(candidates) < MAX_INSTANTANEOUS) {
      more = search.within(all & ~candidates).terms().instantaneous();
      for (int left = more; left != 0; left &= left - 1) {
        if (Integer.bitCount(candidates) < MAX_INSTANTANEOUS) {
          candidates |= Integer.lowestOneBit(left);
        }
      }
    }
    double[] costs = new double[1 << d];
    Arrays.fill(costs, Double.POSITIVE_INFINITY);
    for (int set = candidates; ; set = set - 1 & candidates) {
      costs[set] = search.within(set).cost();
      if (set == 0) {
        return costs;
      }
    }
  }
}
