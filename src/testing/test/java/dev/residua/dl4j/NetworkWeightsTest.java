package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void shouldKeepWhatNormalizes() {
    // Given
    NetworkWeights weights =
        NetworkWeights.random(LAYOUT.withNormalized(true), new float[IMAGE.size()], 9);
    weights.get("enc2" + NetworkLayout.VARIANCE)[5] = 7;
    // When
    NetworkWeights read = NetworkWeights.fromBytes(weights.toBytes());
    // Then
    assertThat(read).isEqualTo(weights);
    assertThat(read.layout().normalized()).isTrue();
    assertThat(read.get("enc2" + NetworkLayout.VARIANCE)[5]).isEqualTo(7);
  }

  @Test
  void shouldReadWhatTheFirstVersionWrote() {
    // Given the first version had no kinds of network: the last two integers are missing
    NetworkWeights weights = NetworkWeights.random(LAYOUT, new float[IMAGE.size()], 9);
    byte[] first = without(weights.toBytes(), 24, 32);
    first[7] = 1;
    // When
    NetworkWeights read = NetworkWeights.fromBytes(first);
    // Then
    assertThat(read).isEqualTo(weights);
  }

  /** Bytes without a range of them. */
  private static byte[] without(byte[] bytes, int from, int to) {
    byte[] rest = new byte[bytes.length - (to - from)];
    System.arraycopy(bytes, 0, rest, 0, from);
    System.arraycopy(bytes, to, rest, from, bytes.length - to);
    return rest;
  }

  @Test
  void shouldReadLargeNetworksOfTheSecondVersion() {
    // Given networks of all sizes had two halvings then, and the last integer was missing
    ImageShape large = new ImageShape(128, 128, 1);
    NetworkLayout layout = NetworkLayout.of(large, 3).withHalvings(2);
    NetworkWeights weights = NetworkWeights.random(layout, new float[large.size()], 9);
    byte[] second = without(weights.toBytes(), 28, 32);
    second[7] = 2;
    // When
    NetworkWeights read = NetworkWeights.fromBytes(second);
    // Then
    assertThat(read).isEqualTo(weights);
    assertThat(read.layout().halvings()).isEqualTo(2);
    assertThat(NetworkLayout.of(large, 3).halvings()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 64, 96, 112, 128, 160, 192, 256, 384, 512})
  void shouldBoundWhatTheDenseLayersRead(int side) {
    // Given
    ImageShape image = new ImageShape(side, side, 1);
    // When
    NetworkLayout layout = NetworkLayout.of(image, 3);
    // Then 64x64 stays as it was, and sides that can be halved are
    if (side <= 64) {
      assertThat(layout.flat()).isEqualTo(side * side / 4);
    }
    if (side % 32 == 0) {
      assertThat(layout.flat()).isLessThanOrEqualTo(2_304);
    } else {
      assertThat(layout.halvings()).isEqualTo(2);
    }
    NetworkWeights weights = NetworkWeights.random(layout, new float[image.size()], 9);
    assertThat(NetworkWeights.fromBytes(weights.toBytes())).isEqualTo(weights);
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
        .hasMessageContaining("expected " + (bytes.length - 32));
    assertThatThrownBy(() -> NetworkWeights.fromBytes(foreign)).hasMessageContaining("mark");
    assertThatThrownBy(() -> NetworkWeights.fromBytes(later)).hasMessageContaining("version 5");
    byte[] deep = bytes.clone();
    deep[31] = 9;
    assertThatThrownBy(() -> NetworkWeights.fromBytes(deep))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be halved 9 times");
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
