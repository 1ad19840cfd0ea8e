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

  /** Figures of one variant with one seed; NaN, in the file null, where one is missing. */
  public record Row(String variant, long seed, Map<String, Double> figures) {
    public Row {
      figures = new LinkedHashMap<>(figures);
      figures.replaceAll((name, value) -> value == null ? Double.NaN : value);
    }
  }

  private final Path file;
  private final List<Row> rows = new ArrayList<>();

  /**
   * Opens a log, which need not exist yet.
   *
   * @throws IOException if it exists and is no log; the message names file and line
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
            "%s line %d is no result, expected variant, seed and figures: %s; remove the line to compute it again"
                .formatted(file, i + 1, e.getOriginalMessage()),
            e);
      }
    }
  }

  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Whether a cell has been computed: its row, or rows that go on with a colon, are there. */
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
   * and, where there are several, the smallest and largest.
   */
  public String table() {
    Set<String> columns = new LinkedHashSet<>();
    Map<String, List<Row>> variants = new LinkedHashMap<>();
    for (Row row : rows) {
      columns.addAll(row.figures().keySet());
      variants.computeIfAbsent(row.variant(), name -> new ArrayList<>()).add(row);
    }
    StringBuilder out = new StringBuilder("| variant | seeds |");
    columns.forEach(column -> out.append(' ').append(column).append(" |"));
    out.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
    variants.forEach(
        (variant, all) -> {
          out.append("| ").append(variant).append(" | ").append(all.size()).append(" |");
          for (String column : columns) {
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
