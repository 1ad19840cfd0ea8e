package dev.residua.intervention;

import java.nio.ByteBuffer;

/**
 * The last {@value #LENGTH} frames of one source: what was seen, what was expected, the
 * standardised residuals, and two flags. Mutable, for one thread.
 *
 * <pre>
 *   int version | int d | long count | float[128][3 d] frames, frame t at row t % 128 | byte[128] flags
 * </pre>
 */
public final class MechanismWindow {
  /** Frames that are kept. */
  public static final int LENGTH = 128;

  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 2 * Integer.BYTES + Long.BYTES;
  private static final byte APPEARANCE_CHANGED = 1;
  private static final byte FROZEN = 2;

  private final int d;
  private final float[] values; // [LENGTH][3][d]: observed, expected, standardized
  private final byte[] flags;
  private long count;

  /**
   * A window that has seen nothing.
   *
   * @param latents number of latents {@code d}, at least 1
   */
  public MechanismWindow(int latents) {
    if (latents < 1) {
      throw new IllegalArgumentException("a window needs at least 1 latent but got " + latents);
    }
    this.d = latents;
    this.values = new float[LENGTH * 3 * latents];
    this.flags = new byte[LENGTH];
  }

  public int latents() {
    return d;
  }

  /** Frames seen. */
  public long count() {
    return count;
  }

  /** Frames kept. */
  public int size() {
    return (int) Math.min(count, LENGTH);
  }

  /**
   * Takes the next frame.
   *
   * @param observed latents, shape {@code [d]}
   * @param expected what the causes explain of them, shape {@code [d]}
   * @param standardized residuals in robust standard deviations of normal frames, shape {@code [d]}
   * @param appearanceChanged whether the picture as a whole has changed
   * @param frozen whether the camera is known to repeat a picture
   * @throws IllegalArgumentException if an array has another length; the window is then unchanged
   */
  public void push(
      float[] observed,
      float[] expected,
      float[] standardized,
      boolean appearanceChanged,
      boolean frozen) {
    if (observed.length != d || expected.length != d || standardized.length != d) {
      throw new IllegalArgumentException(
          "frame has %d, %d and %d values, the window %d latents"
              .formatted(observed.length, expected.length, standardized.length, d));
    }
    int row = (int) (count % LENGTH);
    System.arraycopy(observed, 0, values, row * 3 * d, d);
    System.arraycopy(expected, 0, values, (row * 3 + 1) * d, d);
    System.arraycopy(standardized, 0, values, (row * 3 + 2) * d, d);
    flags[row] = (byte) ((appearanceChanged ? APPEARANCE_CHANGED : 0) | (frozen ? FROZEN : 0));
    count++;
  }

  /** The last frames, oldest first, copies of shape {@code [frames][d]}. */
  float[][] observed(int frames) {
    return part(0, frames);
  }

  float[][] expected(int frames) {
    return part(1, frames);
  }

  float[][] standardized(int frames) {
    return part(2, frames);
  }

  /** How many of the last frames have a changed appearance. */
  int appearanceChanges(int frames) {
    return flagged(APPEARANCE_CHANGED, frames);
  }

  /** How many of the last frames are known to repeat a picture. */
  int frozen(int frames) {
    return flagged(FROZEN, frames);
  }

  private float[][] part(int part, int frames) {
    float[][] rows = new float[frames][d];
    for (int i = 0; i < frames; i++) {
      System.arraycopy(values, (row(frames - i) * 3 + part) * d, rows[i], 0, d);
    }
    return rows;
  }

  private int flagged(byte flag, int frames) {
    int found = 0;
    for (int back = 1; back <= frames; back++) {
      found += (flags[row(back)] & flag) != 0 ? 1 : 0;
    }
    return found;
  }

  private int row(int back) {
    return (int) ((count - back) % LENGTH);
  }

  /** Size of {@link #toBytes} for {@code latents} latents. */
  public static int stateBytes(int latents) {
    return HEADER_BYTES + LENGTH * (3 * Float.BYTES * latents + 1);
  }

  /** Everything, always {@link #stateBytes} bytes, big-endian. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(stateBytes(d)).putInt(VERSION).putInt(d).putLong(count);
    for (float value : values) {
      out.putFloat(value);
    }
    return out.put(flags).array();
  }

  /**
   * Reads what {@link #toBytes} wrote, bit for bit.
   *
   * @throws IllegalArgumentException if it has another size or version
   */
  public static MechanismWindow fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int version = bytes.length >= HEADER_BYTES ? in.getInt() : -1;
    int latents = bytes.length >= HEADER_BYTES ? in.getInt() : -1;
    if (version != VERSION || latents < 1 || bytes.length != stateBytes(latents)) {
      throw new IllegalArgumentException(
          "mechanism window of %d bytes, version %d and %d latents, expected version %d and the size for that many latents"
              .formatted(bytes.length, version, latents, VERSION));
    }
    MechanismWindow window = new MechanismWindow(latents);
    window.count = in.getLong();
    if (window.count < 0) {
      throw new IllegalArgumentException(
          "mechanism window has seen %d frames".formatted(window.count));
    }
    for (int i = 0; i < window.values.length; i++) {
      window.values[i] = in.getFloat();
    }
    in.get(window.flags);
    return window;
  }
}
