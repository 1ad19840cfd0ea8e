package dev.residua.causal;

import java.util.Arrays;

/**
 * A correction of latents, evaluated in single precision: {@code z'_i = z_i + bias_i + sum_c
 * weight_ic exp(scale_i |z - centre_c|^2)} with {@code scale_i <= 0}. Arrays are owned by this
 * object, which is immutable. O(d centres) time a frame, in loops that the compiler vectorises.
 */
public final class LatentCorrection {
  private final int latents;
  private final int count;
  private final float[] centres; // [latent][centre]
  private final float[] biases;
  private final float[] scales;
  private final float[][] weights; // [latent][centre]; empty if a latent is not corrected

  /**
   * @param centres shape {@code [latent][centre]}
   * @param biases shape {@code [latent]}
   * @param scales shape {@code [latent]}, at most 0
   * @param weights shape {@code [latent][centre]}; an empty row leaves a latent as it is, but for
   *     its bias
   * @throws IllegalArgumentException if shapes differ or a scale is above 0
   */
  public LatentCorrection(float[][] centres, float[] biases, float[] scales, float[][] weights) {
    this.latents = biases.length;
    this.count = latents == 0 ? 0 : centres[0].length;
    if (centres.length != latents || scales.length != latents || weights.length != latents) {
      throw new IllegalArgumentException(
          "correction of %d latents has centres for %d, scales for %d and weights for %d"
              .formatted(latents, centres.length, scales.length, weights.length));
    }
    this.centres = new float[latents * count];
    for (int i = 0; i < latents; i++) {
      if (centres[i].length != count || (weights[i].length != 0 && weights[i].length != count)) {
        throw new IllegalArgumentException(
            "correction with %d centres has %d coordinates and %d weights of latent %d"
                .formatted(count, centres[i].length, weights[i].length, i));
      }
      if (!(scales[i] <= 0)) {
        throw new IllegalArgumentException(
            "correction's scale of latent %d is %s, expected at most 0".formatted(i, scales[i]));
      }
      System.arraycopy(centres[i], 0, this.centres, i * count, count);
    }
    this.biases = biases;
    this.scales = scales;
    this.weights = weights;
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return latents;
  }

  /** Number of centres. */
  public int centres() {
    return count;
  }

  /** Coordinates of all centres along a latent, shape {@code [centre]}. */
  public float[] centres(int latent) {
    return Arrays.copyOfRange(centres, latent * count, (latent + 1) * count);
  }

  /** Shape {@code [latent]}, not copied. */
  public float[] biases() {
    return biases;
  }

  /** Shape {@code [latent]}, not copied. */
  public float[] scales() {
    return scales;
  }

  /** Shape {@code [centre]}, not copied; empty if a latent changes by its bias only. */
  public float[] weights(int latent) {
    return weights[latent];
  }

  /**
   * Corrects many rows.
   *
   * @param code latents before, shape {@code [n][d]}
   * @return latents after, shape {@code [n][d]}
   */
  public float[] apply(float[] code, int n) {
    float[] out = new float[n * latents];
    float[] squares = new float[count];
    float[] kernel = new float[count];
    for (int row = 0; row < n; row++) {
      Arrays.fill(squares, 0);
      for (int i = 0; i < latents; i++) {
        float z = code[row * latents + i];
        int at = i * count;
        for (int c = 0; c < count; c++) {
          float difference = z - centres[at + c];
          squares[c] += difference * difference;
        }
      }
      for (int i = 0; i < latents; i++) {
        float sum = code[row * latents + i] + biases[i];
        float[] weight = weights[i];
        if (weight.length > 0) {
          FloatFunctions.exp(squares, scales[i], kernel);
          sum += FloatFunctions.dot(weight, kernel, 0);
        }
        out[row * latents + i] = sum;
      }
    }
    return out;
  }
}
