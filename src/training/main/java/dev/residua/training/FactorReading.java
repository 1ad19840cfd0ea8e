package dev.residua.training;

import dev.residua.training.metrics.ReadingError;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Error of the readings of one factor, as people see them, on labelled frames that did not train
 * the network.
 *
 * @param factor name of the latent
 */
public record FactorReading(String factor, ReadingError error) {
  /** Errors that the field reaches, for people. */
  public static final String FIELD =
      "For comparison: gauge readers of the field miss by less than 2 % of the range, and digit counters are right in at least 99 % of the readings that they do not refuse.";

  /** The readings in sentences, and the field to compare them with; empty without readings. */
  public static List<String> sentences(List<FactorReading> readings) {
    List<String> sentences = new ArrayList<>();
    readings.forEach(reading -> sentences.add(reading.sentence()));
    if (!readings.isEmpty()) {
      sentences.add(FIELD);
    }
    return sentences;
  }

  /** Such as {@code level: missed by 0.31 on average, 0.4 % of its range of 75}. */
  private String sentence() {
    String frames = String.format(Locale.ROOT, "%,d labelled frames", error.frames());
    if (error instanceof ReadingError.OfNumber number) {
      return "%s: %s (%s, %s)".formatted(factor, missed(number), frames, refused(number.refused()));
    }
    if (error instanceof ReadingError.OfCategory category) {
      return "%s: %s (%s, %s)"
          .formatted(
              factor,
              Double.isNaN(category.right())
                  ? "no reading"
                  : percent(category.right()) + " of the readings are right",
              frames,
              refused(category.refused()));
    }
    return "%s: no reading in its unit, because the model has no scale for it (%s)"
        .formatted(factor, frames);
  }

  private static String missed(ReadingError.OfNumber error) {
    if (Double.isNaN(error.meanAbsolute())) {
      return "no reading";
    }
    String size = "missed by %s on average".formatted(rounded(error.meanAbsolute(), 2));
    return error.range() == 0
        ? size + ", and its labels have one value, so no range"
        : "%s, %s of its range of %s"
            .formatted(size, percent(error.shareOfRange()), rounded(error.range(), 3));
  }

  private String refused(int refused) {
    return "%s refused".formatted(percent((double) refused / error.frames()));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private static String rounded(double value, int digits) {
    return BigDecimal.valueOf(value).round(new MathContext(digits)).toPlainString();
  }

  /** The figures by name, null for those that are not known. */
  public Map<String, @Nullable Object> figures() {
    Map<String, @Nullable Object> figures = new LinkedHashMap<>();
    figures.put("factor", factor);
    figures.put("frames", error.frames());
    if (error instanceof ReadingError.OfNumber number) {
      figures.put("refusedShare", (double) number.refused() / number.frames());
      figures.put("meanAbsoluteError", finite(number.meanAbsolute()));
      figures.put("range", number.range());
      figures.put("shareOfRange", finite(number.shareOfRange()));
    } else if (error instanceof ReadingError.OfCategory category) {
      figures.put("refusedShare", (double) category.refused() / category.frames());
      figures.put("right", finite(category.right()));
    }
    return figures;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
