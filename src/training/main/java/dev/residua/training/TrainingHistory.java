package dev.residua.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Converts losses and warnings of a training to and from text. */
public final class TrainingHistory {
  private static final List<String> COLUMNS =
      List.of(
          "reconstruction",
          "label",
          "held",
          "order",
          "swap",
          "mmd",
          "structural",
          "edges",
          "divergence");

  private TrainingHistory() {}

  /** A header and one line per point, evenly spaced over the training; UTF-8. */
  static byte[] toCsv(List<TrainingLosses> losses) {
    StringBuilder out = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    for (TrainingLosses point : losses) {
      out.append(
              Arrays.stream(point.toArray())
                  .mapToObj(Double::toString)
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The inverse of {@link #toCsv}; a loss without a column was not in use and is 0.
   *
   * @throws IllegalArgumentException if the format is different
   */
  public static List<TrainingLosses> fromCsv(byte[] csv) {
    List<String> lines = new String(csv, StandardCharsets.UTF_8).lines().toList();
    List<String> header = lines.isEmpty() ? List.of("") : List.of(lines.get(0).split(",", -1));
    if (!COLUMNS.containsAll(header)) {
      throw new IllegalArgumentException(
          "losses start with '%s', expected some of the columns %s"
              .formatted(String.join(",", header), COLUMNS));
    }
    List<TrainingLosses> losses = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      if (cells.length != header.size()) {
        throw new IllegalArgumentException(
            "losses have the line '%s', expected %d numbers".formatted(line, header.size()));
      }
      double[] values = new double[TrainingLosses.COUNT];
      for (int c = 0; c < cells.length; c++) {
        values[COLUMNS.indexOf(header.get(c))] = Double.parseDouble(cells[c]);
      }
      losses.add(TrainingLosses.of(values));
    }
    return losses;
  }

  static byte[] toLines(List<String> sentences) {
    return sentences.stream()
        .map(sentence -> sentence.replace('\n', ' ') + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The inverse of {@link #toLines}. */
  public static List<String> fromLines(byte[] lines) {
    return new String(lines, StandardCharsets.UTF_8).lines().toList();
  }
}
