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
  private final FrameDataset set;
  private @Nullable Map<String, Integer> byName;

  /**
   * @param needed columns
   * @throws IOException if one of them is missing
   */
  TaughtRows(Path file, LabelTable table, FrameDataset set, List<String> needed)
      throws IOException {
    this.file = file;
    this.table = table;
    this.set = set;
    for (String column : needed) {
      if (!table.has(column)) {
        throw new IOException(
            "%s has the columns %s, expected %s".formatted(file, table.columns(), needed));
      }
    }
  }

  /** A cell, empty if its column is missing. */
  String text(int row, String column) {
    String text = table.has(column) ? table.text(row, column) : null;
    return text == null ? "" : text.strip();
  }

  /** The frame that a cell names. */
  int frame(int row, String column) throws IOException {
    String text = text(row, column);
    Integer named = text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : byName().get(text);
    if (named == null) {
      throw fault(
          row,
          "%s is '%s', expected the number of a frame from 0 or its name in the column file of labels.csv"
              .formatted(column, text));
    }
    if (named >= set.size()) {
      throw fault(
          row,
          "%s is %d, but data set '%s' has the frames 0 to %d"
              .formatted(column, named, set.name(), set.size() - 1));
    }
    return named;
  }

  private Map<String, Integer> byName() {
    Map<String, Integer> names = byName;
    if (names == null) {
      names = new HashMap<>();
      LabelTable labels = set.labels();
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
