package dev.residua.dataset;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Labels of frames: one row per frame, named columns, cells that may be empty. Reads and writes RFC
 * 4180 CSV in UTF-8 with a header line. Immutable.
 */
public final class LabelTable {
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
   * Reads a CSV file.
   *
   * @throws IOException if a column name is blank or there twice, a row has another number of cells
   *     than the header, or a quote is not closed; the message names file and line
   */
  public static LabelTable read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text", e);
    }
    return parse(text, file.toString());
  }

  static LabelTable parse(String text, String where) throws IOException {
    List<String> columns = new ArrayList<>();
    List<@Nullable String[]> rows = new ArrayList<>();
    List<@Nullable String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    int line = 1;
    int rowLine = 1;
    int at = text.startsWith("\uFEFF") ? 1 : 0;
    int length = text.length();
    boolean quoted = false;
    boolean wasQuoted = false;
    boolean started = false;
    while (at <= length) {
      int c = at < length ? text.charAt(at) : -1;
      at++;
      if (quoted) {
        if (c < 0) {
          throw new IOException("%s line %d: a quote is not closed".formatted(where, rowLine));
        }
        if (c == '"') {
          if (at < length && text.charAt(at) == '"') {
            cell.append('"');
            at++;
          } else {
            quoted = false;
          }
        } else {
          if (c == '\n') {
            line++;
          }
          cell.append((char) c);
        }
      } else if (c == '"' && cell.length() == 0 && !wasQuoted) {
        quoted = true;
        wasQuoted = true;
        started = true;
      } else if (c == ',') {
        cells.add(cell.length() == 0 && !wasQuoted ? null : cell.toString());
        cell.setLength(0);
        wasQuoted = false;
        started = true;
      } else if (c == '\n' || c < 0) {
        if (started) {
          cells.add(cell.length() == 0 && !wasQuoted ? null : cell.toString());
          if (columns.isEmpty()) {
            header(cells, columns, where);
          } else {
            if (cells.size() != columns.size()) {
              throw new IOException(
                  "%s line %d: %d cells, but the header has %d columns"
                      .formatted(where, rowLine, cells.size(), columns.size()));
            }
            rows.add(cells.toArray(new String[0]));
          }
        } else if (columns.size() == 1 && c == '\n') {
          // In a table of one column a blank line is a row whose only cell is empty.
          rows.add(new String[1]);
        }
        cells.clear();
        cell.setLength(0);
        wasQuoted = false;
        started = false;
        line++;
        rowLine = line;
      } else if (c != '\r' || (at < length && text.charAt(at) != '\n')) {
        if (wasQuoted) {
          throw new IOException("%s line %d: text after a closing quote".formatted(where, rowLine));
        }
        cell.append((char) c);
        started = true;
      }
    }
    if (columns.isEmpty()) {
      throw new IOException(where + " is empty, expected a header line with the column names");
    }
    return new LabelTable(columns, rows);
  }

  private static void header(List<@Nullable String> cells, List<String> columns, String where)
      throws IOException {
    Set<String> seen = new LinkedHashSet<>();
    for (String cell : cells) {
      if (cell == null || cell.isBlank()) {
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

  /** Whether the table has a column of that name. */
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

  /** Whether a column has at least one cell, and every cell that is not empty is a number. */
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
