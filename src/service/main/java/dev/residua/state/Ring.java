package dev.residua.state;

import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftSettings;
import dev.residua.intervention.MechanismWindow;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.state.StateWriter.Slice;
import dev.residua.state.StateWriter.Slices;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of a state that keep the last samples, sample t at row {@code t % rows}. They are most of
 * a state, and a sample changes one row of each. So complete blocks of {@value #BLOCK} samples are
 * stored apart, and the state itself holds the block that is being filled.
 */
public enum Ring {
  /** Samples of the residuals' detector, with the sequences, times and offsets of these frames. */
  RESIDUALS(
      state -> state.change().residuals().samples().count(),
      new Column(DriftDetector.KEPT, state -> state.change().residuals().samples().samples()),
      new Column(DriftSettings.MAX_SCALE, state -> state.change().history().sequences()),
      new Column(DriftSettings.MAX_SCALE, state -> state.change().history().times()),
      new Column(DriftSettings.MAX_SCALE, state -> state.change().history().offsets())),
  /** Samples of the picture's detector, and the numbers of these frames. */
  PICTURE(
      state -> state.change().picture().samples().count(),
      new Column(DriftDetector.KEPT, state -> state.change().picture().samples().samples()),
      new Column(DriftSettings.MAX_SCALE, state -> state.change().history().pictureFrames())),
  /** Frames for diagnoses, and their flags. */
  WINDOW(
      state -> state.diagnosis().window().count(),
      new Column(MechanismWindow.LENGTH, state -> state.diagnosis().window().values()),
      new Column(MechanismWindow.LENGTH, state -> state.diagnosis().window().flags()));

  /**
   * Samples of a block. Fewer would make more records of a frame, and each costs time. Stored
   * states depend on it.
   */
  static final int BLOCK = 32;

  private static final Ring[] ALL = values();

  /** An array of the ring; the first one of a ring has the most rows. */
  private record Column(int rows, Function<SourceMonitorState, Object> array) {
    /** Returns rows of the array, from that of a block on. */
    Slice slice(Object values, long block, int samples) {
      int width = Array.getLength(values) / rows;
      return new Slice((int) (block * BLOCK % rows) * width, samples * width);
    }

    int blockBytes(Object values) {
      int size =
          values instanceof float[] ? Float.BYTES : values instanceof long[] ? Long.BYTES : 1;
      return Array.getLength(values) / rows * BLOCK * size;
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
   * Returns the first of the blocks that were completed after the given number of them; the last is
   * the one before {@link #completed}. There are none if the ring was emptied in between.
   *
   * @param before null if that is not known: then all that are kept
   */
  public long firstSince(@Nullable Long before, SourceMonitorState state) {
    return before == null ? Math.max(0, completed(state) - blocks()) : before;
  }

  /** Returns the filled parts of the open blocks of all rings. */
  static Slices open(SourceMonitorState state) {
    Map<Object, Slice> slices = new IdentityHashMap<>();
    for (Ring ring : ALL) {
      long count = ring.samples.applyAsLong(state);
      for (Column column : ring.columns) {
        Object array = column.array.apply(state);
        slices.put(array, column.slice(array, count / BLOCK, (int) (count % BLOCK)));
      }
    }
    return slices::get;
  }

  /**
   * Returns the samples of a block as little-endian bytes.
   *
   * @param number counted from 0 since the ring was empty; one of the last {@link #blocks} that
   *     were completed
   */
  public byte[] block(SourceMonitorState state, long number) {
    ByteBuffer out = ByteBuffer.allocate(blockBytes(state)).order(ByteOrder.LITTLE_ENDIAN);
    for (Column column : columns) {
      Object values = column.array.apply(state);
      Slice slice = column.slice(values, number, BLOCK);
      if (values instanceof float[] floats) {
        out.asFloatBuffer().put(floats, slice.from(), slice.length());
      } else if (values instanceof long[] longs) {
        out.asLongBuffer().put(longs, slice.from(), slice.length());
      } else {
        out.duplicate().put((byte[]) values, slice.from(), slice.length());
      }
      out.position(out.position() + column.blockBytes(values));
    }
    return out.array();
  }

  private int blockBytes(SourceMonitorState state) {
    return columns.stream().mapToInt(c -> c.blockBytes(c.array.apply(state))).sum();
  }

  /**
   * Fills the arrays of a state that holds the open block only.
   *
   * @throws IllegalArgumentException if a block is missing or has another size
   */
  void fill(SourceMonitorState state, StateBlocks blocks) {
    long open = completed(state);
    int filled = (int) (samples.applyAsLong(state) % BLOCK);
    for (long number = firstSince(null, state); number < open; number++) {
      ByteBuffer in =
          ByteBuffer.wrap(blocks.read(this, (int) (number % blocks())))
              .order(ByteOrder.LITTLE_ENDIAN);
      if (in.remaining() != blockBytes(state)) {
        throw new IllegalArgumentException(
            "block %d of %s has %d bytes, expected %d"
                .formatted(number, this, in.remaining(), blockBytes(state)));
      }
      for (Column column : columns) {
        Object values = column.array.apply(state);
        long back = open - number;
        int kept = column.rows / BLOCK;
        // The open block has replaced the first rows of the oldest one.
        int skip = back < kept ? 0 : back == kept ? filled : BLOCK;
        Slice slice = column.slice(values, number, BLOCK);
        int width = slice.length() / BLOCK;
        int from = slice.from() + skip * width;
        int length = (BLOCK - skip) * width;
        if (values instanceof float[] floats) {
          in.asFloatBuffer().position(skip * width).get(floats, from, length);
        } else if (values instanceof long[] longs) {
          in.asLongBuffer().position(skip * width).get(longs, from, length);
        } else {
          in.slice().position(skip * width).get((byte[]) values, from, length);
        }
        in.position(in.position() + column.blockBytes(values));
      }
    }
  }
}
