package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FoldCheckTest {
  private static final int N = 600;
  private static final int SIDE = 8;

  private final Random random = new Random(6);
  private final double[][] z = new double[N][2];
  private final double[] hidden = new double[N];

  /** Intensities around 128: a pattern times the hidden value, and others times the latents. */
  private double share(double strength) {
    Pictures data = new Pictures(strength);
    int[] frames = new int[N];
    Arrays.setAll(frames, i -> i);
    return FoldCheck.share(data, frames, z, 2, TrainingPipeline.pixelVariance(data, frames));
  }

  private final class Pictures implements TrainingData {
    private final double strength;

    Pictures(double strength) {
      this.strength = strength;
    }

    @Override
    public String name() {
      return "pictures";
    }

    @Override
    public String sha256() {
      return "00";
    }

    @Override
    public ImageShape shape() {
      return new ImageShape(SIDE, SIDE, 1);
    }

    @Override
    public int size() {
      return N;
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      for (int p = 0; p < SIDE * SIDE; p++) {
        double value =
            z[index][0] * Math.cos(0.3 * p)
                + z[index][1] * Math.sin(0.3 * p)
                + strength * hidden[index] * Math.cos(1.7 * p);
        into[offset + p] = (byte) Math.round(128 + 20 * Math.max(-6, Math.min(6, value)));
      }
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

  private void draw(java.util.function.DoubleSupplier hiddenValue) {
    for (int i = 0; i < N; i++) {
      z[i][0] = random.nextGaussian();
      z[i][1] = random.nextGaussian();
      hidden[i] = hiddenValue.getAsDouble();
    }
  }

  @Test
  void shouldFindTwoPicturesOfTheSameLatents() {
    // Given something with two values that no latent has
    draw(() -> random.nextBoolean() ? 1 : -1);
    // When, Then
    assertThat(share(1)).isGreaterThan(0.8);
  }

  @Test
  void shouldNotFindThemWhereLatentsDetermineThePicture() {
    // Given
    draw(() -> 0);
    // When, Then
    assertThat(share(1)).isZero();
  }

  @Test
  void shouldNotFindThemWhereSomethingSmallOrContinuousIsMissing() {
    // Given
    draw(random::nextGaussian);
    double normal = share(1);
    draw(() -> 3 * random.nextDouble());
    double uniform = share(1);
    draw(() -> random.nextBoolean() ? 1 : -1);
    double small = share(0.2);
    // When, Then
    assertThat(normal).isLessThan(TrainingFindings.FOLDED_PICTURES / 2);
    assertThat(uniform).isLessThan(TrainingFindings.FOLDED_PICTURES / 2);
    assertThat(small).isZero();
  }

  @Test
  void shouldNotMeasureFewFrames() {
    // When, Then
    assertThat(FoldCheck.share(new Pictures(1), new int[159], z, 2, 1)).isNaN();
  }
}
