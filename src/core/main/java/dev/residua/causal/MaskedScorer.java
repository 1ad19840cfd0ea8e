package dev.residua.causal;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.Collections;
import java.util.List;

/** A scorer whose model has never seen some pixels: they count in no frame. Owns the other one. */
public final class MaskedScorer implements FrameScorer {
  private final FrameScorer scorer;
  private final PixelMask mask;

  private MaskedScorer(FrameScorer scorer, PixelMask mask) {
    this.scorer = scorer;
    this.mask = mask;
  }

  /**
   * Adds a mask to a scorer.
   *
   * @return the scorer itself where nothing is masked
   */
  public static FrameScorer of(FrameScorer scorer, PixelMask mask) {
    return mask.isEmpty() ? scorer : new MaskedScorer(scorer, mask);
  }

  private List<PixelMask> union(int frames, List<PixelMask> masks) {
    return masks.isEmpty()
        ? Collections.nCopies(frames, mask)
        : masks.stream().map(mask::union).toList();
  }

  @Override
  public ImageShape imageShape() {
    return scorer.imageShape();
  }

  @Override
  public int latents() {
    return scorer.latents();
  }

  @Override
  public int nodes() {
    return scorer.nodes();
  }

  @Override
  public int batchFrames() {
    return scorer.batchFrames();
  }

  @Override
  public LatentBatch score(byte[] pixels, int frames) {
    return score(pixels, frames, List.of());
  }

  @Override
  public LatentBatch score(byte[] pixels, int frames, List<PixelMask> masks) {
    return scorer.score(pixels, frames, union(frames, masks));
  }

  @Override
  public LatentBatch encode(byte[] pixels, int frames) {
    return encode(pixels, frames, List.of());
  }

  @Override
  public LatentBatch encode(byte[] pixels, int frames, List<PixelMask> masks) {
    return scorer.encode(pixels, frames, union(frames, masks));
  }

  @Override
  public LatentBatch observe(LatentBatch batch, float[] variables) {
    return scorer.observe(batch, variables);
  }

  @Override
  public LatentBatch draw(LatentBatch batch, long[] frames) {
    return scorer.draw(batch, frames);
  }

  @Override
  public float[] reconstructionErrors(byte[] pixels, int frames, float[] codes) {
    return reconstructionErrors(pixels, frames, codes, List.of());
  }

  @Override
  public float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    return scorer.reconstructionErrors(pixels, frames, codes, union(frames, masks));
  }

  @Override
  public void close() {
    scorer.close();
  }
}
