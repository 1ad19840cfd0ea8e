package dev.residua.teaching;

import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All that people taught about a data set.
 *
 * @param factors in the order in which they were named
 * @param answers in the order in which they were given
 * @param holds by their first frame
 * @param labels numbers of factors
 */
public record TeachingState(
    List<TaughtFactor> factors,
    List<TaughtAnswer> answers,
    List<TaughtHold> holds,
    TaughtLabels labels) {
  private static final Comparator<TaughtHold> BY_FRAME =
      Comparator.comparingInt(TaughtHold::first)
          .thenComparingInt(TaughtHold::last)
          .thenComparing(TaughtHold::factor);

  public TeachingState {
    factors = List.copyOf(factors);
    answers = List.copyOf(answers);
    holds = holds.stream().sorted(BY_FRAME).toList();
  }

  TeachingState withFactors(List<TaughtFactor> changed) {
    return new TeachingState(changed, answers, holds, labels);
  }

  TeachingState withAnswers(List<TaughtAnswer> changed) {
    return new TeachingState(factors, changed, holds, labels);
  }

  TeachingState withHolds(List<TaughtHold> changed) {
    return new TeachingState(factors, answers, changed, labels);
  }

  TeachingState withLabels(TaughtLabels changed) {
    return new TeachingState(factors, answers, holds, changed);
  }

  /** The factor of a name. */
  public Optional<TaughtFactor> factor(String name) {
    return factors.stream().filter(factor -> factor.name().equals(name)).findFirst();
  }

  /** The answers about one factor. */
  public List<TaughtAnswer> answersOn(String factor) {
    return answers.stream().filter(answer -> answer.factor().equals(factor)).toList();
  }

  /** Returns true if anything was taught about a factor. */
  boolean isTaught(String factor) {
    return answers.stream().anyMatch(answer -> answer.factor().equals(factor))
        || holds.stream().anyMatch(hold -> hold.factor().equals(factor))
        || labels.count(factor) > 0;
  }
}
