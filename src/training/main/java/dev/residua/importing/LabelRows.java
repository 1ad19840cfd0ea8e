package dev.residua.importing;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which row of the labels belongs to which frame. A column {@code file} names the frame of each
 * row; frames that no row names stay without labels. Without such a column there is one row per
 * frame, in their order.
 */
final class LabelRows {
  private static final int NONE = -1;
  private static final int AMBIGUOUS = -2;

  /** Usual names of a column that names pictures. */
  private static final List<String> SIMILAR =
      List.of("filename", "file_name", "path", "image", "picture", "img", "name");

  private final LabelTable table;
  private final int[] rows; // of each frame
  private final int labelled;

  private LabelRows(LabelTable table, int[] rows) {
    this.table = table;
    this.rows = rows;
    this.labelled = (int) Arrays.stream(rows).filter(row -> row != NONE).count();
  }

  /**
   * Matches rows and frames.
   *
   * @param labels the file, for messages; paths of pictures may be relative to its folder too
   * @throws IOException if rows name missing pictures or one picture twice, or the numbers of rows
   *     and frames differ; the message says which
   */
  static LabelRows match(LabelTable table, Path labels, NamedFrames frames) throws IOException {
    if (table.has(FrameDataset.FILE_COLUMN) && frames.isNamed()) {
      return byName(table, labels, frames);
    }
    if (table.rows() != frames.count()) {
      throw new IOException(difference(table, labels, frames));
    }
    int[] rows = new int[frames.count()];
    Arrays.setAll(rows, i -> i);
    return new LabelRows(table, rows);
  }

  private static String difference(LabelTable table, Path labels, NamedFrames frames) {
    String begin =
        "%s has %d rows but %s has %d images; "
            .formatted(labels, table.rows(), frames.origin(), frames.count());
    for (String column : table.columns()) {
      if (frames.isNamed() && SIMILAR.stream().anyMatch(column::equalsIgnoreCase)) {
        return begin
            + "if the column '%s' names the pictures, rename it to 'file'".formatted(column);
      }
    }
    return begin
        + (frames.isNamed()
            ? "give one row per image, or name the picture of each row in a column 'file'"
            : "give one row per image, with empty cells for unknown values");
  }

  private static LabelRows byName(LabelTable table, Path labels, NamedFrames frames)
      throws IOException {
    Map<String, Integer> byPath = new HashMap<>();
    Map<String, Integer> byLastName = new HashMap<>();
    for (int i = 0; i < frames.count(); i++) {
      byPath.put(frames.name(i), i);
      byLastName.merge(lastName(frames.name(i)), i, (first, second) -> AMBIGUOUS);
    }
    int[] rows = new int[frames.count()];
    Arrays.fill(rows, NONE);
    List<String> missing = new ArrayList<>();
    for (int row = 0; row < table.rows(); row++) {
      String cell = table.text(row, FrameDataset.FILE_COLUMN);
      if (cell == null || cell.isBlank()) {
        throw new IOException(
            "%s row %d: the cell of column 'file' is empty; name the picture or remove the row"
                .formatted(labels, row + 1));
      }
      String name = cell.strip().replace('\\', '/');
      int frame = find(name, labels, frames, byPath, byLastName);
      if (frame == AMBIGUOUS) {
        throw new IOException(
            "%s row %d names %s, which lies in several folders; name it with its folder, such as folder/%s"
                .formatted(labels, row + 1, name, name));
      }
      if (frame == NONE) {
        missing.add("row %d: %s".formatted(row + 1, name));
      } else if (rows[frame] != NONE) {
        throw new IOException(
            "%s rows %d and %d both name %s; keep one of them"
                .formatted(labels, rows[frame] + 1, row + 1, name));
      } else {
        rows[frame] = row;
      }
    }
    if (!missing.isEmpty()) {
      throw new IOException(
          "%s names %d pictures that %s does not have; remove the rows or add the pictures, which have names such as %s:%s"
              .formatted(
                  labels,
                  missing.size(),
                  frames.origin(),
                  frames.name(0),
                  Truncation.lines(missing)));
    }
    return new LabelRows(table, rows);
  }

  private static int find(
      String name,
      Path labels,
      NamedFrames frames,
      Map<String, Integer> byPath,
      Map<String, Integer> byLastName) {
    Integer exact = byPath.get(name);
    if (exact != null) {
      return exact;
    }
    Path folder = frames.folder();
    if (folder != null) {
      Path base = folder.toAbsolutePath().normalize();
      try {
        for (Path from : List.of(base, labels.toAbsolutePath().resolveSibling("."))) {
          Path path = from.resolve(name).normalize();
          Integer frame = byPath.get(base.relativize(path).toString().replace('\\', '/'));
          if (frame != null) {
            return frame;
          }
        }
      } catch (InvalidPathException e) {
        return NONE; // no file has such a name
      }
    }
    return name.contains("/") ? NONE : byLastName.getOrDefault(name, NONE);
  }

  private static String lastName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  int labelled() {
    return labelled;
  }

  /** Columns but {@code file}, which the import writes. */
  List<String> columns(boolean named) {
    return table.columns().stream()
        .filter(column -> !named || !column.equals(FrameDataset.FILE_COLUMN))
        .collect(Collectors.toUnmodifiableList());
  }

  /** The cell of a frame; null if it is empty or the frame has no row. */
  @Nullable String text(int frame, String column) {
    return rows[frame] == NONE ? null : table.text(rows[frame], column);
  }

  /** The cell of a frame as a number; NaN if it is empty, not a number, or the frame has no row. */
  double value(int frame, String column) {
    return rows[frame] == NONE ? Double.NaN : table.value(rows[frame], column);
  }

  int frames() {
    return rows.length;
  }

  LabelTable table() {
    return table;
  }
}
