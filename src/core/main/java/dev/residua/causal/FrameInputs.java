package dev.residua.causal;

import dev.residua.frame.PixelMask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Input of a model for some frames. Nothing is copied.
 *
 * @param pixels unsigned bytes, shape {@code [frames][height][width][channels]}; may be longer
 * @param frames number of frames {@code n}, at least 1
 * @param masks pixels that affect nothing, one mask per frame; empty if no pixel is masked
 * @param variables observed variables, standardised, shape {@code [n][k]}, NaN if missing; null if
 *     all are missing
 * @param numbers of the frames, from {@link FrameDraw#frame}, shape {@code [n]}, for the random
 *     residuals of categories and time variables; null for the middle of their ranges
 */
@SuppressWarnings("ArrayRecordComponent")
public record FrameInputs(
    byte[] pixels,
    int frames,
    List<PixelMask> masks,
    float @Nullable [] variables,
    long @Nullable [] numbers) {
  /** Frames without masks and variables. */
  public static FrameInputs of(byte[] pixels, int frames) {
    return new FrameInputs(pixels, frames, List.of(), null, null);
  }

  public FrameInputs masked(List<PixelMask> all) {
    return new FrameInputs(pixels, frames, all, variables, numbers);
  }

  public FrameInputs observing(float[] all) {
    return new FrameInputs(pixels, frames, masks, all, numbers);
  }

  public FrameInputs numbered(long[] all) {
    return new FrameInputs(pixels, frames, masks, variables, all);
  }
}
