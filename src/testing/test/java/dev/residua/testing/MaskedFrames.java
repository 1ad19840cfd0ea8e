package dev.residua.testing;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.training.TrainingData;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Frames that are masked in part, with noise under the masks.
 *
 * @param masks mask of each frame
 * @param seed of the noise
 */
public record MaskedFrames(TrainingData frames, IntFunction<PixelMask> masks, long seed)
    implements TrainingData {
  @Override
  public String name() {
    return frames.name();
  }

  @Override
  public String sha256() {
    return frames.sha256();
  }

  @Override
  public ImageShape shape() {
    return frames.shape();
  }

  @Override
  public int size() {
    return frames.size();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    frames.read(index, into, offset);
    byte[] noise = new byte[shape().size()];
    new Random(31 * seed + index).nextBytes(noise);
    mask(index).fill(into, offset, shape().channels(), noise);
  }

  @Override
  public PixelMask mask(int index) {
    return masks.apply(index);
  }

  @Override
  public List<String> factorNames() {
    return frames.factorNames();
  }

  @Override
  public double @Nullable [] factors(int index) {
    return frames.factors(index);
  }
}
