package dev.residua.causal;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The variables of a model, in the order of its nodes behind the latents. Immutable; most models
 * have none.
 */
public record Variables(List<Variable> list) {
  /** Start of the names of attributes, and of columns of data sets, that hold a variable. */
  public static final String PREFIX = "variable.";

  /** No variables. */
  public static final Variables NONE = new Variables(List.of());

  public Variables {
    list = List.copyOf(list);
  }

  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** Number of variables {@code k}. */
  public int size() {
    return list.size();
  }

  public List<String> names() {
    return list.stream().map(Variable::name).toList();
  }

  /**
   * Reads the variables of a frame.
   *
   * @param values of variables by name, NaN for a missing one
   * @param into receives {@code k} standardised values from {@code offset} on, NaN for a missing
   *     one
   */
  public void read(ToDoubleFunction<String> values, float[] into, int offset) {
    for (int i = 0; i < list.size(); i++) {
      Variable variable = list.get(i);
      into[offset + i] = variable.standardized(values.applyAsDouble(variable.name()));
    }
  }

  /**
   * Returns the nodes that are time variables.
   *
   * @param latents of the model, which come first
   */
  public List<Integer> given(int latents) {
    return given(latents, list.stream().map(Variable::name).toList());
  }

  /** Like {@link #given(int)}, but of the variables with these names. */
  public static List<Integer> given(int latents, List<String> names) {
    return IntStream.range(0, names.size())
        .filter(i -> TimeVariable.of(names.get(i)) != null)
        .mapToObj(i -> latents + i)
        .toList();
  }

  /**
   * Standardises values in the units of the attributes.
   *
   * @param values shape {@code [k]}, NaN for a missing one
   * @return shape {@code [k]}
   */
  public float[] standardized(double[] values) {
    if (values.length != list.size()) {
      throw new IllegalArgumentException(
          "%d values for the variables %s".formatted(values.length, names()));
    }
    float[] standardized = new float[values.length];
    for (int i = 0; i < standardized.length; i++) {
      standardized[i] = list.get(i).standardized(values[i]);
    }
    return standardized;
  }

  /**
   * Standardises the variables of frames whose values have an order of their own.
   *
   * @param names of the values
   * @param values of a frame, by its number from 0: shape {@code [names]}
   * @return shape {@code [frames][k]}, NaN for a variable that is not among the names
   */
  public float[] standardized(int frames, List<String> names, IntFunction<double[]> values) {
    int k = list.size();
    int[] columns = names().stream().mapToInt(names::indexOf).toArray();
    float[] standardized = new float[frames * k];
    for (int i = 0; i < frames && k > 0; i++) {
      double[] all = values.apply(i);
      for (int v = 0; v < k; v++) {
        double value = columns[v] < 0 ? Double.NaN : all[columns[v]];
        standardized[i * k + v] = list.get(v).standardized(value);
      }
    }
    return standardized;
  }

  /** The number that an attribute holds; NaN if it is missing or not finite. */
  public static double value(@Nullable String text) {
    if (text == null) {
      return Double.NaN;
    }
    try {
      double value = Double.parseDouble(text.strip());
      return Double.isFinite(value) ? value : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN; // no number, so no reading
    }
  }
}
