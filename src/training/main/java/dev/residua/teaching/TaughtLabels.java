package dev.residua.teaching;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The labels of a data set with the changes that people made to values of factors. Immutable. */
public final class TaughtLabels {
  private final LabelTable stored;
  private final Map<String, Integer> storedCounts;
  private final Map<Cell, Double> changes;

  private record Cell(int frame, String factor) {}

  private TaughtLabels(
      LabelTable stored, Map<String, Integer> storedCounts, Map<Cell, Double> changes) {
    this.stored = stored;
    this.storedCounts = storedCounts;
    this.changes = changes;
  }

  /** Labels without changes. O(rows times columns). */
  public static TaughtLabels of(LabelTable stored) {
    Map<String, Integer> counts = new HashMap<>();
    for (String column : stored.columns()) {
      if (!FrameDataset.isFactorColumn(column)) {
        continue;
      }
      int count = 0;
      for (int row = 0; row < stored.rows(); row++) {
        count += Double.isNaN(stored.value(row, column)) ? 0 : 1;
      }
      counts.put(column, count);
    }
    return new TaughtLabels(stored, counts, Map.of());
  }

  /** Number of frames. */
  public int frames() {
    return stored.rows();
  }

  /** The value of a factor in a frame; NaN if there is none. */
  public double value(int frame, String factor) {
    Double changed = changes.get(new Cell(frame, factor));
    return changed != null ? changed : storedValue(frame, factor);
  }

  private double storedValue(int frame, String factor) {
    return stored.has(factor) ? stored.value(frame, factor) : Double.NaN;
  }

  /** Number of frames with a value of a factor. */
  public int count(String factor) {
    int count = storedCounts.getOrDefault(factor, 0);
    for (Map.Entry<Cell, Double> change : changes.entrySet()) {
      if (change.getKey().factor().equals(factor)) {
        count += Double.isNaN(change.getValue()) ? 0 : 1;
        count -= Double.isNaN(storedValue(change.getKey().frame(), factor)) ? 0 : 1;
      }
    }
    return count;
  }

  /** The frames with a value of a factor, ascending. O(frames). */
  public List<Integer> labelled(String factor) {
    List<Integer> frames = new ArrayList<>();
    for (int frame = 0; frame < stored.rows(); frame++) {
      if (!Double.isNaN(value(frame, factor))) {
        frames.add(frame);
      }
    }
    return frames;
  }

  /** The labels with one value changed; NaN removes it. */
  TaughtLabels with(int frame, String factor, double value) {
    if (frame < 0 || frame >= stored.rows()) {
      throw new IllegalArgumentException(
          "there is no frame %d, the set has %d".formatted(frame, stored.rows()));
    }
    Map<Cell, Double> next = new HashMap<>(changes);
    Cell cell = new Cell(frame, factor);
    if (Double.compare(value, storedValue(frame, factor)) == 0) {
      next.remove(cell);
    } else {
      next.put(cell, value);
    }
    return new TaughtLabels(stored, storedCounts, Map.copyOf(next));
  }

  /** Columns of the table: those that are stored, and one for every factor that has a value. */
  public List<String> columns() {
    LinkedHashSet<String> columns = new LinkedHashSet<>(stored.columns());
    changes.keySet().stream()
        .map(Cell::factor)
        .sorted()
        .filter(factor -> count(factor) > 0)
        .forEach(columns::add);
    return List.copyOf(columns);
  }

  /** The table with all changes. O(rows times columns). */
  public LabelTable table() {
    List<String> names = columns();
    List<@Nullable String[]> rows = new ArrayList<>(stored.rows());
    for (int frame = 0; frame < stored.rows(); frame++) {
      @Nullable String[] cells = new @Nullable String[names.size()];
      for (int c = 0; c < cells.length; c++) {
        Double changed = changes.get(new Cell(frame, names.get(c)));
        if (changed != null) {
          cells[c] = Double.isNaN(changed) ? null : text(changed);
        } else if (stored.has(names.get(c))) {
          cells[c] = stored.text(frame, names.get(c));
        }
      }
      rows.add(cells);
    }
    return LabelTable.of(names, rows);
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TaughtLabels labels
        && stored == labels.stored
        && changes.equals(labels.changes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(System.identityHashCode(stored), changes);
  }
}
