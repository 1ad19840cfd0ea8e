package dev.residua.causal;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.List;

/**
 * Runs a trained model on frames. Implementations own native memory: close them once, after the
 * last call has returned. All else may be called from several threads at once.
 *
 * <p>{@link #score} does everything; {@link #encode} and {@link #reconstructionErrors} are its two
 * halves, for callers that do not need every frame reconstructed, which costs about twice as much
 * as encoding it. The halves give what the whole gives, up to the engine's rounding.
 */
public interface FrameScorer extends AutoCloseable {
  /** See {@link #batchFrames}; larger batches gain nothing on a CPU. */
  int BATCH_FRAMES = 32;

  /** Shape of the images that {@link #score} takes. */
  ImageShape imageShape();

  /** Number of latents {@code d}, which frames are encoded into. */
  int latents();

  /** Number of nodes {@code d + k}: latents, and behind them the variables that are observed. */
  default int nodes() {
    return latents();
  }

  /** Most frames that one call should hold, at least 1: more are allowed and gain nothing. */
  default int batchFrames() {
    return BATCH_FRAMES;
  }

  /**
   * Encodes frames and evaluates the structural equations. All variables are missing: {@link
   * #observe} adds them.
   *
   * @param pixels unsigned bytes, shape {@code [frames][height][width][channels]}; may be longer
   * @param frames how many frames {@code pixels} holds, at least 1
   * @return one row per frame
   */
  LatentBatch score(byte[] pixels, int frames);

  /**
   * {@link #score} of frames that are masked in part. What is masked counts in nothing: the network
   * reads the mean picture there, and the error is the mean over the other pixels.
   *
   * @param masks one for each frame, in their order; or none where no frame has any
   * @throws UnsupportedOperationException if this engine knows no masks and there is one
   */
  default LatentBatch score(byte[] pixels, int frames, List<PixelMask> masks) {
    if (!PixelMask.areEmpty(masks)) {
      throw new UnsupportedOperationException("this engine knows no masks");
    }
    return score(pixels, frames);
  }

  /**
   * {@link #score} without its reconstruction errors, which may be NaN. Engines that cannot leave
   * the decoder out compute everything.
   *
   * @param pixels as for {@link #score}
   */
  default LatentBatch encode(byte[] pixels, int frames) {
    return score(pixels, frames);
  }

  /** {@link #encode} of frames that are masked in part, as for {@link #score}. */
  default LatentBatch encode(byte[] pixels, int frames, List<PixelMask> masks) {
    return score(pixels, frames, masks);
  }

  /**
   * Adds the variables of frames to what {@link #score} or {@link #encode} gave for them.
   *
   * @param variables standardised, shape {@code [frames][k]}, NaN where missing
   * @return the equations evaluated with them; the batch itself where there are no variables
   */
  default LatentBatch observe(LatentBatch batch, float[] variables) {
    return batch;
  }

  /** {@link #observe} with the mean of every variable. */
  default LatentBatch observeMeans(LatentBatch batch) {
    return observe(batch, new float[batch.frames() * (nodes() - latents())]);
  }

  /**
   * Draws the residuals of categorical nodes, which are random within the value that a frame shows.
   * Without this they have the middle of what they may be.
   *
   * @param frames of the batch, see {@link FrameDraw#frame}, shape {@code [frames]}
   * @return the batch itself where no node is categorical
   */
  default LatentBatch draw(LatentBatch batch, long[] frames) {
    return batch;
  }

  /**
   * Decodes latents and compares the pictures with the frames that they come from.
   *
   * @param pixels as for {@link #score}
   * @param codes the {@link LatentBatch#codes} that {@link #encode} gave for these frames, shape
   *     {@code [frames][d]}; not its {@code observed}, which a model may have corrected
   * @return mean squared pixel error of each frame, shape {@code [frames]}, in squared units of
   *     intensity where 1 is white
   */
  default float[] reconstructionErrors(byte[] pixels, int frames, float[] codes) {
    return score(pixels, frames).reconstructionErrors();
  }

  /** {@link #reconstructionErrors} of frames that are masked in part, as for {@link #score}. */
  default float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    return score(pixels, frames, masks).reconstructionErrors();
  }

  @Override
  void close();
}
