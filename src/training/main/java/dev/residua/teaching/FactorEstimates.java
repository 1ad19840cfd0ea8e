package dev.residua.teaching;

import dev.residua.dataset.TaughtAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Estimates of one factor in the frames of a pool, in standard deviations. There may be several,
 * whose disagreement marks the most informative questions: two fits to halves of the answers, and
 * one per model.
 *
 * @param estimates each of shape {@code [frames of the pool]}, larger if the factor is higher; none
 *     if nothing is known
 */
public record FactorEstimates(List<double[]> estimates) {
  static final int MIN_ANSWERS = 6;

  private static final int ITERATIONS = 150;
  private static final double RIDGE = 0.02;

  public FactorEstimates {
    estimates = List.copyOf(estimates);
  }

  /**
   * The opinions on a factor.
   *
   * @param answers on the factor; those on frames outside of the pool are left out
   * @param models values of the factor's latent in the frames, one array per model; their signs and
   *     scales may be arbitrary
   */
  public static FactorEstimates of(
      PicturePool pool, List<TaughtAnswer> answers, List<double[]> models) {
    List<int[]> pairs = pairs(pool, answers);
    List<double[]> estimates = new ArrayList<>();
    for (double[] model : models) {
      double[] values = standardized(model);
      double agreement = 0;
      for (int[] pair : pairs) {
        agreement += Math.signum(values[pair[0]] - values[pair[1]]);
      }
      if (agreement < 0) {
        Arrays.setAll(values, i -> -values[i]);
      }
      estimates.add(values);
    }
    for (int half = 0; half < 2; half++) {
      List<int[]> fitted = new ArrayList<>();
      for (int i = half; i < pairs.size(); i += 2) {
        fitted.add(pairs.get(i));
      }
      if (fitted.size() >= MIN_ANSWERS) {
        estimates.add(standardized(fit(pool.components(), fitted)));
      }
    }
    return new FactorEstimates(estimates);
  }

  /** Places in the pool of {@code {higher, lower}}. */
  private static List<int[]> pairs(PicturePool pool, List<TaughtAnswer> answers) {
    List<int[]> pairs = new ArrayList<>();
    for (TaughtAnswer answer : answers) {
      int a = pool.indexOf(answer.frameA());
      int b = pool.indexOf(answer.frameB());
      if (a >= 0 && b >= 0 && answer.answer() == TaughtAnswer.Answer.A) {
        pairs.add(new int[] {a, b});
      } else if (a >= 0 && b >= 0 && answer.answer() == TaughtAnswer.Answer.B) {
        pairs.add(new int[] {b, a});
      }
    }
    return pairs;
  }

  /**
   * Logistic regression on differences of components, without an intercept, by gradient descent:
   * the Bradley-Terry model with linear strengths.
   */
  private static double[] fit(double[][] components, List<int[]> pairs) {
    int k = components[0].length;
    double[] weights = new double[k];
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double[] gradient = new double[k];
      for (int[] pair : pairs) {
        double difference = 0;
        for (int c = 0; c < k; c++) {
          difference += weights[c] * (components[pair[0]][c] - components[pair[1]][c]);
        }
        double wrong = 1 / (1 + Math.exp(difference));
        for (int c = 0; c < k; c++) {
          gradient[c] += wrong * (components[pair[0]][c] - components[pair[1]][c]) / pairs.size();
        }
      }
      for (int c = 0; c < k; c++) {
        weights[c] += 0.3 * (gradient[c] - RIDGE * weights[c]);
      }
    }
    double[] values = new double[components.length];
    Arrays.setAll(values, i -> PicturePool.dot(weights, components[i]));
    return values;
  }

  private static double[] standardized(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    double variance = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0);
    double sd = variance > 0 ? Math.sqrt(variance) : 1;
    return Arrays.stream(values).map(v -> (v - mean) / sd).toArray();
  }

  public boolean isEmpty() {
    return estimates.isEmpty();
  }

  /** Mean of the estimates for a frame of the pool. */
  double mean(int index) {
    double sum = 0;
    for (double[] estimate : estimates) {
      sum += estimate[index];
    }
    return sum / estimates.size();
  }

  /** Mean probability over the estimates that the factor is higher in the first frame. */
  double higher(int a, int b) {
    double sum = 0;
    for (double[] estimate : estimates) {
      sum += 1 / (1 + Math.exp(-3 * (estimate[a] - estimate[b])));
    }
    return sum / estimates.size();
  }

  /** Largest distance of two frames over the estimates. */
  double distance(int a, int b) {
    double largest = 0;
    for (double[] estimate : estimates) {
      largest = Math.max(largest, Math.abs(estimate[a] - estimate[b]));
    }
    return largest;
  }
}
