package dev.residua.dataset;

import dev.residua.dataset.ImportHint.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Looks at the labels of a data set and advises on them. */
public final class FactorSurvey {
  /** With fewer labelled frames the names of latents are not to be relied on. */
  static final int FEW_LABELS = 50;

  /** Fewer values do not show a distribution. */
  private static final int MIN_VALUES = 20;

  /** Of a uniform factor half the values are in each half, of a normal one too. */
  private static final double ONE_SIDED = 0.95;

  private FactorSurvey() {}

  /**
   * Advises on the factors.
   *
   * @param names of the factors
   * @param values shape {@code [factors][frames]}, NaN if a label is unknown
   * @return most important first; empty if there is nothing to say
   */
  public static List<ImportHint> advice(List<String> names, double[][] values) {
    List<ImportHint> advice = new ArrayList<>();
    if (names.isEmpty()) {
      return advice;
    }
    int frames = values[0].length;
    int trained = (int) (PictureSurvey.TRAIN_SHARE * frames);
    int labelled = labelled(values, trained);
    if (labelled < FEW_LABELS) {
      advice.add(
          new ImportHint(
              Kind.FEW_LABELS,
              "%,d of the first %,d frames, which train, have a label. Label about 100 spread over them, or alarms name latents that are not your factors"
                  .formatted(labelled, trained)));
    }
    for (int f = 0; f < names.size(); f++) {
      factor(names.get(f), values[f], advice);
    }
    return advice;
  }

  private static int labelled(double[][] values, int trained) {
    int count = 0;
    for (int i = 0; i < trained; i++) {
      boolean known = false;
      for (double[] factor : values) {
        known |= !Double.isNaN(factor[i]);
      }
      count += known ? 1 : 0;
    }
    return count;
  }

  private static void factor(String name, double[] values, List<ImportHint> advice) {
    double[] known = Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    if (known.length < MIN_VALUES) {
      return;
    }
    double least = known[0];
    double most = known[known.length - 1];
    if (least == most) {
      advice.add(
          new ImportHint(
              Kind.CONSTANT_FACTOR,
              "%s is %s in all %,d labelled frames and can be no factor. Leave it out with --factors, or record frames in which it varies"
                  .formatted(name, number(least), known.length)));
      return;
    }
    if (Arrays.stream(known).allMatch(value -> value == least || value == most)) {
      advice.add(
          new ImportHint(
              Kind.TWO_VALUES,
              "%s has the values %s and %s only. If it marks faulty frames, rename it to %s, with empty cells for normal frames; otherwise keep it"
                  .formatted(name, number(least), number(most), FrameDataset.EVENT_COLUMN)));
      return;
    }
    double middle = (least + most) / 2;
    double below = Arrays.stream(known).filter(value -> value < middle).count();
    double share = Math.max(below, known.length - below) / known.length;
    if (share >= ONE_SIDED) {
      boolean low = 2 * below > known.length;
      advice.add(
          new ImportHint(
              Kind.ONE_SIDED_FACTOR,
              "%s is %s %s, the middle of its range %s to %s, in %.0f %% of its %,d labels. Label more frames %s it, or remove the few if they are wrong"
                  .formatted(
                      name,
                      low ? "below" : "above",
                      number(middle),
                      number(least),
                      number(most),
                      100 * share,
                      known.length,
                      low ? "above" : "below")));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : "%.4g".formatted(value);
  }
}
