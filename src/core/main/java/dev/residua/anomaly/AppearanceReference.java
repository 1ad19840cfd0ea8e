package dev.residua.anomaly;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Pixels that (nearly) never vary in training. A change of light, exposure or lens moves most of
 * these pixels together; events in the scene do not. Immutable, safe for use by several threads;
 * {@link AppearanceMeter} compares many pictures with it.
 *
 * <p>Pixels at the end of the range cannot show everything: white that gets brighter stays white.
 */
public final class AppearanceReference {
  /** Most static pixels that are kept. */
  public static final int MAX_PIXELS = 1024;

  /** Fewest static pixels from which a deviation is taken. */
  public static final int MIN_PIXELS = 16;

  private static final int MAGIC = 0x52455350; // "RESP"
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 6 * Integer.BYTES + Long.BYTES;
  static final int FRACTION_BITS = 4;
  static final int UNIT = 1 << FRACTION_BITS;

  /** Largest difference of a pixel and a mean, in sixteenths of a grey level. */
  static final int LARGEST = 255 * UNIT;

  private final ImageShape shape;
  private final int[] positions;
  private final int[] means; // in sixteenths of a grey level

  private AppearanceReference(ImageShape shape, int[] positions, int[] means) {
    this.shape = shape;
    this.positions = positions;
    this.means = means;
  }

  /** Starts a reference for images of one shape. */
  public static Builder builder(ImageShape shape) {
    return new Builder(shape);
  }

  /** Collects the statistics of training frames. Not safe for use by several threads. */
  public static final class Builder {
    private final ImageShape shape;
    private final long[] sums;
    private final long[] squares;
    private PixelMask masked = PixelMask.NONE;
    private int frames;

    private Builder(ImageShape shape) {
      this.shape = shape;
      this.sums = new long[shape.size()];
      this.squares = new long[shape.size()];
    }

    /**
     * Adds one frame.
     *
     * @param pixels unsigned bytes, the frame starts at {@code offset}
     */
    public Builder add(byte[] pixels, int offset) {
      return add(pixels, offset, PixelMask.NONE);
    }

    /** Adds the unmasked pixels of one frame; a pixel that is masked in any frame is not static. */
    public Builder add(byte[] pixels, int offset, PixelMask mask) {
      checkRange(shape, pixels, offset);
      masked = masked.union(mask);
      for (int i = 0; i < sums.length; i++) {
        int value = pixels[offset + i] & 0xff;
        sums[i] += value;
        squares[i] += (long) value * value;
      }
      frames++;
      return this;
    }

    /**
     * Chooses the static pixels: those whose standard deviation is at most one grey level above 1.5
     * times the lower quartile of all pixels' (which is the camera's noise), evenly thinned to
     * {@link #MAX_PIXELS}. Without frames, or with too few static pixels, the reference is not
     * {@link #usable}.
     */
    public AppearanceReference build() {
      int n = sums.length;
      int seen = n - masked.count() * shape.channels();
      if (frames < 2 || seen == 0) {
        return new AppearanceReference(shape, new int[0], new int[0]);
      }
      double[] sd = new double[n];
      for (int i = 0; i < n; i++) {
        if (masked.covers(i / shape.channels())) {
          sd[i] = Double.POSITIVE_INFINITY;
          continue;
        }
        // Exact integer arithmetic up to the division.
        long spread = Math.subtractExact(frames * squares[i], sums[i] * sums[i]);
        sd[i] = Math.sqrt((double) spread) / frames;
      }
      double[] sorted = sd.clone();
      Arrays.sort(sorted);
      double most = 1.5 * Math.min(sorted[seen / 4], 4) + 1;
      int[] found = new int[n];
      int count = 0;
      for (int i = 0; i < n; i++) {
        if (sd[i] <= most) {
          found[count++] = i;
        }
      }
      if (count < MIN_PIXELS) {
        return new AppearanceReference(shape, new int[0], new int[0]);
      }
      int kept = Math.min(count, MAX_PIXELS);
      int[] positions = new int[kept];
      int[] means = new int[kept];
      for (int k = 0; k < kept; k++) {
        positions[k] = found[(int) ((long) k * count / kept)];
        means[k] = (int) Math.round((double) UNIT * sums[positions[k]] / frames);
      }
      return new AppearanceReference(shape, positions, means);
    }
  }

