package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.model.NetworkLayer;
import dev.residua.training.TrainingFailedException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatentNamingTest {
  private static final int N = 5_000;

  /** Latents and labels that are {@code 2 z1 + 1} and {@code z0 - z1}. */
  private static LatentNaming fitted() throws TrainingFailedException {
    Random random = new Random(3);
    double[][] latents = new double[N][2];
    double[][] labels = new double[N][2];
    for (int n = 0; n < N; n++) {
      double[] z = latents[n];
      z[0] = random.nextGaussian();
      z[1] = random.nextGaussian();
      labels[n][0] = n % 3 == 0 ? Double.NaN : 2 * z[1] + 1;
      labels[n][1] = n % 5 == 0 ? Double.NaN : z[0] - z[1];
    }
    return LatentNaming.fit(latents, labels);
  }

  @Test
  void shouldPredictLabelsThatAreKnownInPart() throws Exception {
    // Given
    LatentNaming naming = fitted();
    // When
    double[] named = naming.apply(new double[] {0.5, -1});
    // Then up to the ridge, a thousandth of the slopes
    assertThat(named[0]).isCloseTo(-1, within(0.01));
    assertThat(named[1]).isCloseTo(1.5, within(0.01));
  }

  @Test
  void shouldBeUndoneInFrontOfTheNextLayer() throws Exception {
    // Given a layer behind z, and latents of which the map is standardised
    LatentNaming naming = fitted();
    double[] mean = {0.4, -0.3};
    double[] scale = {0.5, 3};
    LatentNaming map = naming.standardized(mean, scale);
    NetworkLayer.Dense layer =
        new NetworkLayer.Dense(
            2, 3, new float[] {1, 2, 3, -1, 0.5f, 0}, new float[] {0.1f, 0, -2}, true);
    NetworkLayer.Dense same =
        new NetworkLayer.Dense(2, 2, new float[] {1, 0, 0, 1}, new float[2], false);
    double[] z = {0.7, -0.2};
    // When
    double[] code = through(map.after(same), z);
    double[] restored = through(map.before(layer), code);
    // Then
    double[] named = naming.apply(z);
    for (int i = 0; i < 2; i++) {
      assertThat(code[i]).isCloseTo((named[i] - mean[i]) / scale[i], within(1e-5));
    }
    double[] direct = through(layer, z);
    for (int o = 0; o < 3; o++) {
      assertThat(restored[o]).isCloseTo(direct[o], within(1e-5));
    }
  }

  @Test
  void shouldRefuseLabelsThatAreOneAndTheSame() {
    // Given
    double[][] latents = {{1, 0}, {0, 1}, {-1, 2}, {2, -1}};
    double[][] labels = {{1, 1}, {2, 2}, {3, 3}, {4, 4}};
    // When
    // Then
    assertThatThrownBy(() -> LatentNaming.fit(latents, labels))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("fewer directions than the 2 latents");
  }

  private static double[] through(NetworkLayer.Dense layer, double[] x) {
    double[] y = new double[layer.out()];
    for (int o = 0; o < layer.out(); o++) {
      y[o] = layer.bias()[o];
      for (int i = 0; i < layer.in(); i++) {
        y[o] += x[i] * layer.weights()[i * layer.out() + o];
      }
    }
    return y;
  }
}
