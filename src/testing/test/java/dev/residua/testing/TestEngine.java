package dev.residua.testing;

import dev.residua.causal.CausalModel;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.List;

/** An engine without a network: a function reads codes and errors off the pixels. */
public class TestEngine implements NetworkEngine {
  private final ImageShape shape;
  private final int columns;
  private final Reading reading;

  /** Reads one frame. */
  @FunctionalInterface
  public interface Reading {
    /**
     * @param offset of the frame in the pixels
     * @param code receives the code, shape {@code [columns]}
     * @return the reconstruction error
     */
    float read(byte[] pixels, int offset, float[] code);
  }

  public TestEngine(ImageShape shape, int columns, Reading reading) {
    this.shape = shape;
    this.columns = columns;
    this.reading = reading;
  }

  /** A scorer whose codes and errors are all 0. */
  public static ResidualScorer zeros(ImageShape shape, int latents) {
    return new TestEngine(shape, latents, (pixels, offset, code) -> 0).scorer();
  }

  /** Equations that expect 0 of every node. */
  public static StructuralEquations independent(int nodes) {
    return new StructuralEquations(
        new float[nodes], new float[nodes * nodes], new float[0], new float[0], new float[0]);
  }

  /** A scorer in which no latent has a cause: residuals are the codes. */
  public final ResidualScorer scorer() {
    return scorer(independent(columns));
  }

  public final ResidualScorer scorer(StructuralEquations equations) {
    return new ResidualScorer(this, CausalModel.of(columns, equations), PixelMask.NONE);
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
    float[] codes = new float[frames * columns];
    float[] errors = new float[frames];
    float[] code = new float[columns];
    for (int n = 0; n < frames; n++) {
      errors[n] = reading.read(pixels, n * shape.size(), code);
      System.arraycopy(code, 0, codes, n * columns, columns);
    }
    return new Encoded(codes, errors);
  }

  @Override
  public float[] encode(byte[] pixels, int frames, List<PixelMask> masks) {
    return encodeAndReconstruct(pixels, frames, masks).codes();
  }

  @Override
  public float[] reconstructionErrors(
      byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
    return encodeAndReconstruct(pixels, frames, masks).errors();
  }

  @Override
  public void close() {}
}
