package dev.residua.training;

import dev.residua.causal.FactorScale;
import dev.residua.causal.Variable;
import dev.residua.causal.Variables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Finds the scales of the variables of a model: mean and standard deviation in training. */
final class VariableFit {
  /** Share of frames on each side outside the usual range. */
  private static final double TAIL = 0.025;

  private VariableFit() {}

  /**
   * The variables of a training.
   *
   * @throws TrainingFailedException if one does not vary
   */
  static Variables of(TrainingInput input) throws TrainingFailedException {
    List<String> names = input.data.variableNames();
    List<Variable> variables = new ArrayList<>();
    for (int v = 0; v < names.size(); v++) {
      double[] trained = values(input.data, IntStream.range(0, input.trained).toArray(), v);
      double[] usual = values(input.data, input.nominal, v);
      double mean = Arrays.stream(trained).average().orElse(Double.NaN);
      double sd =
          Math.sqrt(
              Arrays.stream(trained)
                  .map(value -> (value - mean) * (value - mean))
                  .average()
                  .orElse(Double.NaN));
      if (!(sd > 1e-9 * Math.max(1e-9, Math.abs(mean)))) {
        throw new TrainingFailedException(
            "variable %s does not vary over the frames to train on (mean %s, standard deviation %s): leave it out, or give frames in which it varies"
                .formatted(names.get(v), mean, sd));
      }
      variables.add(new Variable(names.get(v), scale(mean, sd, usual)));
    }
    return new Variables(variables);
  }

  /** A scale with the range of the usual values; one standard deviation if those are equal. */
  private static FactorScale scale(double mean, double sd, double[] usual) {
    double[] sorted = usual.clone();
    Arrays.sort(sorted);
    int tail = (int) (TAIL * (sorted.length - 1));
    double low = sorted[tail];
    double high = sorted[sorted.length - 1 - tail];
    return low < high
        ? new FactorScale(mean, sd, low, high)
        : new FactorScale(mean, sd, low - sd, high + sd);
  }

  /**
   * Latents and standardised variables of frames.
   *
   * @param z latents of the first frames, shape {@code [n][d]}
   * @return shape {@code [n][d + k]}, NaN for a missing variable
   */
  static double[][] joined(TrainingData data, Variables variables, double[][] z) {
    if (variables.isEmpty()) {
      return z;
    }
    double[][] joined = new double[z.length][];
    for (int i = 0; i < z.length; i++) {
      float[] own = variables.standardized(data.variables(i));
      joined[i] = Arrays.copyOf(z[i], z[i].length + own.length);
      for (int v = 0; v < own.length; v++) {
        joined[i][z[i].length + v] = own[v];
      }
    }
    return joined;
  }

  private static double[] values(TrainingData data, int[] frames, int variable) {
    return Arrays.stream(frames)
        .mapToDouble(i -> data.variables(i)[variable])
        .filter(Double::isFinite)
        .toArray();
  }
}
