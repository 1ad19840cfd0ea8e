package dev.residua.intervention;

/**
 * The last {@value #LENGTH} frames of one source: observed and expected values, the standardised
 * residuals, and two flags. Mutable, for one thread.
 */
public final class MechanismWindow {
  /** Frames that are kept. */
  public static final int LENGTH = 128;

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
   * @param expected prediction from the causes, shape {@code [d]}
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

  /** Counts the last frames with a changed appearance. */
  int appearanceChanges(int frames) {
    return flagged(APPEARANCE_CHANGED, frames);
  }

  /** Counts the last frames that are known to repeat a picture. */
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

  /**
   * State between two frames, in the window's own arrays.
   *
   * @param count frames seen
   * @param values {@code [128][3][d]}: observed, expected, standardized; frame t at row {@code t %
   *     128}
   * @param flags of the same frames
   */
  @SuppressWarnings("ArrayRecordComponent") // stored once per frame: copies would cost more
  public record State(long count, float[] values, byte[] flags) {}

  /** The present state, to be used before the next {@link #push}. */
  public State state() {
    return new State(count, values, flags);
  }

  /**
   * A window that continues from a state.
   *
   * @throws IllegalArgumentException if it has another size
   */
  public static MechanismWindow restore(State state) {
    int latents = state.values().length / (3 * LENGTH);
    if (latents < 1
        || state.values().length != 3 * LENGTH * latents
        || state.flags().length != LENGTH
        || state.count() < 0) {
      throw new IllegalArgumentException(
          "mechanism window has %d numbers and %d flags after %d frames"
              .formatted(state.values().length, state.flags().length, state.count()));
    }
    MechanismWindow window = new MechanismWindow(latents);
    window.count = state.count();
    System.arraycopy(state.values(), 0, window.values, 0, window.values.length);
    System.arraycopy(state.flags(), 0, window.flags, 0, LENGTH);
    return window;
  }
}
