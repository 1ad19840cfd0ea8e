package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NetworkWeightsTest {
  private static final ImageShape IMAGE = new ImageShape(32, 16, 1);
  private static final NetworkLayout LAYOUT = NetworkLayout.of(IMAGE, 3);

  @Test
  void shouldReadWhatItWrote() {
    // Given
    NetworkWeights weights = NetworkWeights.random(LAYOUT, new float[IMAGE.size()], 9);
    // When
    NetworkWeights read = NetworkWeights.fromBytes(weights.toBytes());
    // Then
    assertThat(read).isEqualTo(weights);
    assertThat(read.get("enc5.w")).isEqualTo(weights.get("enc5.w"));
  }

  @Test
  void shouldReadWhatTheFirstVersionWrote() {
    // Given the first version had no kinds of network: the seventh integer is missing
    NetworkWeights weights = NetworkWeights.random(LAYOUT, new float[IMAGE.size()], 9);
    byte[] now = weights.toBytes();
    byte[] first = new byte[now.length - 4];
    System.arraycopy(now, 0, first, 0, 24);
    System.arraycopy(now, 28, first, 24, now.length - 28);
    first[7] = 1;
    // When
    NetworkWeights read = NetworkWeights.fromBytes(first);
    // Then
    assertThat(read).isEqualTo(weights);
  }

  @Test
  void shouldKeepTheKindOfNetworkAndTheStateOfItsTraining() {
    // Given
    NetworkLayout layout = new NetworkLayout(IMAGE, 3, true, OrderRelaxation.GUMBEL_SINKHORN);
    NetworkWeights random = NetworkWeights.random(layout, new float[IMAGE.size()], 9);
    NetworkWeights weights =
        new NetworkWeights(layout, random.meanImage(), random.values(), new byte[] {1, 2, 3});
    // When
    NetworkWeights read = NetworkWeights.fromBytes(weights.toBytes());
    // Then
    assertThat(read.layout()).isEqualTo(layout);
    assertThat(read.get("order")).hasSize(9);
    assertThat(read.get("enc7.w")).isEqualTo(weights.get("enc7.w"));
    assertThat(read.unfinished()).containsExactly(1, 2, 3);
  }

  @Test
  void shouldStartLayersAsPyTorchDoes() {
    // Given
    ImageShape usual = new ImageShape(64, 64, 3);
    // When
    NetworkWeights weights =
        NetworkWeights.random(NetworkLayout.of(usual, 4), new float[usual.size()], 1);
    // Then weights and biases are uniform within 1 / sqrt(fan in)
    checkUniform(weights.get("enc1.w"), 9 * 48);
    checkUniform(weights.get("enc3.b"), 16 * 64);
    checkUniform(weights.get("enc4.w"), 1_024);
    checkUniform(weights.get("dec1.w"), 4);
    checkUniform(weights.get("dec3.b"), 128);
    checkUniform(weights.get("dec4.w"), 16 * 64);
    checkUniform(weights.get("dec5.w"), 16 * 32);
    checkUniform(weights.get("dec6.w"), 9 * 32);
  }

  private static void checkUniform(float[] values, int fanIn) {
    double bound = 1 / Math.sqrt(fanIn);
    double most = 0;
    double squares = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
      squares += value * value;
    }
    assertThat(most).isBetween(0.9 * bound, bound);
    if (values.length > 1_000) {
      assertThat(Math.sqrt(squares / values.length) * Math.sqrt(3))
          .isCloseTo(bound, within(0.05 * bound));
    }
  }

  @Test
  void shouldRefuseBytesThatAreCutOffOrForeign() {
    // Given
    byte[] bytes = NetworkWeights.random(LAYOUT, new float[IMAGE.size()], 9).toBytes();
    byte[] foreign = bytes.clone();
    foreign[0]++;
    byte[] later = bytes.clone();
    later[7]++;
    // When
    // Then
    assertThatThrownBy(() -> NetworkWeights.fromBytes(Arrays.copyOf(bytes, bytes.length - 4)))
        .hasMessageContaining("expected " + (bytes.length - 28));
    assertThatThrownBy(() -> NetworkWeights.fromBytes(foreign)).hasMessageContaining("mark");
    assertThatThrownBy(() -> NetworkWeights.fromBytes(later)).hasMessageContaining("version 3");
    assertThatThrownBy(() -> NetworkWeights.fromBytes(new byte[3])).hasMessageContaining("cut off");
  }

  @Test
  void shouldStayBelowTheSizeThatABundleMayHave() {
    // Given
    ImageShape usual = new ImageShape(64, 64, 3);
    // When
    byte[] bytes =
        NetworkWeights.random(NetworkLayout.of(usual, 4), new float[usual.size()], 1).toBytes();
    // Then weights and scorer fit in 5 MB
    assertThat(bytes.length).isLessThan(2_300_000);
  }
}
