package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FactorScaleTest {
  @Test
  void shouldSayValuesInTheUnitOfTheFactor() {
    // Given a hole of 6 to 14
    FactorScale hole = new FactorScale(10, 2, 6, 14);
    // When, Then
    assertThat(hole.of(-0.5)).isEqualTo(9);
    assertThat(hole.spoken(-0.5)).isEqualTo("9.0 (usually 6.0 to 14.0)");
    assertThat(hole.spokenDistance(-0.7)).isEqualTo("-1.4");
    assertThat(new FactorScale(0, -20, -36, 38.7).spoken(0.001)).isEqualTo("0 (usually -36 to 39)");
    assertThat(new FactorScale(0.5, 0.1, 0.31, 0.72).spoken(3))
        .isEqualTo("0.80 (usually 0.31 to 0.72)");
    assertThat(new FactorScale(0, 1e6, -2e6, 2e6).spoken(3))
        .isEqualTo("3000000 (usually -2000000 to 2000000)");
  }

  @Test
  void shouldRefuseAScaleThatSaysNothing() {
    assertThatThrownBy(() -> new FactorScale(0, 0, 1, 2))
        .hasMessageContaining("slope other than 0");
    assertThatThrownBy(() -> new FactorScale(Double.NaN, 1, 1, 2)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new FactorScale(0, 1, 2, 2)).hasMessageContaining("is 2.0 to 2.0");
  }

  @Test
  void shouldKnowTheScalesOfTheLatentsThatHaveOne() {
    // Given
    FactorScale scale = new FactorScale(10, 2, 6, 14);
    FactorScales scales =
        FactorScales.of(List.of(new Latent(0, "light", true), new Latent(1, "hole", true, scale)));
    // When, Then
    assertThat(scales.of(0)).isEmpty();
    assertThat(scales.of(1)).contains(scale);
    assertThat(FactorScales.NONE.of(1)).isEmpty();
  }
}
