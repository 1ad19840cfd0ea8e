package dev.residua.bench.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The rows of one experiment in a file, one line of JSON each, so that none is computed twice. */
public final class ResultLog {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  /** Figures of one variant with one seed; NaN, in the file null, if one is missing. */
  public record Row(String variant, long seed, Map<String, Double> figures) {
    public Row {
      figures = new LinkedHashMap<>(figures);
      figures.replaceAll((name, value) -> value == null ? Double.NaN : value);
    }
  }

  /** Seeds from which a ratio has an interval. */
  private static final int MIN_SEEDS = 5;

  private static final String SUM = ", sum";
  private static final String COUNT = ", count";

  private final Path file;
  private final List<Row> rows = new ArrayList<>();

  /**
   * Opens a log, which need not exist yet.
   *
   * @throws IOException if it exists and is not a log; the message names file and line
   */
  public ResultLog(Path file) throws IOException {
    this.file = file;
    if (!Files.exists(file)) {
      return;
    }
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      try {
        rows.add(JSON.readValue(lines.get(i), Row.class));
      } catch (JsonProcessingException e) {
        throw new IOException(
            "%s line %d is not a result, expected variant, seed and figures: %s; remove the line to compute it again"
                .formatted(file, i + 1, e.getOriginalMessage()),
            e);
      }
    }
  }

  /**
   * Puts a figure whose ratio over all seeds is that of the sums, not the median of the ratios.
   *
   * @param sum numerator
   * @param count denominator; 0 is allowed
   */
  static void putRatio(Map<String, Double> figures, String name, double sum, double count) {
    figures.put(name + SUM, sum);
    figures.put(name + COUNT, count);
  }

  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /**
   * Returns true if a cell has been computed: its row, or rows that continue with a colon, are
   * there.
   */
  boolean has(String variant, long seed) {
    return rows.stream()
        .anyMatch(
            row ->
                row.seed() == seed
                    && (row.variant().equals(variant) || row.variant().startsWith(variant + ":")));
  }

  void add(Row row) throws IOException {
    Map<String, Double> figures = new LinkedHashMap<>(row.figures());
    figures.replaceAll((name, value) -> Double.isFinite(value) ? value : null);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("variant", row.variant());
    line.put("seed", row.seed());
    line.put("figures", figures);
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(
        file,
        JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    rows.add(row);
  }

  /**
   * A table in Markdown: one line per variant, one column per figure, with the median over seeds
   * and, if there are several, the smallest and largest. A ratio has the sum over all seeds divided
   * by the count over all, from five seeds on its 95 % interval by their differences, and after a
   * semicolon the 10 % and 90 % quantiles over the seeds.
   */
  public String table() {
    Set<String> columns = new LinkedHashSet<>();
    Map<String, List<Row>> variants = new LinkedHashMap<>();
    for (Row row : rows) {
      row.figures().keySet().stream()
          .filter(name -> !name.endsWith(COUNT))
          .map(ResultLog::column)
          .forEach(columns::add);
      variants.computeIfAbsent(row.variant(), name -> new ArrayList<>()).add(row);
    }
    StringBuilder out = new StringBuilder("| variant | seeds |");
    columns.forEach(column -> out.append(' ').append(column).append(" |"));
    out.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
    variants.forEach(
        (variant, all) -> {
          out.append("| ").append(variant).append(" | ").append(all.size()).append(" |");
          for (String column : columns) {
            if (all.stream().anyMatch(row -> row.figures().containsKey(column + SUM))) {
              out.append(' ').append(ratio(all, column)).append(" |");
              continue;
            }
            double[] values =
                all.stream()
                    .mapToDouble(row -> row.figures().getOrDefault(column, Double.NaN))
                    .filter(value -> !Double.isNaN(value))
                    .sorted()
                    .toArray();
            out.append(' ').append(cell(values)).append(" |");
          }
          out.append('\n');
        });
    return out.toString();
  }

  private static String column(String figure) {
    return figure.endsWith(SUM) ? figure.substring(0, figure.length() - SUM.length()) : figure;
  }

  private static String ratio(List<Row> rows, String column) {
    double[] sums = values(rows, column + SUM);
    double[] counts = values(rows, column + COUNT);
    int n = sums.length;
    double sum = Arrays.stream(sums).sum();
    double count = Arrays.stream(counts).sum();
    if (count == 0) {
      return "-";
    }
    double ratio = sum / count;
    if (n < MIN_SEEDS) {
      return number(ratio);
    }
    // The counts of the seeds around those that the common ratio expects.
    double squares = 0;
    double[] ratios = new double[n];
    for (int i = 0; i < n; i++) {
      squares += Math.pow(counts[i] - sums[i] / ratio, 2);
      ratios[i] = sums[i] / counts[i];
    }
    Arrays.sort(ratios);
    double factor = Math.exp(1.96 * Math.sqrt(squares * n / (n - 1)) / count);
    return "%s (%s .. %s; %s .. %s)"
        .formatted(
            number(ratio),
            number(ratio / factor),
            number(ratio * factor),
            number(quantile(ratios, 0.1)),
            number(quantile(ratios, 0.9)));
  }

  private static double quantile(double[] sorted, double p) {
    double at = p * (sorted.length - 1);
    int below = Math.min(sorted.length - 2, (int) at);
    return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
  }

  private static double[] values(List<Row> rows, String figure) {
    return rows.stream()
        .mapToDouble(row -> row.figures().getOrDefault(figure, Double.NaN))
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  private static String cell(double[] sorted) {
    int n = sorted.length;
    if (n == 0) {
      return "-";
    }
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return sorted[0] == sorted[n - 1]
        ? number(median)
        : "%s (%s .. %s)".formatted(number(median), number(sorted[0]), number(sorted[n - 1]));
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e6) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    double size = Math.abs(value);
    String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.01 ? "%.3f" : "%.1e";
    return String.format(Locale.ROOT, format, value);
  }
}
