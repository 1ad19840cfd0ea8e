package dev.residua.model;

import dev.residua.causal.Readability;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.List;

/** Errors of the pixels of each latent, from the squared differences of all values. Immutable. */
public final class RegionErrors {
  private final int size;
  private final float scale;
  private final int[][] pixels; // [latent]
  private final int[][] values; // [latent]: places of the values of these pixels
  private final int channels;

  private RegionErrors(NetworkPlan plan, int[][] pixels, int[][] values) {
    this.size = plan.image().size();
    this.scale = plan.errorScale() * size;
    this.channels = plan.image().channels();
    this.pixels = pixels;
    this.values = values;
  }

  /** Of an engine whose values are in the order {@code [channels][rows][columns]} of blocks. */
  public static RegionErrors channelsFirst(NetworkPlan plan) {
    return of(plan, (pixel, colour) -> plan.blockIndex(pixel * plan.image().channels() + colour));
  }

  /** Of an engine whose values are in the order {@code [rows][columns][channels]} of blocks. */
  public static RegionErrors channelsLast(NetworkPlan plan) {
    return of(
        plan,
        (pixel, colour) -> NetworkPlan.blockValue(plan.image(), plan.block(), pixel) + colour);
  }

  /** Place of a value of a frame. */
  private interface Place {
    int of(int pixel, int colour);
  }

  private static RegionErrors of(NetworkPlan plan, Place place) {
    Readability readability = plan.readability();
    int latents = readability == null ? 0 : readability.latents();
    int channels = plan.image().channels();
    int[][] pixels = new int[latents][];
    int[][] values = new int[latents][];
    for (int k = 0; k < latents; k++) {
      int[] region = readability == null ? new int[0] : readability.pixels(k);
      pixels[k] = region;
      values[k] = new int[region.length * channels];
      Arrays.setAll(values[k], i -> place.of(region[i / channels], i % channels));
      Arrays.sort(values[k]);
    }
    return new RegionErrors(plan, pixels, values);
  }

  /** Number of latents; 0 if the plan has no regions. */
  public int latents() {
    return values.length;
  }

  /**
   * Means over the pixels of each latent that are not masked.
   *
   * @param squares of the differences of frames in grey levels, 0 if masked, shape {@code
   *     [frames][size]}
   * @param masks of all frames of the call; empty for none
   * @param first number of the first frame in the call
   * @param into receives the means from {@code [first]} on, shape {@code [frames][latents]}; NaN
   *     for a latent without a pixel that is seen
   */
  public void means(float[] squares, int frames, List<PixelMask> masks, int first, float[] into) {
    for (int n = 0; n < frames; n++) {
      PixelMask mask = masks.isEmpty() ? PixelMask.NONE : masks.get(first + n);
      for (int k = 0; k < values.length; k++) {
        into[(first + n) * values.length + k] =
            sum(squares, n * size, values[k]) * scale / (channels * seen(k, mask));
      }
    }
  }

  /** Four sums that do not wait for each other. */
  private static float sum(float[] squares, int at, int[] values) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 3 < values.length; i += 4) {
      a += squares[at + values[i]];
      b += squares[at + values[i + 1]];
      c += squares[at + values[i + 2]];
      d += squares[at + values[i + 3]];
    }
    for (; i < values.length; i++) {
      a += squares[at + values[i]];
    }
    return a + b + (c + d);
  }

  private int seen(int latent, PixelMask mask) {
    if (mask.isEmpty()) {
      return pixels[latent].length;
    }
    int seen = 0;
    for (int pixel : pixels[latent]) {
      seen += mask.covers(pixel) ? 0 : 1;
    }
    return seen;
  }
}
