package dev.residua.report;

import dev.residua.report.ModelReport.Table;
import dev.residua.training.FactorReading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables of the figures of {@link dev.residua.training.DatasetEvaluation}. */
final class EvaluationTables {
  private static final List<String> SCORES =
      List.of(
          "mcc",
          "mccSpearman",
          "dci.disentanglement",
          "dci.completeness",
          "dci.informativeness",
          "irs",
          "irsRobust");

  private EvaluationTables() {}

  static List<Table> of(Map<String, Object> evaluation, List<FactorReading> readings) {
    List<Table> tables = new ArrayList<>();
    tables.add(quality(evaluation));
    if (!readings.isEmpty()) {
      tables.add(readings(readings));
    }
    List<List<String>> independence = new ArrayList<>();
    for (String name :
        List.of("mmd", "mmdOfLatents", "distanceCorrelation", "hsic", "hsicPValue")) {
      row(independence, name, at(evaluation, "residual." + name));
    }
    entries(evaluation, "residual.distanceCorrelations")
        .forEach((pair, value) -> row(independence, "distance correlation of " + pair, value));
    tables.add(
        new Table(
            "Independence of residuals",
            "Near 0 is independent; the p-value is of a permutation test of independence.",
            List.of("figure", "value"),
            independence));
    List<List<String>> noises = new ArrayList<>();
    entries(evaluation, "residual.noiseCorrelation")
        .forEach((factor, value) -> row(noises, factor, value));
    if (!noises.isEmpty()) {
      tables.add(
          new Table(
              "Correlation of residuals with the true noise",
              "1 is a residual that equals the mechanism's noise.",
              List.of("factor", "correlation"),
              noises));
    }
    monitorability(tables, evaluation);
    return tables;
  }

  private static Table quality(Map<String, Object> evaluation) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(quality("reconstruction.mse", at(evaluation, "reconstruction.mse"), null, null));
    for (String score : SCORES) {
      Object value = at(evaluation, score);
      if (value != null) {
        rows.add(
            quality(
                score,
                value,
                at(evaluation, "floor." + score),
                at(evaluation, "ceiling." + score)));
      }
    }
    for (String kind : List.of("r2Linear", "r2Nonlinear")) {
      entries(evaluation, kind)
          .forEach(
              (factor, value) ->
                  rows.add(
                      quality(
                          kind + " of " + factor,
                          value,
                          at(evaluation, "floor." + kind),
                          at(evaluation, "ceiling." + kind))));
    }
    if (at(evaluation, "shd") != null) {
      rows.add(
          quality(
              "edges that differ from the true graph (shd)",
              at(evaluation, "shd"),
              at(evaluation, "shdDetails.emptyGraph"),
              0));
    }
    Object note = at(evaluation, "note");
    return new Table(
        "Quality",
        note == null
            ? "The floor is latents that are noise, for shd a graph without edges; the ceiling is the factors themselves."
            : note + ".",
        List.of("figure", "model", "floor", "ceiling"),
        rows);
  }

  private static List<String> quality(
      String name, @Nullable Object model, @Nullable Object floor, @Nullable Object ceiling) {
    return List.of(name, number(model), number(floor), number(ceiling));
  }

  private static Table readings(List<FactorReading> readings) {
    List<List<String>> rows = new ArrayList<>();
    for (FactorReading reading : readings) {
      Map<String, @Nullable Object> figures = reading.figures();
      List<String> row = new ArrayList<>(List.of(reading.factor()));
      for (String figure :
          List.of(
              "meanAbsoluteError", "range", "shareOfRange", "right", "refusedShare", "frames")) {
        row.add(number(figures.get(figure)));
      }
      rows.add(row);
    }
    return new Table(
        "Readings",
        "Mean absolute error in the unit of the labels, and as a share of their range; of a category the share that is right. Refused frames do not count. "
            + FactorReading.FIELD,
        List.of("factor", "error", "range", "share of range", "right", "refused", "frames"),
        rows);
  }

  private static void monitorability(List<Table> tables, Map<String, Object> evaluation) {
    Map<String, Object> shifts = entries(evaluation, "residual.leakage.shiftPerNoise");
    if (shifts.isEmpty()) {
      return;
    }
    List<String> columns = new ArrayList<>(List.of("residual of"));
    columns.addAll(shifts.keySet());
    List<List<String>> rows = new ArrayList<>();
    shifts.forEach(
        (residual, values) -> {
          List<String> row = new ArrayList<>(List.of(residual));
          ((Map<?, ?>) values).values().forEach(value -> row.add(number(value)));
          rows.add(row);
        });
    Object dominance = at(evaluation, "residual.leakage.dominance");
    tables.add(
        new Table(
            "Monitorability",
            "Shift of a residual, in its standard deviations, for a shift of each noise by one of its own. Leakage is %s: below 1 the largest residual is always at the broken mechanism."
                .formatted(number(dominance)),
            columns,
            rows));
  }

  private static void row(List<List<String>> rows, String name, @Nullable Object value) {
    if (value != null) {
      rows.add(List.of(name, number(value)));
    }
  }

  /** A value by the names of nested maps, separated by dots; null if it is missing. */
  private static @Nullable Object at(Map<?, ?> map, String path) {
    Object value = map;
    for (String key : path.split("\\.", -1)) {
      value = value instanceof Map<?, ?> nested ? nested.get(key) : null;
    }
    return value;
  }

  private static Map<String, Object> entries(Map<?, ?> map, String path) {
    Map<String, Object> entries = new LinkedHashMap<>();
    if (at(map, path) instanceof Map<?, ?> nested) {
      nested.forEach((key, value) -> entries.put(String.valueOf(key), value));
    }
    return entries;
  }

  /** Formats with four significant digits, integers unchanged, and a dash for null. */
  static String number(@Nullable Object value) {
    if (value == null) {
      return "–";
    }
    if (!(value instanceof Double number)) {
      return value.toString();
    }
    if (number == 0 || !Double.isFinite(number)) {
      return number == 0 ? "0" : number.toString();
    }
    double size = Math.abs(number);
    return size >= 1e-3 && size < 1e5
        ? String.format(Locale.ROOT, size < 100 ? "%.4f" : "%.1f", number)
        : String.format(Locale.ROOT, "%.2e", number);
  }
}
