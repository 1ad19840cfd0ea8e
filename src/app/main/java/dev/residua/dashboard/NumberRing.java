package dev.residua.dashboard;

import java.util.Arrays;

/**
 * Ring buffer of rows of numbers, the oldest first. A row has a sequence, a time and a fixed number
 * of values. Memory grows with the rows up to a limit. Not thread-safe.
 */
final class NumberRing {
  private static final int FIRST_ROWS = 16;

  private final int columns;
  private int limit;
  private long[] sequences;
  private long[] millis;
  private float[] values; // [row][column]
  private int first;
  private int size;
  private long written;

  /**
   * @param columns values of a row, at least 0
   * @param limit max number of rows, at least 1
   */
  NumberRing(int columns, int limit) {
    if (columns < 0 || limit < 1) {
      throw new IllegalArgumentException(
          "a ring needs at least 0 columns and 1 row but has %d and %d".formatted(columns, limit));
    }
    this.columns = columns;
    this.limit = limit;
    int rows = Math.min(FIRST_ROWS, limit);
    sequences = new long[rows];
    millis = new long[rows];
    values = new float[rows * columns];
  }

  int columns() {
    return columns;
  }

  int size() {
    return size;
  }

  /** Returns the number of rows ever added, a cursor for {@link #since}. */
  long cursor() {
    return written;
  }

  /**
   * Adds a row.
   *
   * @param row its first {@link #columns} values are copied
   */
  void add(long sequence, long atMillis, float[] row) {
    int capacity = sequences.length;
    if (size == capacity && capacity < limit) {
      resize(Math.min(limit, 2 * capacity));
      capacity = sequences.length;
    }
    int at = (first + size) % capacity;
    if (size == capacity) {
      first = (first + 1) % capacity;
    } else {
      size++;
    }
    sequences[at] = sequence;
    millis[at] = atMillis;
    System.arraycopy(row, 0, values, at * columns, columns);
    written++;
  }

  /** Limits the rows; the oldest ones beyond the limit are dropped. */
  void limit(int rows) {
    limit = Math.max(1, rows);
    if (sequences.length > limit) {
      resize(limit);
    }
  }

  private void resize(int capacity) {
    int kept = Math.min(size, capacity);
    long[] newSequences = new long[capacity];
    long[] newMillis = new long[capacity];
    float[] newValues = new float[capacity * columns];
    for (int i = 0; i < kept; i++) {
      int from = index(size - kept + i);
      newSequences[i] = sequences[from];
      newMillis[i] = millis[from];
      System.arraycopy(values, from * columns, newValues, i * columns, columns);
    }
    sequences = newSequences;
    millis = newMillis;
    values = newValues;
    first = 0;
    size = kept;
  }

  private int index(int row) {
    return (first + row) % sequences.length;
  }

  /** Returns the time of a row; the last row is 0, the row before it is 1. */
  long millisBeforeLast(int rows) {
    return millis[index(size - 1 - rows)];
  }

  long lastSequence() {
    return sequences[index(size - 1)];
  }

  /**
   * Returns the stored rows that were added since a cursor.
   *
   * @param cursor 0 for all rows; a cursor of another ring that is ahead returns all rows too
   */
  Series since(long cursor) {
    long wanted = cursor < 0 || cursor > written ? written : written - cursor;
    int n = (int) Math.min(size, wanted);
    long[] t = new long[n];
    long[] s = new long[n];
    float[][] v = new float[columns][n];
    for (int i = 0; i < n; i++) {
      int from = index(size - n + i);
      t[i] = millis[from];
      s[i] = sequences[from];
      for (int c = 0; c < columns; c++) {
        v[c][i] = values[from * columns + c];
      }
    }
    return new Series(written, s, t, v);
  }

  /**
   * Rows by column.
   *
   * @param cursor for the next {@link #since}
   * @param sequence of each row
   * @param millis time of each row, milliseconds since 1970
   * @param columns {@code [column][row]}
   */
  @SuppressWarnings("ArrayRecordComponent") // made for one answer and not kept
  record Series(long cursor, long[] sequence, long[] millis, float[][] columns) {
    @Override
    public String toString() {
      return "%d rows up to cursor %d: %s"
          .formatted(sequence.length, cursor, Arrays.toString(sequence));
    }
  }
}
