package dev.residua.training;

import dev.residua.causal.Latent;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.model.ModelProvenance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Errors of latents on the held pairs and answers about their factors. Pairs and answers that were
 * trained on show little, since a network can memorise a few hundred.
 *
 * @param pairs number of unseen pairs of each latent's factor, shape {@code [d]}
 * @param heldErrors mean of {@code (z(a) - z(b))^2 / Var z} over them: 0 if a latent is a function
 *     of its factor, about 2 if it is independent of it; NaN without pairs
 * @param answers number of unseen answers on each latent's factor, shape {@code [d]}
 * @param missed number of these that the latent denies by 0.2 standard deviations or more
 * @param contradicting seen and unseen answers that a latent denies by half a standard deviation or
 *     more
 */
@SuppressWarnings("ArrayRecordComponent")
record TaughtErrors(
    int[] pairs,
    double[] heldErrors,
    int[] answers,
    int[] missed,
    List<OrderAnswer> contradicting) {
  /** Fewest pairs of a factor for an error of its latent. */
  static final int MIN_PAIRS = 5;

  /** Expected error within pairs that passes. */
  static final double LARGEST_HELD_ERROR = 0.05;

  /** Share of the answers that people get wrong. */
  static final double WRONG_ANSWERS = 0.06;

  /** Probability that a network fails although only that share of the answers is wrong. */
  private static final double FALSE_FAILURE = 0.05;

  /** Of the standard normal, at 95 %. */
  private static final double NORMAL_QUANTILE = 1.645;

  private static final double CLEARLY = 0.5;

  /** Difference, in standard deviations, that counts as too close to see. */
  private static final double CLOSE = 0.2;

  TaughtErrors {
    contradicting = List.copyOf(contradicting);
  }

  /**
   * Errors on the held pairs and answers.
   *
   * @param usual latents of usual frames, shape {@code [n][at least d]}
   */
  static TaughtErrors of(
      TrainingInput input,
      ResidualScorer scorer,
      Variables variables,
      double[][] usual,
      TrainingProgress progress) {
    int[] frames = input.teaching.checked();
    double[][] z =
        FrameScores.rows(
            FrameScores.of(scorer, input.data, variables, frames, "checking", progress).observed(),
            frames.length,
            scorer.nodes());
    double[] variances = new double[input.latents.size()];
    Arrays.setAll(
        variances,
        k -> {
          double mean = Arrays.stream(usual).mapToDouble(row -> row[k]).average().orElse(0);
          return Arrays.stream(usual)
              .mapToDouble(row -> Math.pow(row[k] - mean, 2))
              .average()
              .orElse(0);
        });
    return of(input.teaching, frame -> z[Arrays.binarySearch(frames, frame)], variances);
  }

  /** Figures by name of the latents with pairs or answers that were not trained on. */
  Map<String, Double> metrics(List<Latent> latents) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (Latent latent : latents) {
      int k = latent.index();
      if (pairs[k] > 0) {
        metrics.put(ModelProvenance.HELD_ERROR + latent.name(), heldErrors[k]);
      }
      if (answers[k] > 0) {
        metrics.put(
            ModelProvenance.MISSED_ANSWERS + latent.name(), (double) missed[k] / answers[k]);
      }
    }
    return metrics;
  }

  /**
   * @param latents of a frame, shape {@code [at least d]}
   * @param variances of the latents in usual frames, shape {@code [d]}; pairs and answers on
   *     factors from {@code d} on have no latent and are left out
   */
  static TaughtErrors of(Teaching teaching, IntFunction<double[]> latents, double[] variances) {
    int d = variances.length;
    int[] pairs = new int[d];
    double[] errors = new double[d];
    for (HeldPair pair : teaching.unseenPairs()) {
      int k = pair.factor();
      if (k < d) {
        pairs[k]++;
        double difference = latents.apply(pair.first())[k] - latents.apply(pair.second())[k];
        errors[k] += difference * difference / variances[k];
      }
    }
    Arrays.setAll(errors, k -> pairs[k] == 0 ? Double.NaN : errors[k] / pairs[k]);
    int[] answers = new int[d];
    int[] missed = new int[d];
    List<OrderAnswer> contradicting = new ArrayList<>();
    for (OrderAnswer answer : teaching.answers()) {
      if (answer.factor() < d && margin(answer, latents, variances) < -CLEARLY) {
        contradicting.add(answer);
      }
    }
    for (OrderAnswer answer : teaching.unseenAnswers()) {
      if (answer.factor() < d) {
        double margin = margin(answer, latents, variances);
        answers[answer.factor()]++;
        missed[answer.factor()] += margin < -CLOSE ? 1 : 0;
        if (margin < -CLEARLY) {
          contradicting.add(answer);
        }
      }
    }
    return new TaughtErrors(pairs, errors, answers, missed, contradicting);
  }

  /** By how many standard deviations the latent differs in the direction of the answer. */
  private static double margin(
      OrderAnswer answer, IntFunction<double[]> latents, double[] variances) {
    int k = answer.factor();
    double difference = latents.apply(answer.first())[k] - latents.apply(answer.second())[k];
    return answer.sign() * difference / Math.sqrt(variances[k]);
  }

  /**
   * Returns true if the latent of every taught factor passes the checks on unused pairs and
   * answers.
   */
  boolean pass() {
    for (int k = 0; k < pairs.length; k++) {
      if (heldErrors[k] > mostHeldError(pairs[k]) || missed[k] > mostMissed(answers[k])) {
        return false;
      }
    }
    return true;
  }

  /** The largest failure of a latent, at most about 1 if all pass; to choose between trainings. */
  double worst() {
    double worst = 0;
    for (int k = 0; k < pairs.length; k++) {
      if (pairs[k] > 0) {
        worst = Math.max(worst, heldErrors[k] / mostHeldError(pairs[k]));
      }
      if (answers[k] > 0) {
        worst = Math.max(worst, missed[k] / (1.0 + mostMissed(answers[k])));
      }
    }
    return worst;
  }

  /**
   * Largest error that passes on {@code n} pairs: if the expected one is 0.05, more happens with a
   * probability of 5 % (chi-square, as differences are nearly normal; Wilson and Hilferty 1931).
   */
  static double mostHeldError(int n) {
    if (n < MIN_PAIRS) {
      return Double.POSITIVE_INFINITY;
    }
    double variance = 2 / (9.0 * n);
    return LARGEST_HELD_ERROR * Math.pow(1 - variance + NORMAL_QUANTILE * Math.sqrt(variance), 3);
  }

  /**
   * Most of {@code n} answers that may be missed: more happen with a probability below 5 % if 6 %
   * are wrong (binomial).
   */
  static int mostMissed(int n) {
    double probability = Math.pow(1 - WRONG_ANSWERS, n);
    double below = probability;
    int missed = 0;
    while (missed < n && 1 - below >= FALSE_FAILURE) {
      probability *= (n - missed) * WRONG_ANSWERS / ((missed + 1) * (1 - WRONG_ANSWERS));
      below += probability;
      missed++;
    }
    return missed;
  }
}
