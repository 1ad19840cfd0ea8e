package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamingErrorsTest {
  private static final int FRAMES = 40;

  /** A latent whose factor is twice itself plus 10. */
  private static final List<Latent> LATENTS =
      List.of(new Latent(0, "level", true, new FactorScale(10, 2, 6, 14)));

  /**
   * Labels that are 1 higher than the latent says.
   *
   * @param categories of the factor; none for a number
   */
  private record Labels(List<String> categories0) implements TrainingData {
    @Override
    public String name() {
      return "labels";
    }

    @Override
    public String sha256() {
      return "0".repeat(64);
    }

    @Override
    public ImageShape shape() {
      return new ImageShape(16, 16, 1);
    }

    @Override
    public int size() {
      return FRAMES;
    }

    @Override
    public void read(int index, byte[] into, int offset) {}

    @Override
    public List<String> factorNames() {
      return List.of("level");
    }

    @Override
    public List<List<String>> categories() {
      return List.of(categories0);
    }

    @Override
    public double[] factors(int index) {
      return new double[] {10 + 2 * latent(index) + 1};
    }
  }

  private static double latent(int frame) {
    return Math.sin(frame);
  }

  private static Map<String, Double> errors(List<String> categories) {
    double[][] z = new double[FRAMES][];
    Arrays.setAll(z, i -> new double[] {latent(i)});
    return NamingErrors.of(
        LATENTS, new Labels(categories), IntStream.range(0, FRAMES).toArray(), z);
  }

  @Test
  void shouldMeasureInStandardDeviationsOfTheLatent() {
    assertThat(errors(List.of())).hasSize(1);
    assertThat(errors(List.of()).get("label.heldOut.0")).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void shouldCompareNoNumberWithLabelsThatAreTexts() {
    assertThat(errors(List.of("low", "high"))).isEmpty();
  }
}
