package dev.residua.causal;

/**
 * The equations of all nodes, evaluated in single precision: {@code f_i(z) = intercept_i + linear_i
 * . z + sum_m weight_im cos(frequency_m . z + phase_m)}; each cosine belongs to one latent. Arrays
 * are owned by this object, which is immutable. O(d features) time a frame, in loops that the
 * compiler vectorises; absolute error of a cosine about 1e-6.
 */
public final class StructuralEquations {
  private static final double TURN = 2 * Math.PI;

  private final int latents;
  private final int features;
  private final float[] intercepts;
  private final float[] linear; // [from][to]
  private final float[] frequencies; // [latent][feature]
  private final float[] phases; // [feature]
  private final float[] weights; // [feature][latent]
  private final float[] frequencyTurns; // [latent][feature]
  private final float[] phaseTurns; // [feature]
  private final float[][] ownWeights; // [latent][features of firstFeature...]
  private final int[] firstFeature;
  private final boolean[] reads; // [from][to]: whether an equation reads another node

  /**
   * @param intercepts shape {@code [d]}
   * @param linear shape {@code [d][d]}, from the row's latent to the column's
   * @param frequencies radians per unit, shape {@code [d][features]}
   * @param phases radians, shape {@code [features]}
   * @param weights shape {@code [features][d]}
   * @throws IllegalArgumentException if shapes differ
   */
  public StructuralEquations(
      float[] intercepts, float[] linear, float[] frequencies, float[] phases, float[] weights) {
    this.latents = intercepts.length;
    this.features = phases.length;
    if (linear.length != latents * latents
        || frequencies.length != latents * features
        || weights.length != latents * features) {
      throw new IllegalArgumentException(
          "equations of %d latents with %d cosines have %d slopes, %d frequencies and %d weights"
              .formatted(latents, features, linear.length, frequencies.length, weights.length));
    }
    this.intercepts = intercepts;
    this.linear = linear;
    this.frequencies = frequencies;
    this.phases = phases;
    this.weights = weights;
    this.frequencyTurns = turns(frequencies);
    this.phaseTurns = turns(phases);
    this.firstFeature = new int[latents];
    this.ownWeights = new float[latents][];
    for (int i = 0; i < latents; i++) {
      int first = 0;
      while (first < features && weights[first * latents + i] == 0) {
        first++;
      }
      int last = features;
      while (last > first && weights[(last - 1) * latents + i] == 0) {
        last--;
      }
      firstFeature[i] = first;
      ownWeights[i] = new float[last - first];
      for (int m = first; m < last; m++) {
        ownWeights[i][m - first] = weights[m * latents + i];
      }
    }
    this.reads = reads();
  }

  private boolean[] reads() {
    boolean[] found = new boolean[latents * latents];
    for (int from = 0; from < latents; from++) {
      for (int to = 0; to < latents; to++) {
        boolean any = linear[from * latents + to] != 0;
        for (int m = 0; m < features && !any; m++) {
          any = weights[m * latents + to] != 0 && frequencies[from * features + m] != 0;
        }
        found[from * latents + to] = any;
      }
    }
    return found;
  }

  private static float[] turns(float[] radians) {
    float[] turns = new float[radians.length];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = (float) (radians[i] / TURN);
    }
    return turns;
  }

  /** Number of nodes: latents, and the variables of a model that has any. */
  public int latents() {
    return latents;
  }

  /** Number of cosines. */
  public int features() {
    return features;
  }

  /** Shape {@code [d]}, not copied. */
  public float[] intercepts() {
    return intercepts;
  }

  /** Slopes from the row's latent to the column's, shape {@code [d][d]}, not copied. */
  public float[] linear() {
    return linear;
  }

  /** Radians per unit, shape {@code [d][features]}, not copied. */
  public float[] frequencies() {
    return frequencies;
  }

  /** Radians, shape {@code [features]}, not copied. */
  public float[] phases() {
    return phases;
  }

  /** Shape {@code [features][d]}, not copied. */
  public float[] weights() {
    return weights;
  }

  /** Returns true if the equation of one node reads another node. */
  boolean reads(int from, int to) {
    return reads[from * latents + to];
  }

  /**
   * Expected values of many rows.
   *
   * @param z latents, shape {@code [n][d]}
   * @return shape {@code [n][d]}
   */
  public float[] expected(float[] z, int n) {
    float[] out = new float[n * latents];
    float[] cosines = new float[features];
    for (int row = 0; row < n; row++) {
      System.arraycopy(phaseTurns, 0, cosines, 0, features);
      for (int j = 0; j < latents; j++) {
        float value = z[row * latents + j];
        int at = j * features;
        for (int m = 0; m < features; m++) {
          cosines[m] += frequencyTurns[at + m] * value;
        }
      }
      FloatFunctions.cosine(cosines);
      for (int i = 0; i < latents; i++) {
        float sum = intercepts[i];
        for (int j = 0; j < latents; j++) {
          sum += linear[j * latents + i] * z[row * latents + j];
        }
        out[row * latents + i] = sum + FloatFunctions.dot(ownWeights[i], cosines, firstFeature[i]);
      }
    }
    return out;
  }
}
