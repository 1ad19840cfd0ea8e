package dev.residua.causal;

import java.util.Arrays;
import java.util.List;

/**
 * Which columns of a network make a latent. A latent that is a real number has one column, a
 * categorical one has a column for each of its values: the network gives their logits, and reads 1
 * in the column of a value and 0 in the others. Immutable.
 */
public final class NodeColumns {
  private final int[] values;
  private final int[] first;

  private NodeColumns(int[] values) {
    this.values = values;
    this.first = new int[values.length + 1];
    for (int i = 0; i < values.length; i++) {
      first[i + 1] = first[i] + values[i];
    }
  }

  /**
   * @param values columns of each latent: 1 for a real number, else the number of its categories
   * @throws IllegalArgumentException if a number is below 1
   */
  public static NodeColumns of(int... values) {
    for (int count : values) {
      if (count < 1) {
        throw new IllegalArgumentException("a latent has at least 1 column but got " + count);
      }
    }
    return new NodeColumns(values.clone());
  }

  /** Columns of latents that are all real numbers. */
  public static NodeColumns real(int latents) {
    int[] ones = new int[latents];
    Arrays.fill(ones, 1);
    return new NodeColumns(ones);
  }

  /** Columns of the latents of a model. */
  public static NodeColumns of(List<Latent> latents) {
    return of(latents.stream().mapToInt(latent -> Math.max(1, latent.values().size())).toArray());
  }

  /** Returns a copy with real numbers behind the latents, as variables are. */
  public NodeColumns withReal(int more) {
    int[] longer = Arrays.copyOf(values, values.length + more);
    Arrays.fill(longer, values.length, longer.length, 1);
    return new NodeColumns(longer);
  }

  /** Number of latents. */
  public int latents() {
    return values.length;
  }

  /** Number of columns. */
  public int columns() {
    return first[values.length];
  }

  /** First column of a latent. */
  public int first(int latent) {
    return first[latent];
  }

  /** Columns of a latent: 1 for a real number, else the number of its categories. */
  public int count(int latent) {
    return values[latent];
  }

  /** Returns true if a latent is a category. */
  public boolean isCategorical(int latent) {
    return values[latent] > 1;
  }

  /** Returns true if any latent is a category. */
  public boolean anyCategorical() {
    return columns() > latents();
  }

  /**
   * Reads latents off columns: of a categorical one the number of its largest column, the first of
   * equal ones.
   *
   * @param columns shape {@code [n][columns]}
   * @return shape {@code [n][latents]}; the same array if no latent is categorical
   */
  public float[] read(float[] columns, int n) {
    if (!anyCategorical()) {
      return columns;
    }
    int stride = columns();
    float[] read = new float[n * values.length];
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < values.length; i++) {
        int at = row * stride + first[i];
        int best = 0;
        for (int v = 1; v < values[i]; v++) {
          best = columns[at + v] > columns[at + best] ? v : best;
        }
        read[row * values.length + i] = values[i] == 1 ? columns[at] : best;
      }
    }
    return read;
  }

  /**
   * Writes latents as columns: of a categorical one 1 in the column of its value, rounded and cut
   * to the range, and 0 in the others.
   *
   * @param latents shape {@code [n][latents]}
   * @return shape {@code [n][columns]}
   */
  public float[] write(float[] latents, int n) {
    int width = columns();
    float[] columns = new float[n * width];
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < values.length; i++) {
        float value = latents[row * values.length + i];
        int at = row * width + first[i];
        if (values[i] == 1) {
          columns[at] = value;
        } else {
          columns[at + Math.max(0, Math.min(values[i] - 1, Math.round(value)))] = 1;
        }
      }
    }
    return columns;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeColumns columns && Arrays.equals(values, columns.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "columns of latents " + Arrays.toString(values);
  }
}
