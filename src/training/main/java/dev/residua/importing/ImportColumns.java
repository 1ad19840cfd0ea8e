package dev.residua.importing;

import dev.residua.dataset.FrameDataset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Roles of the columns of labels.
 *
 * @param factors columns of numbers that a model may be anchored to
 * @param counters columns of whole numbers that rise by one from row to row, such as a frame number
 * @param others all other columns without a meaning here
 */
record ImportColumns(List<String> factors, List<String> counters, List<String> others) {
  /** Fewer numbers that rise by one are not evidence of a counter. */
  private static final int MIN_COUNTED = 3;

  ImportColumns {
    factors = List.copyOf(factors);
    counters = List.copyOf(counters);
    others = List.copyOf(others);
  }

  /** Columns of frames without labels. */
  static final ImportColumns NONE = new ImportColumns(List.of(), List.of(), List.of());

  /**
   * Classifies all columns.
   *
   * @param wanted names of the factors; null to choose them
   * @throws IOException if a wanted column is missing or holds no numbers, or a column has a
   *     reserved name that is not known
   */
  static ImportColumns of(LabelRows rows, @Nullable List<String> wanted) throws IOException {
    List<String> all = rows.table().columns();
    for (String column : all) {
      if (FrameDataset.isUnknownReserved(column)) {
        throw new IOException(
            "column '%s': names that begin with '%s' are reserved, and this is none of them; rename it, or see the list in src/docs/datasets.md"
                .formatted(column, FrameDataset.RESERVED));
      }
    }
    if (wanted != null) {
      check(rows, wanted);
    }
    List<String> factors = new ArrayList<>();
    List<String> counters = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String column : all) {
      if (!FrameDataset.isFactorColumn(column)) {
        continue;
      }
      if (wanted != null) {
        if (!wanted.contains(column)) {
          others.add(column);
        }
      } else if (!rows.table().isNumeric(column)) {
        others.add(column);
      } else {
        (isCounter(rows, column) ? counters : factors).add(column);
      }
    }
    return new ImportColumns(wanted == null ? factors : wanted, counters, others);
  }

  private static void check(LabelRows rows, List<String> wanted) throws IOException {
    for (String column : wanted) {
      if (!rows.table().has(column)) {
        throw new IOException(
            "the labels have no column '%s', only %s".formatted(column, rows.table().columns()));
      }
      if (!FrameDataset.isFactorColumn(column)) {
        throw new IOException(
            "column '%s' is reserved and cannot be a factor; rename it".formatted(column));
      }
      if (!rows.table().isNumeric(column) && !rows.table().holdsText(column)) {
        throw new IOException(
            "column '%s' holds nothing, a factor holds numbers or names of categories"
                .formatted(column));
      }
    }
  }

  /** Returns true if known numbers rise by one from one to the next, or as the frames do. */
  private static boolean isCounter(LabelRows rows, String column) {
    List<Double> inFile = new ArrayList<>();
    for (int row = 0; row < rows.table().rows(); row++) {
      double value = rows.table().value(row, column);
      if (!Double.isNaN(value)) {
        inFile.add(value);
      }
    }
    if (inFile.size() < MIN_COUNTED) {
      return false;
    }
    boolean byRow = true;
    for (int i = 0; i < inFile.size(); i++) {
      if (inFile.get(i) != Math.rint(inFile.get(i))) {
        return false;
      }
      byRow &= i == 0 || inFile.get(i) == inFile.get(i - 1) + 1;
    }
    return byRow || followsFrames(rows, column);
  }

  private static boolean followsFrames(LabelRows rows, String column) {
    double offset = Double.NaN;
    for (int frame = 0; frame < rows.frames(); frame++) {
      double value = rows.value(frame, column);
      if (Double.isNaN(value)) {
        continue;
      }
      if (!Double.isNaN(offset) && value - frame != offset) {
        return false;
      }
      offset = value - frame;
    }
    return true;
  }
}
