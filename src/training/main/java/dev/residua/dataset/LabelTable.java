package dev.residua.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.residua.causal.CategoricalDistribution;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Labels of frames: one row per frame, named columns, cells that may be empty. Reads and writes RFC
 * 4180 CSV in UTF-8 with a header line. Immutable.
 */
public final class LabelTable {
  private static final ObjectReader CSV =
      CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build().readerFor(String[].class);

  private final List<String> columns;
  private final List<@Nullable String[]> rows;

  private LabelTable(List<String> columns, List<@Nullable String[]> rows) {
    this.columns = List.copyOf(columns);
    this.rows = rows;
  }

  /** A table without columns, for frames without labels. */
  public static LabelTable empty(int rows) {
    List<@Nullable String[]> cells = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      cells.add(new String[0]);
    }
    return new LabelTable(List.of(), cells);
  }

  /**
   * A table of cells.
   *
   * @param rows of {@code columns.size()} cells each, null or empty if unknown
   */
  public static LabelTable of(List<String> columns, List<@Nullable String[]> rows) {
    for (@Nullable String[] row : rows) {
      if (row.length != columns.size()) {
        throw new IllegalArgumentException(
            "row has %d cells, the table has %d columns".formatted(row.length, columns.size()));
      }
    }
    return new LabelTable(columns, List.copyOf(rows));
  }

  /**
   * Reads a CSV file with commas.
   *
   * @throws IOException as {@link #parse}, or if the file is not UTF-8 text
   */
  public static LabelTable read(Path file) throws IOException {
    return parse(text(file), ',', file.toString());
  }

  /**
   * Reads the text of a file.
   *
   * @throws IOException if it is not UTF-8; the message says how to save it
   */
  public static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text; save it with the encoding UTF-8", e);
    }
  }

  /**
   * Parses CSV with a header line. Blank lines are ignored, but in a table of one column they are
   * empty cells behind the header.
   *
   * @param separator between cells
   * @param where name of the text, for messages
   * @throws IOException if a column name is blank or there twice, a row has another number of cells
   *     than the header, or a quote is not closed; the message names the text and the line
   */
  public static LabelTable parse(String text, char separator, String where) throws IOException {
    List<String> columns = new ArrayList<>();
    List<@Nullable String[]> rows = new ArrayList<>();
    int line = 1;
    try (MappingIterator<String[]> lines =
        CSV.with(CsvSchema.emptySchema().withColumnSeparator(separator))
            .readValues(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
      while (lines.hasNextValue()) {
        String[] cells = lines.nextValue();
        boolean blank = cells.length == 1 && cells[0].isBlank();
        if (columns.isEmpty()) {
          if (!blank) {
            header(cells, columns, where);
          }
        } else if (cells.length == columns.size()) {
          rows.add(cells);
        } else if (!blank) {
          throw new IOException(
              "%s line %d: %d cells, but the header has %d columns"
                  .formatted(where, line, cells.length, columns.size()));
        }
        line = lines.getParser().currentLocation().getLineNr();
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s line %d is not CSV: %s".formatted(where, line, e.getOriginalMessage()), e);
    }
    if (columns.isEmpty()) {
      throw new IOException(where + " is empty, expected a header line with the column names");
    }
    return new LabelTable(columns, rows);
  }

  private static void header(String[] cells, List<String> columns, String where)
      throws IOException {
    Set<String> seen = new LinkedHashSet<>();
    for (String cell : cells) {
      if (cell.isBlank()) {
        throw new IOException("%s line 1: column %d has no name".formatted(where, seen.size() + 1));
      }
      if (!seen.add(cell.strip())) {
        throw new IOException("%s line 1: column '%s' is there twice".formatted(where, cell));
      }
    }
    columns.addAll(seen);
  }

  /** Column names in file order. */
  public List<String> columns() {
    return columns;
  }

  /** Number of rows. */
  public int rows() {
    return rows.size();
  }

  /** Returns true if the table has a column of that name. */
  public boolean has(String column) {
    return columns.contains(column);
  }

  /**
   * A cell as a number.
   *
   * @return NaN if the cell is empty or not a finite number
   * @throws IllegalArgumentException if there is no such column
   */
  public double value(int row, String column) {
    String text = text(row, column);
    if (text == null) {
      return Double.NaN;
    }
    try {
      double value = Double.parseDouble(text);
      return Double.isFinite(value) ? value : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** A cell as text; null if it is empty. */
  public @Nullable String text(int row, String column) {
    String cell = rows.get(row)[index(column)];
    return cell == null || cell.isEmpty() ? null : cell;
  }

  /**
   * Returns true if a column has at least one cell, and every cell that is not empty is a number.
   */
  public boolean isNumeric(String column) {
    boolean any = false;
    for (int row = 0; row < rows(); row++) {
      if (text(row, column) != null) {
        if (Double.isNaN(value(row, column))) {
          return false;
        }
        any = true;
      }
    }
    return any;
  }

  /** Returns true if a column exists and has a cell that is neither empty nor a number. */
  public boolean holdsText(String column) {
    for (int row = 0; has(column) && row < rows(); row++) {
      if (text(row, column) != null && Double.isNaN(value(row, column))) {
        return true;
      }
    }
    return false;
  }

  /**
   * The different cells of a column that are not empty: by size if all are numbers, else in the
   * order of their characters.
   *
   * @throws IllegalArgumentException if there are fewer than 2 or more than {@value
   *     dev.residua.causal.CategoricalDistribution#MAX_VALUES}
   */
  public List<String> categories(String column) {
    TreeSet<String> found =
        new TreeSet<>(
            holdsText(column)
                ? Comparator.<String>naturalOrder()
                : Comparator.comparingDouble(Double::parseDouble)
                    .thenComparing(Comparator.naturalOrder()));
    for (int row = 0; row < rows(); row++) {
      String cell = text(row, column);
      if (cell != null && !cell.isBlank()) {
        found.add(cell.strip());
      }
    }
    if (found.size() < 2 || found.size() > CategoricalDistribution.MAX_VALUES) {
      throw new IllegalArgumentException(
          "column '%s' of the labels has %d different values, categories are 2 to %d"
              .formatted(column, found.size(), CategoricalDistribution.MAX_VALUES));
    }
    return List.copyOf(found);
  }

  private int index(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          "no column '%s' in the labels, which have %s".formatted(column, columns));
    }
    return index;
  }

  /** Writes a CSV file row by row, replacing it. For one thread. */
  public static final class Writer implements AutoCloseable {
    private final BufferedWriter out;
    private final int columns;

    public Writer(Path file, List<String> columns) throws IOException {
      this.out = Files.newBufferedWriter(file);
      this.columns = columns.size();
      write(columns);
    }

    /** Writes a row; a null cell stays empty. */
    public void write(List<? extends @Nullable String> cells) throws IOException {
      if (cells.size() != columns) {
        throw new IllegalArgumentException(
            "row has %d cells, the table has %d columns".formatted(cells.size(), columns));
      }
      for (int i = 0; i < columns; i++) {
        if (i > 0) {
          out.write(',');
        }
        String cell = cells.get(i);
        if (cell != null) {
          out.write(quote(cell));
        } else if (columns == 1) {
          out.write("\"\"");
        }
      }
      out.write('\n');
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  static String quote(String cell) {
    boolean plain =
        cell.indexOf(',') < 0
            && cell.indexOf('"') < 0
            && cell.indexOf('\n') < 0
            && cell.indexOf('\r') < 0;
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }
}
