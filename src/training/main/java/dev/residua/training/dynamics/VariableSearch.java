package dev.residua.training.dynamics;

import dev.residua.dynamics.Memory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Greedy search of the memory, causes and delays of one variable, with a limited set of causes that
 * may act without delay. Results are kept per set.
 */
final class VariableSearch {
  /** Candidates of one round that are fitted. */
  private static final int TRIED = 3;

  /** Most causes of one variable. */
  private static final int MAX_CAUSES = 6;

  private static final int MAX_ROUNDS = 4;

  /** Largest part of the variance of a variable that a slow error of its reading may have. */
  private static final double MOST_ERROR = 0.25;

  /** Nats per row that a revision of causes and delays does not make up for. */
  private static final double HOPELESS = 0.2;

  /**
   * An equation and its cost: minus the mean held-out log density plus penalties, in nats per row.
   */
  record Scored(FittedEquation fitted, double cost) {
    CandidateEquation terms() {
      return fitted.terms();
    }
  }

  private final EquationFit fit;
  private final DynamicSearchSettings settings;
  private final double edgePenalty;
  private final int variable;
  private final int variables;
  private final int required;
  private final int forbidden;
  private final Map<Integer, Scored> bySet = new HashMap<>();

  /**
   * @param required set of the causes that the equation must have, one bit each
   * @param forbidden set of the causes that it must not have
   */
  VariableSearch(
      EquationFit fit,
      DynamicSearchSettings settings,
      int variable,
      int variables,
      int required,
      int forbidden) {
    this.fit = fit;
    this.settings = settings;
    this.edgePenalty = Math.max(settings.edgePenalty(), settings.edgeNats() / fit.rows());
    this.variable = variable;
    this.variables = variables;
    this.required = required;
    this.forbidden = forbidden;
  }

  /** Returns the best equation whose causes without delay are within a set, one bit each. */
  Scored within(int instantaneous) {
    Scored known = bySet.get(instantaneous);
    if (known != null) {
      return known;
    }
    // The best equation of a larger set is the best one here if it is allowed.
    for (Map.Entry<Integer, Scored> entry : bySet.entrySet()) {
      int used = entry.getValue().terms().instantaneous();
      if ((instantaneous & ~entry.getKey()) == 0 && (used & ~instantaneous) == 0) {
        return entry.getValue();
      }
    }
    Scored best = grown(Memory.FIRST_ORDER, instantaneous, Double.POSITIVE_INFINITY);
    best = better(best, grown(Memory.INTEGRATOR, instantaneous, best.cost()));
    Scored atOnce = grown(Memory.NONE, instantaneous, best.cost());
    best = better(best, atOnce);
    if (atOnce.terms().size() > 0) {
      CandidateEquation terms = atOnce.terms().withMemory(Memory.SLOW_ERROR);
      best = better(best, refined(scored(fit.fit(terms)), instantaneous));
    }
    if (best.terms().memory() == Memory.FIRST_ORDER) {
      best = better(best, scored(fit.fit(best.terms().withMemory(Memory.INTEGRATOR))));
    }
    bySet.put(instantaneous, best);
    return best;
  }

  /**
   * @param bound cost of another equation; one that is far above it is not refined
   */
  private Scored grown(Memory memory, int instantaneous, double bound) {
    Scored best = scored(fit.fit(CandidateEquation.empty(variable, memory)));
    for (int cause = 0; cause < variables; cause++) {
      if ((required >> cause & 1) == 1) {
        best = extended(best, instantaneous, 1 << cause, true);
      }
    }
    Scored before;
    do {
      before = best;
      best = extended(best, instantaneous, ~forbidden, false);
    } while (best != before && best.terms().size() < MAX_CAUSES);
    return best.cost() < bound + HOPELESS ? refined(best, instantaneous) : best;
  }

