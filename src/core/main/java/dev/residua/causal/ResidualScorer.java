package dev.residua.causal;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model at work: pixels to latents, expectations and residuals. An engine runs the network, a
 * {@link CausalModel} evaluates the equations. Owns the engine. Safe for several threads.
 */
public final class ResidualScorer implements AutoCloseable {
  private final NetworkEngine engine;
  private final CausalModel model;
  private final PixelMask unseen;
  private final @Nullable Readability readability;

  /** A scorer without knowledge of the pixels of latents. */
  public ResidualScorer(NetworkEngine engine, CausalModel model, PixelMask unseen) {
    this(engine, model, unseen, null);
  }

  /**
   * @param engine closed with this scorer
   * @param model of the engine's codes
   * @param unseen pixels that the model has never seen: they affect no frame
   * @param readability of the latents, by the regions that the engine knows; null if unknown
   */
  public ResidualScorer(
      NetworkEngine engine,
      CausalModel model,
      PixelMask unseen,
      @Nullable Readability readability) {
    this.engine = engine;
    this.model = model;
    this.unseen = unseen;
    this.readability = readability;
  }

  /** Returns a scorer on the same engine for which further pixels affect no frame. */
  public ResidualScorer masked(PixelMask mask) {
    return new ResidualScorer(engine, model, unseen.union(mask), readability);
  }

  /** Shape of the frames. */
  public ImageShape imageShape() {
    return engine.imageShape();
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return model.latents();
  }

  /** Number of nodes {@code d + k}: latents, then observed variables. */
  public int nodes() {
    return model.nodes();
  }

  /** Number of frames per call above which nothing is gained. */
  public int batchFrames() {
    return engine.batchFrames();
  }

  /**
   * Encodes frames, evaluates the equations and reconstructs every frame.
   *
   * @return one row per frame
   * @throws IllegalArgumentException if {@code frames} is 0, or {@code pixels} is too short
   * @throws IllegalStateException after {@link #close}, or if the engine fails
   */
  public LatentBatch score(FrameInputs in) {
    List<PixelMask> masks = masks(in.frames(), in.masks());
    if (!model.anyCategorical()) {
      NetworkEngine.Encoded encoded = engine.encodeAndReconstruct(in.pixels(), in.frames(), masks);
      return model.evaluate(
          encoded.codes(), in.variables(), in.numbers(), encoded.errors(), encoded.regionErrors());
    }
    float[] output = engine.encode(in.pixels(), in.frames(), masks);
    float[] errors =
        engine.reconstructionErrors(
            in.pixels(),
            in.frames(),
            model.decoderInput(model.codes(output, in.frames()), in.frames()),
            masks);
    return model.evaluate(output, in.variables(), in.numbers(), errors);
  }

  /** Returns a batch of this scorer without the readings of latents that cannot be read. */
  public LatentBatch readable(LatentBatch batch) {
    boolean[] unreadable =
        readability == null ? null : readability.unreadable(batch.regionErrors());
    return unreadable == null ? batch : model.without(batch, unreadable);
  }

  /** Returns the input with the mean of every variable. */
  public FrameInputs atMeans(FrameInputs in) {
    return in.observing(new float[in.frames() * (nodes() - latents())]);
  }

  /** Like {@link #score}, but reconstructs nothing: errors are NaN. */
  public LatentBatch encode(FrameInputs in) {
    float[] codes = engine.encode(in.pixels(), in.frames(), masks(in.frames(), in.masks()));
    float[] errors = new float[in.frames()];
    Arrays.fill(errors, Float.NaN);
    return model.evaluate(codes, in.variables(), in.numbers(), errors);
  }

  /**
   * Reconstructs frames and compares them with their pixels.
   *
   * @param codes from {@link LatentBatch#codes} for these frames, shape {@code [frames][d]}
   * @return mean squared pixel error of each frame, see {@link NetworkEngine#reconstructionErrors}
   */
  public float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    if (codes.length < (long) frames * latents()) {
      throw new IllegalArgumentException(
          "%d frames need %d latents but there are %d"
              .formatted(frames, (long) frames * latents(), codes.length));
    }
    return engine.reconstructionErrors(
        pixels, frames, model.decoderInput(codes, frames), masks(frames, masks));
  }

  private List<PixelMask> masks(int frames, List<PixelMask> masks) {
    if (unseen.isEmpty()) {
      return masks;
    }
    return masks.isEmpty()
        ? Collections.nCopies(frames, unseen)
        : masks.stream().map(unseen::union).toList();
  }

  @Override
  public void close() {
    engine.close();
  }
}
