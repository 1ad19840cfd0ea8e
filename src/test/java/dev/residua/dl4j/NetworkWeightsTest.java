package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NetworkWeightsTest {
  private static final ImageShape IMAGE = new ImageShape(32, 16, 1);

  @Test
  void shouldReadWhatItWrote() {
    // Given
    NetworkWeights weights = NetworkWeights.random(IMAGE, 3, new float[IMAGE.size()], 9);
    // When
    NetworkWeights read = NetworkWeights.fromBytes(weights.toBytes());
    // Then
    assertThat(read).isEqualTo(weights);
    assertThat(read.get("enc5.w")).isEqualTo(weights.get("enc5.w"));
  }

  @Test
  void shouldRefuseBytesThatAreCutOffOrForeign() {
    // Given
    byte[] bytes = NetworkWeights.random(IMAGE, 3, new float[IMAGE.size()], 9).toBytes();
    byte[] foreign = bytes.clone();
    foreign[0]++;
    byte[] later = bytes.clone();
    later[7]++;
    // When
    // Then
    assertThatThrownBy(() -> NetworkWeights.fromBytes(Arrays.copyOf(bytes, bytes.length - 4)))
        .hasMessageContaining("expected " + (bytes.length - 24));
    assertThatThrownBy(() -> NetworkWeights.fromBytes(foreign)).hasMessageContaining("mark");
    assertThatThrownBy(() -> NetworkWeights.fromBytes(later)).hasMessageContaining("version 2");
    assertThatThrownBy(() -> NetworkWeights.fromBytes(new byte[3])).hasMessageContaining("cut off");
  }

  @Test
  void shouldStayBelowTheSizeThatABundleMayHave() {
    // Given
    ImageShape usual = new ImageShape(64, 64, 3);
    // When
    byte[] bytes = NetworkWeights.random(usual, 4, new float[usual.size()], 1).toBytes();
    // Then weights and scorer fit in 5 MB
    assertThat(bytes.length).isLessThan(2_300_000);
  }
}
