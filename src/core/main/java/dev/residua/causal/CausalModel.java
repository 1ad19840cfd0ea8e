package dev.residua.causal;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The causal part of a model: from codes and observed variables to latents, the values that the
 * structural equations expect of them, and residuals. All equations are evaluated here, for every
 * engine. Immutable.
 *
 * <p>For a node {@code i} with parents {@code pa(i)} the residual is {@code z_i - f_i(z_pa(i))};
 * for a category it is a standard normal deviate of its distribution, see {@link
 * CategoricalDistribution#deviate}. If a variable is missing, its residual and those of its effects
 * are unknown (NaN); all others are unaffected. Unknown are also the expectation and the residual
 * of a node whose equation uses earlier frames.
 *
 * <p>A node may be given, as the position of the sun is: it explains others, but follows no
 * distribution that could change. It is its own expectation, and its residual is a standard normal
 * number that is drawn for the frame, so that no test ever finds a change of it.
 */
public final class CausalModel {
  private final NodeColumns latents;
  private final NodeColumns nodes; // latents, then variables
  private final @Nullable LatentCorrection correction;
  private final StructuralEquations equations; // between columns
  private final List<CategoricalDistribution> distributions;
  private final long seed;
  private final List<Integer> given; // variables that have no residual of their own
  private final int[] historic; // nodes whose equations use earlier frames

  /**
   * @param latents columns of the code that make each latent
   * @param correction from code to latents; null for none
   * @param equations between the columns of the latents and, behind them, the variables
   * @param distributions distributions of the categorical latents
   * @param seed of the random residuals of categories and given nodes
   * @param given nodes that are given; variables
   * @param historic nodes whose equations use earlier frames
   * @throws IllegalArgumentException if there are fewer equations than columns
   */
  public CausalModel(
      NodeColumns latents,
      @Nullable LatentCorrection correction,
      StructuralEquations equations,
      List<CategoricalDistribution> distributions,
      long seed,
      List<Integer> given,
      int... historic) {
    int variables = equations.latents() - latents.columns();
    if (variables < 0) {
      throw new IllegalArgumentException(
          "%d equations for %d columns".formatted(equations.latents(), latents.columns()));
    }
    this.latents = latents;
    this.nodes = latents.withReal(variables);
    this.correction = correction;
    this.equations = equations;
    this.distributions = List.copyOf(distributions);
    this.seed = seed;
    this.given = List.copyOf(given);
    this.historic = historic.clone();
  }

  /** A model of real latents without a correction. */
  public static CausalModel of(int latents, StructuralEquations equations) {
    return new CausalModel(NodeColumns.real(latents), null, equations, List.of(), 0, List.of());
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return latents.latents();
  }

  /** Number of nodes {@code d + k}: latents, then variables. */
  public int nodes() {
    return nodes.latents();
  }

  /**
   * Evaluates frames. O(columns x cosines) time per frame.
   *
   * @param output of the engine, shape {@code [n][columns]}
   * @param variables see {@link FrameInputs#variables}
   * @param numbers see {@link FrameInputs#numbers}
   * @param errors reconstruction errors, shape {@code [n]}; NaN if unknown
   * @throws IllegalArgumentException if shapes differ
   */
  public LatentBatch evaluate(
      float[] output, float @Nullable [] variables, long @Nullable [] numbers, float[] errors) {
    return evaluate(output, variables, numbers, errors, new float[0]);
  }

  /**
   * Evaluates frames as above.
   *
   * @param regionErrors see {@link NetworkEngine.Encoded#regionErrors}
   */
  LatentBatch evaluate(
      float[] output,
      float @Nullable [] variables,
      long @Nullable [] numbers,
      float[] errors,
      float[] regionErrors) {
    int n = errors.length;
    float[] codes = codes(output, n);
    float[] values = correction == null ? codes : correction.apply(codes, n);
    float[] observed = nodes(values, variables, n);
    float[] known = known(observed);
    float[] expected = expected(known, n);
    if (known != observed) {
      forget(observed, expected, n);
    }
    for (int node : historic) {
      for (int i = node; i < expected.length; i += nodes()) {
        expected[i] = Float.NaN;
      }
    }
    float[] residuals = new float[observed.length];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = observed[i] - expected[i];
    }
    for (CategoricalDistribution distribution : distributions) {
      evaluate(distribution, numbers, n, observed, expected, residuals);
    }
    for (int node : given) {
      for (int row = 0; row < n; row++) {
        int at = row * nodes() + node;
        expected[at] = observed[at];
        residuals[at] =
            Float.isNaN(observed[at])
                ? Float.NaN
                : (float) Normal.quantile(uniform(numbers, row, node));
      }
    }
    return new LatentBatch(n, nodes(), observed, expected, residuals, errors, regionErrors, codes);
  }

  /** Returns true if a latent is a category, of which the decoder does not read the logits. */
  boolean anyCategorical() {
    return latents.anyCategorical();
  }

  /** Codes of the latents, see {@link LatentBatch#codes}, from the output of the engine. */
  float[] codes(float[] output, int n) {
    return latents.read(output, n);
  }

  /**
   * Returns the input of the decoder for codes of latents.
   *
   * @param codes see {@link LatentBatch#codes}, shape {@code [n][d]}
   * @return shape {@code [n][columns]}
   */
  public float[] decoderInput(float[] codes, int n) {
    return latents.anyCategorical() ? latents.write(codes, n) : codes;
  }

  /** Latents, then variables: shape {@code [n][nodes]}. */
  private float[] nodes(float[] values, float @Nullable [] variables, int n) {
    int d = latents();
    int k = nodes() - d;
    if (values.length != n * d || (variables != null && variables.length != n * k)) {
      throw new IllegalArgumentException(
          "%d frames have %d latents and %d variables, the model has %d and %d per frame"
              .formatted(n, values.length, variables == null ? 0 : variables.length, d, k));
    }
    if (k == 0) {
      return values;
    }
    float[] all = new float[n * (d + k)];
    Arrays.fill(all, Float.NaN);
    for (int row = 0; row < n; row++) {
      System.arraycopy(values, row * d, all, row * (d + k), d);
      if (variables != null) {
        System.arraycopy(variables, row * k, all, row * (d + k) + d, k);
      }
    }
    return all;
  }

  /** The equations of the nodes; those of categories mean nothing yet. */
  private float[] expected(float[] known, int n) {
    if (!nodes.anyCategorical()) {
      return equations.expected(known, n);
    }
    float[] ofColumns = equations.expected(nodes.write(known, n), n);
    float[] expected = new float[known.length];
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < nodes(); i++) {
        expected[row * nodes() + i] = ofColumns[row * nodes.columns() + nodes.first(i)];
      }
    }
    return expected;
  }

  /**
   * Returns a batch without the readings that mean nothing: such a latent, its residual, and
   * expectations and residuals of its effects are NaN.
   *
   * @param unreadable shape {@code [n][d]}
   */
  LatentBatch without(LatentBatch batch, boolean[] unreadable) {
    float[] observed = batch.observed().clone();
    float[] expected = batch.expected().clone();
    float[] residuals = batch.residuals().clone();
    for (int k = 0; k < unreadable.length; k++) {
      if (unreadable[k]) {
        int row = k / latents() * nodes();
        int latent = k % latents();
        observed[row + latent] = Float.NaN;
        residuals[row + latent] = Float.NaN;
        for (int to = 0; to < nodes(); to++) {
          if (to != latent && equations.reads(nodes.first(latent), nodes.first(to))) {
            expected[row + to] = Float.NaN;
            residuals[row + to] = Float.NaN;
          }
        }
      }
    }
    return new LatentBatch(
        batch.frames(),
        batch.latents(),
        observed,
        expected,
        residuals,
        batch.reconstructionErrors(),
        batch.regionErrors(),
        batch.codes());
  }

  /** Makes the expectations unknown that read a missing variable. */
  private void forget(float[] observed, float[] expected, int n) {
    int width = nodes();
    for (int row = 0; row < n; row++) {
      for (int missing = latents(); missing < width; missing++) {
        if (Float.isNaN(observed[row * width + missing])) {
          for (int to = 0; to < width; to++) {
            if (to == missing || equations.reads(nodes.first(missing), nodes.first(to))) {
              expected[row * width + to] = Float.NaN;
            }
          }
        }
      }
    }
  }

  private void evaluate(
      CategoricalDistribution distribution,
      long @Nullable [] numbers,
      int n,
      float[] observed,
      float[] expected,
      float[] residuals) {
    for (int row = 0; row < n; row++) {
      int at = row * nodes() + distribution.node();
      double[] probabilities = distribution.probabilities(observed, row * nodes());
      double uniform = uniform(numbers, row, distribution.node());
      residuals[at] =
          (float) CategoricalDistribution.deviate(probabilities, (int) observed[at], uniform);
      expected[at] = (float) CategoricalDistribution.mean(probabilities);
    }
  }

  private double uniform(long @Nullable [] numbers, int row, int node) {
    return numbers == null ? 0.5 : FrameDraw.uniform(seed, numbers[row], node);
  }

  /** A missing variable counts as its mean, 0; the same array if none is missing. */
  private float[] known(float[] observed) {
    float[] known = observed;
    for (int i = 0; i < observed.length; i++) {
      if (i % nodes() >= latents() && Float.isNaN(observed[i])) {
        known = known == observed ? observed.clone() : known;
        known[i] = 0;
      }
    }
    return known;
  }
}
