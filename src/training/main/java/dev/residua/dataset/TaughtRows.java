package dev.residua.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of a table about frames of a data set. */
final class TaughtRows {
  private final Path file;
  private final LabelTable table;
  private final LabelTable labels;
  private @Nullable Map<String, Integer> byName;

  /**
   * @param labels of the frames, one row per frame
   * @param needed columns
   * @throws IOException if the file cannot be read, or one of the columns is missing
   */
  TaughtRows(Path file, LabelTable labels, List<String> needed) throws IOException {
    this.file = file;
    this.table = LabelTable.read(file);
    this.labels = labels;
    for (String column : needed) {
      if (!table.has(column)) {
        throw new IOException(
            "%s has the columns %s, expected %s".formatted(file, table.columns(), needed));
      }
    }
  }

  int count() {
    return table.rows();
  }

  String text(int row, String column) {
    String text = table.has(column) ? table.text(row, column) : null;
    return text == null ? "" : text.strip();
  }

  int frame(int row, String column) throws IOException {
    String text = text(row, column);
    Integer named = text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : byName().get(text);
    if (named == null) {
      throw fault(
          row,
          "%s is '%s', expected the number of a frame from 0 or its name in the column file of labels.csv"
              .formatted(column, text));
    }
    if (named >= labels.rows()) {
      throw fault(
          row,
          "%s is %d, but the set has the frames 0 to %d"
              .formatted(column, named, labels.rows() - 1));
    }
    return named;
  }

  private Map<String, Integer> byName() {
    Map<String, Integer> names = byName;
    if (names == null) {
      names = new HashMap<>();
      for (int i = 0; labels.has(FrameDataset.FILE_COLUMN) && i < labels.rows(); i++) {
        String name = labels.text(i, FrameDataset.FILE_COLUMN);
        if (name != null) {
          names.putIfAbsent(name, i);
        }
      }
      byName = names;
    }
    return names;
  }

  IOException fault(int row, String what) {
    return new IOException("%s line %d: %s".formatted(file, row + 2, what));
  }
}
