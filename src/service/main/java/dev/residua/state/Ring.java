package dev.residua.state;

import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftSettings;
import dev.residua.intervention.MechanismWindow;
import dev.residua.monitor.SourceMonitorState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of a state that keep the last samples, sample t at row {@code t % rows}. They are most of
 * a state, and a sample changes one row of each. So complete blocks of {@value #BLOCK} samples are
 * stored apart, and the state itself holds the block that is being filled.
 */
public enum Ring {
  /** What the detector on the residuals has seen, and the sequences of these frames. */
  RESIDUALS(
      state -> state.residuals().samples().count(),
      new Column(DriftDetector.KEPT, state -> state.residuals().samples().samples()),
      new Column(DriftSettings.MAX_SCALE, SourceMonitorState::sequences)),
  /** What the detector on the picture has seen, and the numbers of these frames. */
  PICTURE(
      state -> state.picture().samples().count(),
      new Column(DriftDetector.KEPT, state -> state.picture().samples().samples()),
      new Column(DriftSettings.MAX_SCALE, SourceMonitorState::pictureFrames)),
  /** Frames for diagnoses, and their flags. */
  WINDOW(
      state -> state.window().count(),
      new Column(MechanismWindow.LENGTH, state -> state.window().values()),
      new Column(MechanismWindow.LENGTH, state -> state.window().flags()));

  /**
   * Samples of a block. Fewer would make more records of a frame, and each costs time. Stored
   * states depend on it.
   */
  static final int BLOCK = 32;

  /** An array of the ring; the first one of a ring has the most rows. */
  private record Column(int rows, Function<SourceMonitorState, Object> array) {
    ByteBuffer bytes(SourceMonitorState state, int from, int size, StateBuffer buffer) {
      Object values = array.apply(state);
      if (values instanceof float[] floats) {
        int width = floats.length / rows;
        return buffer.block(floats, from * width, size * width);
      }
      return values instanceof long[] longs
          ? buffer.block(longs, from, size)
          : ByteBuffer.wrap((byte[]) values, from, size);
    }

    /** Row of the first sample of a block. */
    int row(long block) {
      return (int) (block * BLOCK % rows);
    }
  }

  private final String label = name().toLowerCase(Locale.ROOT);
  private final ToLongFunction<SourceMonitorState> samples;
  private final List<Column> columns;

  Ring(ToLongFunction<SourceMonitorState> samples, Column... columns) {
    this.samples = samples;
    this.columns = List.of(columns);
  }

  /** Its name in the keys of stored blocks: small letters. */
  public String label() {
    return label;
  }

  /** Blocks that are kept, block n at index {@code n % blocks}. */
  public int blocks() {
    return columns.get(0).rows() / BLOCK;
  }

  /** Blocks that were completed since the ring was empty. */
  public long completed(SourceMonitorState state) {
    return samples.applyAsLong(state) / BLOCK;
  }

  /**
   * First of the blocks that were completed since so many were; the last is the one before {@link
   * #completed}. There are none where the ring was emptied in between.
   *
   * @param before null where that is not known: then all that are kept
   */
  public long firstSince(@Nullable Long before, SourceMonitorState state) {
    return before == null ? Math.max(0, completed(state) - blocks()) : before;
  }

  /**
   * The samples of a block as little-endian bytes.
   *
   * @param number counted from 0 since the ring was empty; one of the last {@link #blocks} that
   *     were completed
   */
  public byte[] block(SourceMonitorState state, long number) {
    StateBuffer buffer = StateBuffer.start();
    for (Column column : columns) {
      ByteBuffer rows = column.bytes(state, column.row(number), BLOCK, buffer);
      buffer.write(rows.array(), rows.arrayOffset() + rows.position(), rows.remaining());
    }
    return buffer.toBytes();
  }

  /** All rows of a column, or those of {@link #filled}. */
  ByteBuffer stored(int column, SourceMonitorState state, boolean whole, StateBuffer buffer) {
    Column one = columns.get(column);
    long count = samples.applyAsLong(state);
    return whole
        ? one.bytes(state, 0, one.rows(), buffer)
        : one.bytes(state, one.row(count / BLOCK), filled(count), buffer);
  }

  /**
   * Rows that a state holds of the block that is being filled: one more than were filled, which
   * gives the size of a row.
   */
  private static int filled(long count) {
    return (int) (count % BLOCK) + 1;
  }

  /**
   * All rows of each column.
   *
   * @param count samples that the ring has seen
   * @param stored of each column, the rows of the block that is being filled
   * @throws IllegalArgumentException if a block is missing or has another size
   */
  ByteBuffer[] whole(long count, StateBlocks blocks, ByteBuffer... stored) {
    long open = count / BLOCK;
    int[] sizes = new int[stored.length];
    ByteBuffer[] all = new ByteBuffer[stored.length];
    int size = 0;
    for (int i = 0; i < stored.length; i++) {
      sizes[i] = stored[i].remaining() / filled(count);
      if (stored[i].remaining() != sizes[i] * filled(count)) {
        throw new IllegalArgumentException(
            "%s has %d bytes in %d rows".formatted(this, stored[i].remaining(), filled(count)));
      }
      all[i] = ByteBuffer.allocate(columns.get(i).rows() * sizes[i]);
      size += BLOCK * sizes[i];
    }
    for (long number = Math.max(0, open - blocks()); number < open; number++) {
      byte[] block = blocks.read(this, (int) (number % blocks()));
      if (block.length != size) {
        throw new IllegalArgumentException(
            "block %d of %s has %d bytes, expected %d".formatted(number, this, block.length, size));
      }
      int at = 0;
      for (int i = 0; i < stored.length; i++) {
        all[i].put(columns.get(i).row(number) * sizes[i], block, at, BLOCK * sizes[i]);
        at += BLOCK * sizes[i]; // a later block replaces it where the column has fewer rows
      }
    }
    for (int i = 0; i < stored.length; i++) {
      all[i].put(
          columns.get(i).row(open) * sizes[i],
          stored[i],
          stored[i].position(),
          stored[i].remaining());
    }
    return all;
  }
}
