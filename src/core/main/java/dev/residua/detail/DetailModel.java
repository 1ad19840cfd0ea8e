package dev.residua.detail;

import dev.residua.frame.CheckedBytes;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Scores the deviation of a gray picture from normal, at its most deviating tile. Immutable, safe
 * for use by several threads.
 *
 * <p>The rest of a pixel after {@link TilePatterns} is divided by its expected size, and smoothed
 * with the weights 1, 2, 1 along both axes. The square of the expected size is the pixel's variance
 * on normal frames plus the square of {@value #LARGE_SHARE} times the range of the differences to
 * the mean in the 3x3 blocks of 4x4 pixels around it. The second term is large at the edges of
 * moving objects, and small at objects that are smaller than a block. The largest magnitude within
 * a tile, in robust standard deviations above its median on normal frames, is the tile's score. The
 * frame has the score of its highest tile.
 */
public final class DetailModel {
  /** Fewest frames that fix the standard deviations. */
  public static final int MIN_FRAMES = 32;

  private static final CheckedBytes FORMAT =
      new CheckedBytes(0x52455354, 1, "model of details"); // "REST"
  private static final double MAD_TO_SD = 1.4826;

  /** Least variance of a pixel, in squared grey levels: three times that of rounding. */
  private static final float MIN_VARIANCE = 0.25f;

  /**
   * Share of a change visible in blocks that patterns may leave. Of 0.1 to 1, tried on the scenes
   * pendulum and flow, the values 0.25 to 0.5 find about the same.
   */
  static final float LARGE_SHARE = 0.4f;

  /** Least robust standard deviation of a tile's largest magnitude. */
  private static final double MIN_SCALE = 0.5;

  /** Root of the sum of the squared weights of the smoothing. */
  private static final float SMOOTHING_NORM = 6;

  private static final float LARGEST = 1e6f;
  private static final int BLOCK_PIXELS = TilePatterns.BLOCK * TilePatterns.BLOCK;

  private final TilePatterns patterns;
  private final float[] variances; // squared grey levels; 0 if masked; [height][width]
  private final float[] centres; // [tiles]
  private final float[] scales; // [tiles]

  private DetailModel(TilePatterns patterns, float[] variances, float[] centres, float[] scales) {
    this.patterns = patterns;
    this.variances = variances;
    this.centres = centres;
    this.scales = scales;
  }

  /**
   * Reads a picture.
   *
   * @param into receives unsigned bytes, {@code [height][width]}
   */
  @FunctionalInterface
  public interface Pictures {
    void read(int index, byte[] into);
  }

  /**
   * Takes the scales from normal frames that the patterns were not made of. Reads every frame
   * twice; 1 ms per frame of 256x256 pixels, and 4 bytes per tile and frame.
   *
   * @param frames number of frames, at least {@link #MIN_FRAMES}
   * @param mask pixels that show nothing in any frame
   */
  public static DetailModel fit(
      TilePatterns patterns, Pictures pictures, int frames, PixelMask mask) {
    if (frames < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "%d frames to take the scales of details from, expected at least %d"
              .formatted(frames, MIN_FRAMES));
    }
    int size = patterns.shape().size();
    byte[] picture = new byte[size];
    float[] left = new float[size];
    float[] blocks = new float[size / BLOCK_PIXELS];
    double[] squares = new double[size];
    for (int i = 0; i < frames; i++) {
      pictures.read(i, picture);
      patterns.left(picture, 0, mask, left, blocks);
      for (int p = 0; p < size; p++) {
        squares[p] += (double) left[p] * left[p];
      }
    }
    float[] variances = new float[size];
    for (int p = 0; p < size; p++) {
      variances[p] = (float) Math.max(MIN_VARIANCE, squares[p] / frames);
    }
    for (int p = mask.next(0); p >= 0; p = mask.next(p + 1)) {
      variances[p] = 0;
    }
    int tiles = patterns.tiles();
    DetailModel unscaled = new DetailModel(patterns, variances, new float[tiles], new float[tiles]);
    float[][] largest = new float[tiles][frames];
    for (int i = 0; i < frames; i++) {
      pictures.read(i, picture);
      float[] smooth = unscaled.smooth(picture, 0, mask);
      for (int t = 0; t < tiles; t++) {
        largest[t][i] = Math.abs(smooth[unscaled.highest(smooth, t)]);
      }
    }
    return new DetailModel(
        patterns,
        variances,
        each(tiles, t -> median(largest[t])),
        each(tiles, t -> scale(largest[t])));
  }

  private static float[] each(int tiles, IntFunction<Float> of) {
    float[] values = new float[tiles];
    for (int t = 0; t < tiles; t++) {
      values[t] = of.apply(t);
    }
    return values;
  }

  private static float median(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private static float scale(float[] values) {
    float centre = median(values);
    float[] deviations = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      deviations[i] = Math.abs(values[i] - centre);
    }
    return (float) Math.max(MIN_SCALE, MAD_TO_SD * median(deviations));
  }

  /** Size of the pictures, with one channel. */
  public ImageShape shape() {
    return patterns.shape();
  }

  /** Patterns of normal tiles, for other scales. */
  public TilePatterns patterns() {
    return patterns;
  }

  /** Memory of the model, in bytes; an estimate. */
  public long bytes() {
    return patterns.bytes() + (long) Float.BYTES * (variances.length + 2L * centres.length);
  }

  /**
   * Scores a picture. About 0.5 ms for 256x256 pixels.
   *
   * @param picture unsigned bytes, {@code [height][width]} from {@code offset} on
   * @param mask pixels that do not count
   */
  public DetailScore score(byte[] picture, int offset, PixelMask mask) {
    if (offset < 0 || picture.length - offset < shape().size()) {
      throw new IllegalArgumentException(
          "%d bytes from offset %d hold no picture of %s"
              .formatted(picture.length, offset, shape()));
    }
    float[] smooth = smooth(picture, offset, mask);
    float most = 0;
    int place = -1;
    for (int t = 0; t < centres.length; t++) {
      int highest = highest(smooth, t);
      float score = (Math.abs(smooth[highest]) - centres[t]) / scales[t];
      if (score > most || place < 0) {
        most = Math.max(0, score);
        place = highest;
      }
    }
    int width = shape().width();
    return new DetailScore(
        most, (place % width + 0.5f) / width, (place / width + 0.5f) / shape().height());
  }

  private float[] smooth(byte[] picture, int offset, PixelMask mask) {
    int width = shape().width();
    int height = shape().height();
    float[] values = new float[width * height];
    float[] blocks = new float[values.length / BLOCK_PIXELS];
    patterns.left(picture, offset, mask, values, blocks);
    float[] large = ranges(blocks);
    int across = width / TilePatterns.BLOCK;
    for (int y = 0, p = 0; y < height; y++) {
      int row = y / TilePatterns.BLOCK * across;
      for (int x = 0; x < width; x++, p++) {
        float variance = variances[p];
        float edge = LARGE_SHARE * large[row + x / TilePatterns.BLOCK];
        float size = (float) Math.sqrt(variance + edge * edge);
        values[p] = variance == 0 ? 0 : values[p] / (SMOOTHING_NORM * size);
      }
    }
    float[] rows = new float[values.length];
    for (int y = 0; y < height; y++) {
      int from = y * width;
      rows[from] = 2 * values[from] + values[from + 1];
      for (int x = from + 1; x < from + width - 1; x++) {
        rows[x] = values[x - 1] + 2 * values[x] + values[x + 1];
      }
      rows[from + width - 1] = values[from + width - 2] + 2 * values[from + width - 1];
    }
    for (int y = 0; y < height; y++) {
      int from = y * width;
      int above = y == 0 ? -1 : from - width;
      int below = y == height - 1 ? -1 : from + width;
      for (int x = 0; x < width; x++) {
        values[from + x] =
            2 * rows[from + x]
                + (above < 0 ? 0 : rows[above + x])
                + (below < 0 ? 0 : rows[below + x]);
      }
    }
    for (int p = mask.next(0); p >= 0; p = mask.next(p + 1)) {
      values[p] = 0;
    }
    return values;
  }

  /** Largest difference within the 3x3 blocks around each block that count. */
  private float[] ranges(float[] blocks) {
    int across = shape().width() / TilePatterns.BLOCK;
    int down = shape().height() / TilePatterns.BLOCK;
    float[] ranges = new float[blocks.length];
    for (int y = 0; y < down; y++) {
      for (int x = 0; x < across; x++) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int row = Math.max(0, y - 1); row <= Math.min(down - 1, y + 1); row++) {
          for (int i = Math.max(0, x - 1); i <= Math.min(across - 1, x + 1); i++) {
            float value = blocks[row * across + i];
            least = value < least ? value : least; // not for NaN
            most = value > most ? value : most;
          }
        }
        ranges[y * across + x] = most > least ? most - least : 0;
      }
    }
    return ranges;
  }

  private int highest(float[] values, int tile) {
    int width = shape().width();
    int across = width / TilePatterns.SIDE;
    int start = (tile / across * width + tile % across) * TilePatterns.SIDE;
    int highest = start;
    for (int y = 0; y < TilePatterns.SIDE; y++) {
      for (int p = start + y * width; p < start + y * width + TilePatterns.SIDE; p++) {
        highest = Math.abs(values[p]) > Math.abs(values[highest]) ? p : highest;
      }
    }
    return highest;
  }

  /** The model: 4 bytes per pixel, pattern value and variance. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes()));
    patterns.write(out);
    for (float[] part : new float[][] {variances, centres, scales}) {
      for (float value : part) {
        out.putFloat(value);
      }
    }
    return FORMAT.write(out.array());
  }

  /**
   * Decodes bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static DetailModel fromBytes(byte[] bytes) {
    return FORMAT.read(bytes, DetailModel::read);
  }

  private static DetailModel read(ByteBuffer in) {
    TilePatterns patterns = TilePatterns.read(in);
    float[] variances = TilePatterns.floats(in, patterns.shape().size());
    float[] centres = TilePatterns.floats(in, patterns.tiles());
    float[] scales = TilePatterns.floats(in, patterns.tiles());
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(
          "the model of details has %d bytes too many".formatted(in.remaining()));
    }
    TilePatterns.checkWithin("variance", variances, 0, LARGEST);
    TilePatterns.checkWithin("median of a tile", centres, 0, LARGEST);
    TilePatterns.checkWithin("scale of a tile", scales, (float) MIN_SCALE, LARGEST);
    return new DetailModel(patterns, variances, centres, scales);
  }
}
