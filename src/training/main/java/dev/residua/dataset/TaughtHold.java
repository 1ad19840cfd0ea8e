package dev.residua.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive frames in which one factor was fixed and everything else varied as usual: a line of
 * {@code holds.csv}.
 *
 * @param first row of the first frame in the data set, from 0
 * @param last row of the last frame, above {@code first}
 * @param factor its name
 * @param who marked it; may be empty
 * @param when in ISO 8601; may be empty
 */
public record TaughtHold(int first, int last, String factor, String who, String when) {
  /** File in the folder of a data set. */
  public static final String FILE = "holds.csv";

  private static final List<String> COLUMNS = List.of("first", "last", "factor", "who", "when");

  public TaughtHold {
    if (first < 0 || last <= first) {
      throw new IllegalArgumentException(
          "a hold needs at least two frames, from 0 on, but goes from %d to %d"
              .formatted(first, last));
    }
    if (factor.isBlank()) {
      throw new IllegalArgumentException("a hold names a factor but it is empty");
    }
  }

  /**
   * Reads a file with the columns first, last, factor and, if they are there, who and when; see
   * {@link TaughtAnswer#read} for frames.
   *
   * @throws IOException with the line if a column is missing or a cell cannot be read
   */
  public static List<TaughtHold> read(Path file, LabelTable labels) throws IOException {
    TaughtRows rows = new TaughtRows(file, labels, COLUMNS.subList(0, 3));
    List<TaughtHold> holds = new ArrayList<>();
    for (int row = 0; row < rows.count(); row++) {
      int first = rows.frame(row, "first");
      int last = rows.frame(row, "last");
      try {
        holds.add(
            new TaughtHold(
                first,
                last,
                rows.text(row, "factor"),
                rows.text(row, "who"),
                rows.text(row, "when")));
      } catch (IllegalArgumentException e) {
        throw rows.fault(row, String.valueOf(e.getMessage()));
      }
    }
    return holds;
  }

  static List<TaughtHold> of(Path dir, LabelTable labels) throws IOException {
    Path file = dir.resolve(FILE);
    return Files.exists(file) ? read(file, labels) : List.of();
  }

  /** Writes a file that {@link #read} reads. */
  public static void write(Path file, List<TaughtHold> holds) throws IOException {
    try (LabelTable.Writer writer = new LabelTable.Writer(file, COLUMNS)) {
      for (TaughtHold hold : holds) {
        writer.write(
            List.of(
                Integer.toString(hold.first()),
                Integer.toString(hold.last()),
                hold.factor(),
                hold.who(),
                hold.when()));
      }
    }
  }
}
