package dev.residua.commissioning;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The frames that a source learns from, in at most {@value #MAX_BYTES} bytes. They are cut into
 * intervals of equal length. Every interval keeps its first {@value #RUN} residuals one by one, for
 * the filter, and sums over all of its frames, for the location, the slope and the effective
 * samples. When the memory is full, two neighbours become one interval. So the length of an
 * interval grows with the window, and the window with the autocorrelation time of the source.
 * Immutable.
 */
public final class CommissioningWindow {
  /** Largest size of a window. */
  public static final int MAX_BYTES = 256 * 1024;

  /** Consecutive residuals that an interval keeps. */
  static final int RUN = 16;

  private static final int MAX_LATENTS = 62;
  private static final int SUMS = 4;
  private static final int OVERHEAD = 32;
  private static final Interval[] NONE = {};

  /** One interval. Arrays are never changed once it is part of a window. */
  static final class Interval {
    final long frames;

    /**
     * Returns true if its first frame directly follows the last residual kept of the interval
     * before.
     */
    final boolean follows;

    final boolean open; // more residuals may be kept
    final int kept;
    final float[] residuals; // [kept][d]
    final double[] sums; // [d][4]: residual, expected, expected squared, residual times expected

    Interval(
        long frames, boolean follows, boolean open, int kept, float[] residuals, double[] sums) {
      this.frames = frames;
      this.follows = follows;
      this.open = open;
      this.kept = kept;
      this.residuals = residuals;
      this.sums = sums;
    }

    double meanResidual(int latent) {
      return sums[SUMS * latent] / frames;
    }

    double sum(int latent, int which) {
      return sums[SUMS * latent + which];
    }

    private Interval plus(float[] e, float[] f, boolean contiguous) {
      boolean keep = open && contiguous && kept < RUN;
      float[] rows = residuals;
      if (keep) {
        rows = Arrays.copyOf(residuals, residuals.length + e.length);
        System.arraycopy(e, 0, rows, residuals.length, e.length);
      }
      double[] more = sums.clone();
      for (int k = 0; k < e.length; k++) {
        more[SUMS * k] += e[k];
        more[SUMS * k + 1] += f[k];
        more[SUMS * k + 2] += (double) f[k] * f[k];
        more[SUMS * k + 3] += (double) e[k] * f[k];
      }
      return new Interval(frames + 1, follows, keep, keep ? kept + 1 : kept, rows, more);
    }

    private Interval with(Interval next) {
      double[] both = sums.clone();
      for (int i = 0; i < both.length; i++) {
        both[i] += next.sums[i];
      }
      return new Interval(frames + next.frames, false, false, kept, residuals, both);
    }
  }

  private final int latents;
  private final int stride; // runs per interval
  private final Interval[] full;
  private final Interval last;
  private final boolean connected; // the next frame may follow the last residual kept
  private final long frames;

  private CommissioningWindow(
      int latents, int stride, Interval[] full, Interval last, boolean connected, long frames) {
    this.latents = latents;
    this.stride = stride;
    this.full = full;
    this.last = last;
    this.connected = connected;
    this.frames = frames;
  }

  /** A window without frames. */
  public static CommissioningWindow start(int latents) {
    if (latents < 1) {
      throw new IllegalArgumentException("latents must be at least 1 but was " + latents);
    }
    return new CommissioningWindow(latents, 1, NONE, empty(latents, false), false, 0);
  }

  private static Interval empty(int latents, boolean follows) {
    return new Interval(0, follows, true, 0, new float[0], new double[SUMS * latents]);
  }

  /** Max intervals of a window, an even number. */
  static int capacity(int latents) {
    int bytes = latents * (RUN * Float.BYTES + SUMS * Double.BYTES) + OVERHEAD;
    return MAX_BYTES / bytes / 2 * 2;
  }

  /**
   * This window with one more frame.
   *
   * @param residuals finite, shape {@code [d]}
   * @param expected prediction from the parents, finite, shape {@code [d]}; any constant for roots
   * @param contiguous whether the frame directly follows the last one: false after frames that were
   *     left out
   */
  public CommissioningWindow plus(float[] residuals, float[] expected, boolean contiguous) {
    if (residuals.length != latents || expected.length != latents) {
      throw new IllegalArgumentException(
          "frame has %d residuals and %d expected values, the window %d latents"
              .formatted(residuals.length, expected.length, latents));
    }
    for (int k = 0; k < latents; k++) {
      if (!Float.isFinite(residuals[k]) || !Float.isFinite(expected[k])) {
        throw new IllegalArgumentException(
            "latent %d of frame %d has residual %s and expected value %s, expected finite numbers"
                .formatted(k, frames, residuals[k], expected[k]));
      }
    }
    boolean first = last.frames == 0;
    Interval from = first ? empty(latents, connected && contiguous && stride == 1) : last;
    Interval next = from.plus(residuals, expected, first || contiguous);
    if (next.frames < (long) RUN * stride) {
      return new CommissioningWindow(latents, stride, full, next, connected, frames + 1);
    }
    Interval[] more = Arrays.copyOf(full, full.length + 1);
    more[full.length] = next;
    int wider = stride;
    if (more.length == capacity(latents)) {
      Interval[] half = new Interval[more.length / 2];
      for (int i = 0; i < half.length; i++) {
        half[i] = more[2 * i].with(more[2 * i + 1]);
      }
      more = half;
      wider = 2 * stride;
    }
    boolean whole = next.open && wider == 1;
    return new CommissioningWindow(latents, wider, more, empty(latents, false), whole, frames + 1);
  }

  public int latents() {
    return latents;
  }

  /** Frames seen. */
  public long frames() {
    return frames;
  }

  /** Intervals that are complete. */
  int intervals() {
    return full.length;
  }

  Interval interval(int i) {
    return full[i];
  }

  /** Intervals that are stored together. */
  private static final int BLOCK = 16;

  private static final int HEADER_BYTES = 3 * Integer.BYTES + Long.BYTES + 1;
  private static final int INTERVAL_BYTES = Long.BYTES + Integer.BYTES + 1;

  /** Blocks that {@link #block} gives. */
  public int blocks() {
    return (full.length + BLOCK - 1) / BLOCK;
  }

  /** Returns true if a block has the same numbers as that of an earlier state of this window. */
  public boolean sameBlock(int block, CommissioningWindow earlier) {
    int to = Math.min(full.length, (block + 1) * BLOCK);
    if (to != Math.min(earlier.full.length, (block + 1) * BLOCK)) {
      return false;
    }
    for (int i = block * BLOCK; i < to; i++) {
      if (full[i] != earlier.full[i]) {
        return false;
      }
    }
    return true;
  }

  /** The complete intervals of a block as little-endian bytes, for {@link #restore}. */
  public byte[] block(int block) {
    int from = block * BLOCK;
    return write(Arrays.asList(full).subList(from, Math.min(full.length, from + BLOCK)), 0).array();
  }

  /** All but the blocks as little-endian bytes: less than 1 kB for 4 latents. */
  public byte[] head() {
    ByteBuffer out = write(List.of(last), HEADER_BYTES);
    out.putInt(stride).putInt(full.length).putLong(frames).put((byte) (connected ? 1 : 0));
    return out.putInt(latents).array();
  }

  private static ByteBuffer write(List<Interval> intervals, int header) {
    int size = header;
    for (Interval interval : intervals) {
      size +=
          INTERVAL_BYTES
              + Float.BYTES * interval.residuals.length
              + Double.BYTES * interval.sums.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.position(header);
    for (Interval interval : intervals) {
      out.putLong(interval.frames).putInt(interval.kept);
      out.put((byte) ((interval.follows ? 1 : 0) | (interval.open ? 2 : 0)));
      for (double sum : interval.sums) {
        out.putDouble(sum);
      }
      for (float residual : interval.residuals) {
        out.putFloat(residual);
      }
    }
    return out.rewind();
  }

  /**
   * The window of a head and its blocks.
   *
   * @param blockAt gives the bytes of a block
   * @throws IllegalArgumentException if the bytes are damaged
   */
  public static CommissioningWindow restore(byte[] head, IntFunction<byte[]> blockAt) {
    try {
      ByteBuffer in = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
      int stride = in.getInt();
      int intervals = in.getInt();
      long frames = in.getLong();
      boolean connected = in.get() == 1;
      int latents = in.getInt();
      if (latents < 1
          || latents > MAX_LATENTS
          || intervals < 0
          || intervals > capacity(latents)
          || stride < 1) {
        throw new IllegalArgumentException(
            "window has %d latents and %d intervals".formatted(latents, intervals));
      }
      Interval last = read(in, latents);
      Interval[] full = new Interval[intervals];
      for (int i = 0; i < intervals; ) {
        ByteBuffer block = ByteBuffer.wrap(blockAt.apply(i / BLOCK)).order(ByteOrder.LITTLE_ENDIAN);
        for (int end = Math.min(intervals, i + BLOCK); i < end; i++) {
          full[i] = read(block, latents);
        }
      }
      return new CommissioningWindow(latents, stride, full, last, connected, frames);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the window that is learnt from is cut short", e);
    }
  }

  private static Interval read(ByteBuffer in, int latents) {
    long frames = in.getLong();
    int kept = in.getInt();
    byte flags = in.get();
    if (kept < 0 || kept > RUN || frames < kept) {
      throw new IllegalArgumentException(
          "an interval of the window keeps %d of %d frames".formatted(kept, frames));
    }
    double[] sums = new double[SUMS * latents];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = in.getDouble();
    }
    float[] residuals = new float[kept * latents];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = in.getFloat();
    }
    return new Interval(frames, (flags & 1) != 0, (flags & 2) != 0, kept, residuals, sums);
  }

  /** Size of the numbers. */
  public int bytes() {
    int bytes = 0;
    for (Interval interval : full) {
      bytes +=
          Float.BYTES * interval.residuals.length + Double.BYTES * interval.sums.length + OVERHEAD;
    }
    return bytes;
  }
}
