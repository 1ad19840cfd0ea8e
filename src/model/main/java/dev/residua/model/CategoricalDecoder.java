package dev.residua.model;

import dev.residua.causal.LatentDecoder;
import dev.residua.causal.NodeColumns;
import dev.residua.frame.ImageShape;

/**
 * Draws the pictures of a model with categorical latents, whose values are the numbers of their
 * categories, rounded. Owns the decoder of the columns.
 */
public final class CategoricalDecoder implements LatentDecoder {
  private final LatentDecoder decoder;
  private final NodeColumns columns;

  private CategoricalDecoder(LatentDecoder decoder, NodeColumns columns) {
    this.decoder = decoder;
    this.columns = columns;
  }

  /**
   * Adds the categorical latents of a plan to a decoder that runs it.
   *
   * @return the decoder itself if there are none
   */
  public static LatentDecoder of(LatentDecoder decoder, NetworkPlan plan) {
    return plan.distributions().isEmpty()
        ? decoder
        : new CategoricalDecoder(decoder, plan.columns());
  }

  @Override
  public ImageShape imageShape() {
    return decoder.imageShape();
  }

  @Override
  public int latents() {
    return columns.latents();
  }

  @Override
  public float[] decode(float[] latents, int n) {
    return decoder.decode(columns.write(latents, n), n);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