  private Scored refined(Scored from, int instantaneous) {
    Scored best = from;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Scored before = best;
      for (int k = 0; k < variables; k++) {
        best = revised(best, k, instantaneous);
      }
      if (best == before) {
        break;
      }
      best = extended(best, instantaneous, ~forbidden, false);
    }
    return best;
  }

  /** Adds the cause of a set that saves most, if it saves enough or must be added. */
  private Scored extended(Scored from, int instantaneous, int causes, boolean forced) {
    int[][] candidates =
        IntStream.range(0, variables)
            .filter(c -> c != variable && (causes >> c & 1) == 1)
            .filter(c -> from.terms().indexOf(c) < 0)
            .mapToObj(c -> c)
            .flatMap(c -> delays(c, instantaneous).mapToObj(delay -> new int[] {c, delay}))
            .toArray(int[][]::new);
    Scored best = from;
    boolean first = true;
    for (int[] one : promising(from.fitted(), candidates, forced ? 0 : edgePenalty / 2)) {
      double bound = forced && first ? Double.POSITIVE_INFINITY : best.cost();
      Scored tried = refitted(from, from.terms().with(one[0], one[1]), bound);
      best = tried == null ? best : tried;
      first = false;
    }
    return best;
  }

  /** Removes the cause, or changes its delay, if that is better. */
  private Scored revised(Scored from, int cause, int instantaneous) {
    int index = from.terms().indexOf(cause);
    if (index < 0) {
      return from;
    }
    CandidateEquation fewer = from.terms().without(index);
    FittedEquation without = fit.fit(fewer, from.fitted().moved(fewer));
    Scored best = from;
    if ((required >> cause & 1) == 0 && optimistic(without) < from.cost()) {
      best = better(from, scored(without));
    }
    int now = from.terms().delays()[index];
    int[][] others =
        delays(cause, instantaneous)
            .filter(delay -> delay != now)
            .mapToObj(delay -> new int[] {cause, delay})
            .toArray(int[][]::new);
    for (int[] one : promising(without, others, 0)) {
      Scored tried = refitted(from, fewer.with(one[0], one[1]), best.cost());
      best = tried == null ? best : tried;
    }
    return best;
  }

  private IntStream delays(int cause, int instantaneous) {
    return IntStream.rangeClosed(
        (instantaneous >> cause & 1) == 1 ? 0 : 1, settings.maxDelaySteps());
  }

  /** The candidates with the largest estimated gains, best first. */
  private int[][] promising(FittedEquation from, int[][] candidates, double least) {
    int[] causes = Arrays.stream(candidates).mapToInt(c -> c[0]).toArray();
    int[] delays = Arrays.stream(candidates).mapToInt(c -> c[1]).toArray();
    double[] gains = CauseGains.of(from, causes, delays);
    return IntStream.range(0, candidates.length)
        .filter(k -> gains[k] >= least)
        .boxed()
        .sorted(Comparator.comparingDouble(k -> -gains[k]))
        .limit(TRIED)
        .map(k -> candidates[k])
        .toArray(int[][]::new);
  }

  private static Scored better(Scored one, Scored other) {
    return other.cost() < one.cost() ? other : one;
  }

  /** Fits other terms; null if they do not cost less than a bound. */
  private @Nullable Scored refitted(Scored from, CandidateEquation terms, double bound) {
    FittedEquation fitted = fit.fit(terms, from.fitted().moved(terms));
    // Held-out rows fit worse than those of the fit.
    if (optimistic(fitted) >= bound) {
      return null;
    }
    Scored scored = scored(fitted);
    return scored.cost() < bound ? scored : null;
  }

  private Scored scored(FittedEquation fitted) {
    double cost =
        isAdmissible(fitted)
            ? penalty(fitted.terms()) - fit.heldOut(fitted, settings.blocks())
            : Double.POSITIVE_INFINITY;
    return new Scored(fitted, cost);
  }

  /** Returns false if a slow error is not one of a reading, or a cause has too little influence. */
  private boolean isAdmissible(FittedEquation fitted) {
    CandidateEquation terms = fitted.terms();
    if (terms.memory() == Memory.SLOW_ERROR
        && (terms.size() == 0 || fitted.slowShare() > MOST_ERROR)) {
      return false;
    }
    return settings.leastInfluence() == 0
        || IntStream.range(0, terms.size())
            .filter(k -> (required >> terms.causes()[k] & 1) == 0)
            .allMatch(k -> fitted.influence(k) >= settings.leastInfluence());
  }

  /** Cost by the rows of the fit itself. */
  private double optimistic(FittedEquation fitted) {
    return penalty(fitted.terms()) + (Math.log(fitted.square()) + 1) / 2;
  }

  private double penalty(CandidateEquation terms) {
    int steps =
        switch (terms.memory()) {
          case NONE -> 0;
          case INTEGRATOR -> 1;
          case SLOW_ERROR, FIRST_ORDER -> 2;
        };
    return edgePenalty * terms.size() + settings.memoryNats() * steps / fit.rows();
  }
}