  /** Returns true if there are enough static pixels; without them every deviation is 0. */
  public boolean usable() {
    return positions.length > 0;
  }

  /** Number of static pixel values that are looked at. */
  public int pixels() {
    return positions.length;
  }

  public ImageShape shape() {
    return shape;
  }

  /** The deviation of a picture of which everything counts. */
  public float deviation(byte[] pixels, int offset) {
    return deviation(pixels, offset, PixelMask.NONE);
  }

  /**
   * Like {@link #deviation(byte[], int)}, over the unmasked pixels; see {@link
   * AppearanceMeter#deviation}.
   */
  public float deviation(byte[] pixels, int offset, PixelMask mask) {
    return new AppearanceMeter(this).deviation(pixels, offset, mask);
  }

  /** Static pixels as indices of a picture's bytes; the reference's own array. */
  int[] positions() {
    return positions;
  }

  /** Means in sixteenths of a grey level; the reference's own array. */
  int[] means() {
    return means;
  }

  static void checkRange(ImageShape shape, byte[] pixels, int offset) {
    if (offset < 0 || pixels.length - offset < shape.size()) {
      throw new IllegalArgumentException(
          "%d bytes from offset %d hold no image of %s, which needs %d bytes"
              .formatted(pixels.length, offset, shape, shape.size()));
    }
  }

  /** Shape, positions and means: {@code 8 k + 32} bytes for {@code k} static pixels. */
  public byte[] toBytes() {
    int k = positions.length;
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + 2 * Integer.BYTES * k);
    out.putInt(MAGIC).putInt(VERSION);
    out.putInt(shape.width()).putInt(shape.height()).putInt(shape.channels()).putInt(k);
    out.putLong(0);
    for (int i = 0; i < k; i++) {
      out.putInt(positions[i]).putInt(means[i]);
    }
    out.putLong(6 * Integer.BYTES, checksum(out.array()));
    return out.array();
  }

  /**
   * Decodes bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static AppearanceReference fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not an appearance reference".formatted(bytes.length));
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "appearance reference has version %d, this code reads %d".formatted(version, VERSION));
    }
    int width = in.getInt();
    int height = in.getInt();
    int channels = in.getInt();
    int k = in.getInt();
    long expected = HEADER_BYTES + 2L * Integer.BYTES * k;
    if (k < 0 || k > MAX_PIXELS || bytes.length != expected) {
      throw new IllegalArgumentException(
          "appearance reference of %d pixels has %d bytes, expected %d"
              .formatted(k, bytes.length, expected));
    }
    if (in.getLong() != checksum(bytes)) {
      throw new IllegalArgumentException("appearance reference is damaged: its checksum is wrong");
    }
    ImageShape shape = new ImageShape(width, height, channels);
    int[] positions = new int[k];
    int[] means = new int[k];
    for (int i = 0; i < k; i++) {
      positions[i] = in.getInt();
      means[i] = in.getInt();
      if (positions[i] < 0 || positions[i] >= shape.size()) {
        throw new IllegalArgumentException(
            "appearance reference names pixel %d of an image of %s".formatted(positions[i], shape));
      }
      if (means[i] < 0 || means[i] > LARGEST) {
        throw new IllegalArgumentException(
            "appearance reference has a mean of %d sixteenths of a grey level, expected 0 to %d"
                .formatted(means[i], LARGEST));
      }
    }
    return new AppearanceReference(shape, positions, means);
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, 6 * Integer.BYTES);
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return crc.getValue();
  }
}
