package dev.residua.testing;

import dev.residua.frame.ImageShape;
import dev.residua.simulation.ScenarioStream;
import dev.residua.training.TrainingData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames that a stream gave, without labels: as they come from a camera. */
public final class FramesInMemory implements TrainingData {
  private final String name;
  private final ImageShape shape;
  private final byte[] pixels;
  private final int size;

  /** The next frames of a stream. */
  public FramesInMemory(String name, ScenarioStream stream, int frames) {
    this.name = name;
    this.shape = stream.shape();
    this.size = frames;
    this.pixels = new byte[Math.multiplyExact(frames, shape.size())];
    for (int i = 0; i < frames; i++) {
      stream.next(pixels, i * shape.size());
    }
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Frames as they are.
   *
   * @param pixels {@code [n][height][width][channels]}
   */
  public FramesInMemory(String name, ImageShape shape, byte[] pixels) {
    this.name = name;
    this.shape = shape;
    this.size = pixels.length / shape.size();
    this.pixels = pixels.clone();
  }

  /** No digest of the pixels: the name, which a test chooses, in hexadecimal. */
  @Override
  public String sha256() {
    return "%08x".formatted(name.hashCode());
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    System.arraycopy(pixels, index * shape.size(), into, offset, shape.size());
  }

  @Override
  public List<String> factorNames() {
    return List.of();
  }

  @Override
  public double @Nullable [] factors(int index) {
    return null;
  }
}
