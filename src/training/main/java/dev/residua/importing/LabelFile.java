package dev.residua.importing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.dataset.LabelTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Labels as people keep them: CSV with commas, semicolons or tabs, or JSON with one object per
 * line. The first line of CSV decides on the separator. A column of numbers with decimal commas is
 * read as numbers, in each kind of file.
 *
 * @param table the cells, with decimal points
 * @param kind of the file, such as {@code CSV with semicolons}
 * @param decimalCommas columns whose decimal commas became points
 */
record LabelFile(LabelTable table, String kind, List<String> decimalCommas) {
  /** Labels are read into memory whole. */
  private static final long MAX_BYTES = 256L << 20;

  /** Keys of JSON objects become columns; a file with more columns has no labels. */
  private static final int MAX_COLUMNS = 1_000;

  private static final Pattern DECIMAL_COMMA =
      Pattern.compile("[-+]?(\\d+,\\d*|,\\d+)([eE][-+]?\\d+)?");
  private static final Pattern DECIMAL_POINT =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
  private static final Pattern THOUSANDS =
      Pattern.compile("[-+]?\\d{1,3}(\\.\\d{3})+,\\d*|[-+]?\\d{1,3}(,\\d{3})+\\.\\d*");
  private static final ObjectReader OBJECTS =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .readerFor(JsonNode.class);

  LabelFile {
    decimalCommas = List.copyOf(decimalCommas);
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is not such a file, or its numbers can be read in two ways; the
   *     message names the file, the place and what to do
   */
  static LabelFile read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(
          file + " is a folder, expected a file with labels: CSV, TSV or JSON lines");
    }
    if (!Files.exists(file)) {
      throw new IOException(
          file + " does not exist, expected a file with labels: CSV, TSV or JSON lines");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(
          "%s has %,d bytes, labels may have %,d".formatted(file, Files.size(file), MAX_BYTES));
    }
    if (isZip(file)) {
      throw new IOException(
          file + " is a workbook or an archive; save the table as CSV with the encoding UTF-8");
    }
    String text = LabelTable.text(file);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    String begin = text.stripLeading();
    if (begin.startsWith("{") || begin.startsWith("[")) {
      return of(objects(text, file), "JSON", file);
    }
    char separator = separator(begin.lines().findFirst().orElse(""));
    String kind =
        switch (separator) {
          case ';' -> "CSV with semicolons";
          case '\t' -> "TSV";
          default -> "CSV";
        };
    return of(LabelTable.parse(text, separator, file.toString()), kind, file);
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(4);
      return start.length == 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3;
    }
  }

  /** The separator that a header line has most often outside of quotes; a comma if it has none. */
  private static char separator(String header) {
    char best = ',';
    int most = 0;
    for (char candidate : new char[] {',', ';', '\t'}) {
      int n = 0;
      boolean quoted = false;
      for (int i = 0; i < header.length(); i++) {
        char c = header.charAt(i);
        quoted ^= c == '"';
        n += !quoted && c == candidate ? 1 : 0;
      }
      if (n > most) {
        most = n;
        best = candidate;
      }
    }
    return best;
  }

  private static LabelTable objects(String text, Path file) throws IOException {
    Map<String, Integer> columns = new LinkedHashMap<>();
    List<Map<String, String>> found = new ArrayList<>();
    int line = 1;
    try (MappingIterator<JsonNode> objects = OBJECTS.readValues(text)) {
      while (objects.hasNextValue()) {
        line = objects.getParser().currentTokenLocation().getLineNr();
        JsonNode object = objects.nextValue();
        if (!object.isObject()) {
          throw new IOException(
              "%s line %d holds %s, expected an object such as {\"file\": \"1.png\", \"speed\": 1.5}"
                  .formatted(file, line, object.getNodeType()));
        }
        found.add(cells(object, columns, "%s line %d".formatted(file, line)));
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s line %d is not JSON, expected one object per line: %s"
              .formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
    if (columns.isEmpty()) {
      throw new IOException(file + " holds no label, expected one object per line");
    }
    List<@Nullable String[]> rows = new ArrayList<>(found.size());
    for (Map<String, String> cells : found) {
      @Nullable String[] row = new String[columns.size()];
      cells.forEach((column, cell) -> row[columns.getOrDefault(column, 0)] = cell);
      rows.add(row);
    }
    return LabelTable.of(List.copyOf(columns.keySet()), rows);
  }

  private static Map<String, String> cells(
      JsonNode object, Map<String, Integer> columns, String where) throws IOException {
    Map<String, String> cells = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      JsonNode value = field.getValue();
      if (value.isContainerNode()) {
        throw new IOException(
            "%s: '%s' holds %s, expected a number, a text or null; give each of its values a key of its own"
                .formatted(where, field.getKey(), value.isArray() ? "an array" : "an object"));
      }
      columns.putIfAbsent(field.getKey(), columns.size());
      if (columns.size() > MAX_COLUMNS) {
        throw new IOException(
            "%s: the objects have more than %,d different keys".formatted(where, MAX_COLUMNS));
      }
      if (!value.isNull()) {
        cells.put(field.getKey(), value.asText());
      }
    }
    return cells;
  }

  private static LabelFile of(LabelTable table, String kind, Path file) throws IOException {
    List<String> commas = new ArrayList<>();
    for (String column : table.columns()) {
      if (hasDecimalCommas(table, column, file)) {
        commas.add(column);
      }
    }
    if (commas.isEmpty()) {
      return new LabelFile(table, kind, commas);
    }
    List<@Nullable String[]> rows = new ArrayList<>(table.rows());
    for (int row = 0; row < table.rows(); row++) {
      @Nullable String[] cells = new String[table.columns().size()];
      for (int c = 0; c < cells.length; c++) {
        String column = table.columns().get(c);
        String cell = table.text(row, column);
        cells[c] = cell != null && commas.contains(column) ? cell.replace(',', '.') : cell;
      }
      rows.add(cells);
    }
    return new LabelFile(LabelTable.of(table.columns(), rows), kind, commas);
  }

  private static boolean hasDecimalCommas(LabelTable table, String column, Path file)
      throws IOException {
    String comma = null;
    String point = null;
    String thousands = null;
    for (int row = 0; row < table.rows(); row++) {
      String cell = table.text(row, column);
      if (cell == null || cell.isBlank()) {
        continue;
      }
      String number = cell.strip();
      if (DECIMAL_COMMA.matcher(number).matches()) {
        comma = number;
      } else if (THOUSANDS.matcher(number).matches()) {
        thousands = number;
      } else if (!DECIMAL_POINT.matcher(number).matches()) {
        return false; // a text
      } else if (number.indexOf('.') >= 0) {
        point = number;
      }
    }
    if (thousands != null) {
      throw new IOException(
          "%s: column '%s' has the cell %s; write numbers without separators of thousands, such as 1234.5"
              .formatted(file, column, thousands));
    }
    if (comma != null && point != null) {
      throw new IOException(
          "%s: column '%s' has decimal commas (%s) and decimal points (%s); use one of them"
              .formatted(file, column, comma, point));
    }
    return comma != null;
  }
}
