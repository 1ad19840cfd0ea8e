package dev.residua.detail;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Model of the normal tiles of a gray picture: a mean, and the patterns of its variation.
 * Immutable, safe for use by several threads.
 *
 * <p>A tile has {@value #SIDE} by {@value #SIDE} pixels. The rest of a tile is its difference to
 * the mean, without the brightness that all its pixels share and without its part along the
 * patterns. A defect that covers a whole tile evenly has a rest only at its edges.
 */
public final class TilePatterns {
  /** Width and height of a tile, in pixels. */
  public static final int SIDE = 8;

  /** Width and height of the blocks whose mean differences show large changes. */
  static final int BLOCK = 4;

  /** Pixels of a tile. */
  public static final int PIXELS = SIDE * SIDE;

  /** Most patterns of a tile. */
  public static final int MAX_PATTERNS = 8;

  /** Largest width or height of a picture, in pixels. */
  public static final int MAX_SIDE = 1024;

  /** Most pixels of a picture. */
  public static final int MAX_PIXELS = 1 << 18;

  private static final float WHITE = 255;
  private static final boolean[] NONE = {};

  private final ImageShape shape;
  private final int across; // tiles in a row
  private final float[] means; // [tiles][PIXELS], grey levels
  private final byte[] counts; // patterns of each tile
  private final int[] firsts; // index of each tile's first pattern
  private final float[] patterns; // [all patterns][PIXELS], orthonormal within a tile

  /**
   * @param means in grey levels, shape {@code [tiles][64]}, tiles row by row
   * @param patterns of each tile, orthonormal, shape {@code [tiles][0 to 8][64]}
   * @throws IllegalArgumentException if the shape is none of {@link #checkShape}, or numbers are
   *     missing or not finite
   */
  public TilePatterns(ImageShape shape, float[][] means, float[][][] patterns) {
    this(shape, joined(means), counts(patterns), joined(flat(patterns)));
  }

  private TilePatterns(ImageShape shape, float[] means, byte[] counts, float[] patterns) {
    checkShape(shape);
    int tiles = shape.size() / PIXELS;
    if (means.length != tiles * PIXELS || counts.length != tiles) {
      throw new IllegalArgumentException(
          "%d means and %d counts of patterns, expected %d and %d for %d tiles"
              .formatted(means.length, counts.length, tiles * PIXELS, tiles, tiles));
    }
    this.shape = shape;
    this.across = shape.width() / SIDE;
    this.means = means;
    this.counts = counts;
    this.firsts = new int[tiles];
    int all = 0;
    for (int tile = 0; tile < tiles; tile++) {
      if (counts[tile] < 0 || counts[tile] > MAX_PATTERNS) {
        throw new IllegalArgumentException(
            "tile %d has %d patterns, expected 0 to %d"
                .formatted(tile, counts[tile], MAX_PATTERNS));
      }
      firsts[tile] = all;
      all += counts[tile];
    }
    if (patterns.length != all * PIXELS) {
      throw new IllegalArgumentException(
          "%d values of patterns, expected %d".formatted(patterns.length, all * PIXELS));
    }
    checkWithin("mean", means, 0, WHITE);
    checkWithin("value of a pattern", patterns, -1.001f, 1.001f);
    this.patterns = patterns;
  }

  /**
   * Checks the size of a picture: gray, sides that are multiples of {@value #SIDE} and at most
   * {@value #MAX_SIDE}, and at most 512x512 pixels in all.
   *
   * @throws IllegalArgumentException if it is another
   */
  public static void checkShape(ImageShape shape) {
    if (shape.channels() != 1
        || shape.width() % SIDE != 0
        || shape.height() % SIDE != 0
        || shape.width() > MAX_SIDE
        || shape.height() > MAX_SIDE
        || shape.width() * shape.height() > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "detail pictures are %s, expected gray, sides that are multiples of %d and at most %d, and at most %,d pixels"
              .formatted(shape, SIDE, MAX_SIDE, MAX_PIXELS));
    }
  }

  /** Size of the pictures. */
  public ImageShape shape() {
    return shape;
  }

  /** Number of tiles, which are numbered row by row. */
  public int tiles() {
    return counts.length;
  }

  /** Number of patterns of all tiles. */
  public int patterns() {
    return patterns.length / PIXELS;
  }

  /**
   * Computes the rest of every pixel.
   *
   * @param picture unsigned bytes, {@code [height][width]} from {@code offset} on
   * @param mask pixels that do not count; their rest is 0
   * @param into receives grey levels, shape {@code [height][width]}
   * @param blocks receives the mean difference of each block of 4x4 pixels to the means, in grey
   *     levels, shape {@code [height / 4][width / 4]}; NaN if no pixel counts
   */
  void left(byte[] picture, int offset, PixelMask mask, float[] into, float[] blocks) {
    int width = shape.width();
    float[] tile = new float[PIXELS];
    for (int t = 0; t < counts.length; t++) {
      int start = t / across * SIDE * width + t % across * SIDE;
      int seen = read(picture, offset, mask, start, t, tile, blocks);
      if (seen > 0) {
        project(t, tile);
      }
      for (int y = 0, i = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          into[start + y * width + x] = tile[i++];
        }
      }
    }
    for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
      into[pixel] = 0;
    }
  }

  /** Reads a tile without its mean and shared brightness; returns how many pixels count. */
  private int read(
      byte[] picture, int offset, PixelMask mask, int start, int t, float[] tile, float[] blocks) {
    int width = shape.width();
    for (int y = 0, i = 0; y < SIDE; y++) {
      int from = offset + start + y * width;
      for (int x = 0; x < SIDE; x++, i++) {
        tile[i] = (picture[from + x] & 0xFF) - means[t * PIXELS + i];
      }
    }
    int seen = PIXELS;
    boolean[] masked = mask.isEmpty() ? NONE : masked(mask, start);
    for (int i = 0; i < masked.length; i++) {
      if (masked[i]) {
        tile[i] = 0;
        seen--;
      }
    }
    float sum = 0;
    for (int top = 0; top < SIDE; top += BLOCK) {
      for (int left = 0; left < SIDE; left += BLOCK) {
        float block = 0;
        int counted = 0;
        for (int y = top; y < top + BLOCK; y++) {
          for (int i = y * SIDE + left; i < y * SIDE + left + BLOCK; i++) {
            block += tile[i];
            counted += masked.length > 0 && masked[i] ? 0 : 1;
          }
        }
        sum += block;
        int row = (start / width + top) / BLOCK;
        int column = (start % width + left) / BLOCK;
        blocks[row * (width / BLOCK) + column] = block / counted; // NaN for 0 / 0
      }
    }
    float shared = seen == 0 ? 0 : sum / seen;
    for (int i = 0; i < PIXELS; i++) {
      tile[i] -= shared;
    }
    for (int i = 0; i < masked.length; i++) {
      if (masked[i]) {
        tile[i] = 0;
      }
    }
    return seen;
  }

  private boolean[] masked(PixelMask mask, int start) {
    boolean[] masked = new boolean[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      masked[i] = mask.covers(start + i / SIDE * shape.width() + i % SIDE);
    }
    return masked;
  }

  private void project(int t, float[] tile) {
    for (int k = firsts[t]; k < firsts[t] + counts[t]; k++) {
      int at = k * PIXELS;
      float a = 0;
      float b = 0;
      float c = 0;
      float d = 0;
      for (int i = 0; i < PIXELS; i += 4) {
        a += patterns[at + i] * tile[i];
        b += patterns[at + i + 1] * tile[i + 1];
        c += patterns[at + i + 2] * tile[i + 2];
        d += patterns[at + i + 3] * tile[i + 3];
      }
      float part = a + b + (c + d);
      for (int i = 0; i < PIXELS; i++) {
        tile[i] -= part * patterns[at + i];
      }
    }
  }

  int bytes() {
    return 2 * Integer.BYTES + counts.length + Float.BYTES * (means.length + patterns.length);
  }

  void write(ByteBuffer out) {
    out.putInt(shape.width()).putInt(shape.height()).put(counts);
    for (float mean : means) {
      out.putFloat(mean);
    }
    for (float value : patterns) {
      out.putFloat(value);
    }
  }

  /** Decodes bytes of {@link #write}; sizes are checked before anything is allocated. */
  static TilePatterns read(ByteBuffer in) {
    ImageShape shape = new ImageShape(in.getInt(), in.getInt(), 1);
    checkShape(shape);
    byte[] counts = new byte[shape.size() / PIXELS];
    in.get(counts);
    int all = 0;
    for (byte count : counts) {
      all += Math.max(0, Math.min(count, MAX_PATTERNS));
    }
    float[] means = floats(in, shape.size());
    return new TilePatterns(shape, means, counts, floats(in, all * PIXELS));
  }

  static float[] floats(ByteBuffer in, int count) {
    if (in.remaining() < Float.BYTES * count) {
      throw new IllegalArgumentException(
          "%d bytes are left, expected %d".formatted(in.remaining(), Float.BYTES * count));
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getFloat();
    }
    return values;
  }

  static void checkWithin(String what, float[] values, float least, float most) {
    for (float value : values) {
      if (!(value >= least && value <= most)) {
        throw new IllegalArgumentException(
            "a %s is %s, expected %s to %s".formatted(what, value, least, most));
      }
    }
  }

  private static byte[] counts(float[][][] patterns) {
    byte[] counts = new byte[patterns.length];
    for (int t = 0; t < counts.length; t++) {
      counts[t] = (byte) Math.min(patterns[t].length, Byte.MAX_VALUE);
    }
    return counts;
  }

  private static float[][] flat(float[][][] patterns) {
    return Arrays.stream(patterns).flatMap(Arrays::stream).toArray(float[][]::new);
  }

  private static float[] joined(float[][] rows) {
    float[] joined = new float[rows.length * PIXELS];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != PIXELS) {
        throw new IllegalArgumentException(
            "%d values of a tile, expected %d".formatted(rows[i].length, PIXELS));
      }
      System.arraycopy(rows[i], 0, joined, i * PIXELS, PIXELS);
    }
    return joined;
  }
}
