package dev.residua.teaching;

import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Progress of the names towards the recommended amount: {@value #ANSWERS} answers and {@value
 * #PAIRS} held pairs over all factors, or twice as many answers without pairs, or {@value #LABELS}
 * labels of every factor.
 *
 * @param factors in their order
 * @param share of the recommended amount, from 0 to 1: the mean over the factors
 * @param answersLeft number of answers that would complete all factors
 * @param secondsPerAnswer measured pace of the person
 */
public record TeachingProgress(
    List<FactorProgress> factors, double share, int answersLeft, double secondsPerAnswer) {
  /** Recommended answers over all factors, with as many pairs as below. */
  public static final int ANSWERS = 400;

  /** Recommended held pairs over all factors. */
  public static final int PAIRS = 500;

  /** Recommended labels of each factor, instead. */
  public static final int LABELS = 100;

  /** Pace of a person who has not answered yet. */
  static final double USUAL_SECONDS = 4;

  /** A longer time between two answers is a pause. */
  private static final Duration PAUSE = Duration.ofSeconds(60);

  private static final int FEWEST = 5;

  /** Number of latest answers that the pace is measured on. */
  private static final int MEASURED = 60;

  /**
   * Progress of one factor.
   *
   * @param answers without those that saw nothing
   * @param pairs neighbouring frames of runs, and pairs in the labels
   * @param share from 0 to 1
   */
  public record FactorProgress(
      String name, int labels, int answers, int pairs, double share, int answersLeft) {}

  public TeachingProgress {
    factors = List.copyOf(factors);
  }

  /**
   * Measures the progress.
   *
   * @param pairsInLabels number of held pairs in the labels by factor
   * @param who whose pace counts
   */
  public static TeachingProgress of(
      TeachingState state, Map<String, Integer> pairsInLabels, String who) {
    int d = Math.max(1, state.factors().size());
    List<FactorProgress> all = new ArrayList<>();
    double sum = 0;
    int left = 0;
    for (TaughtFactor factor : state.factors()) {
      int answers = 0;
      for (TaughtAnswer answer : state.answers()) {
        answers +=
            answer.factor().equals(factor.name()) && answer.answer() != TaughtAnswer.Answer.UNKNOWN
                ? 1
                : 0;
      }
      int pairs = pairsInLabels.getOrDefault(factor.name(), 0);
      for (TaughtHold hold : state.holds()) {
        pairs += hold.factor().equals(factor.name()) ? hold.last() - hold.first() : 0;
      }
      int labels = state.labels().count(factor.name());
      double needed = 2.0 * ANSWERS / d;
      double share =
          Math.min(
              1,
              Math.max(
                  (double) labels / LABELS,
                  answers / needed + Math.min(0.5, pairs * d / (2.0 * PAIRS))));
      int remaining = (int) Math.ceil((1 - share) * needed - 1e-9);
      all.add(new FactorProgress(factor.name(), labels, answers, pairs, share, remaining));
      sum += share;
      left += remaining;
    }
    return new TeachingProgress(all, sum / d, left, secondsPerAnswer(state.answers(), who));
  }

  /** Time until all is complete, at the pace of the person. */
  public Duration timeLeft() {
    return Duration.ofSeconds(Math.round(answersLeft * secondsPerAnswer));
  }

  /**
   * Median time per answer of a person, over the last {@value #MEASURED} answers. Answers of one
   * sorted series have the same time and share the time since the previous answer.
   */
  static double secondsPerAnswer(List<TaughtAnswer> answers, String who) {
    List<Double> gaps = new ArrayList<>();
    Instant previous = null;
    Instant current = null;
    int together = 0;
    for (TaughtAnswer answer : answers) {
      Instant at = answer.who().equals(who) ? instant(answer.when()) : null;
      if (at == null) {
        continue;
      }
      if (!at.equals(current)) {
        add(gaps, previous, current, together);
        previous = current;
        current = at;
        together = 0;
      }
      together++;
    }
    add(gaps, previous, current, together);
    if (gaps.size() < FEWEST) {
      return USUAL_SECONDS;
    }
    List<Double> latest =
        gaps.subList(Math.max(0, gaps.size() - MEASURED), gaps.size()).stream().sorted().toList();
    return latest.get(latest.size() / 2);
  }

  private static void add(
      List<Double> gaps, @Nullable Instant previous, @Nullable Instant current, int together) {
    if (previous == null || current == null) {
      return;
    }
    double seconds = Duration.between(previous, current).toMillis() / 1e3;
    // A series of ten frames may take ten times as long as one answer.
    if (seconds > 0 && seconds <= PAUSE.toSeconds() * Math.max(1, Math.sqrt(together))) {
      for (int i = 0; i < together; i++) {
        gaps.add(seconds / together);
      }
    }
  }

  private static @Nullable Instant instant(String text) {
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
