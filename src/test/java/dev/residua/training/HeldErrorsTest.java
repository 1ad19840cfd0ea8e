package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeldErrorsTest {
  @Test
  void shouldMeasureDifferencesInVariancesOfTheLatent() {
    // Given two pairs that hold latent 0, one that holds a factor without a latent
    List<HeldPair> pairs =
        List.of(new HeldPair(0, 1, 0), new HeldPair(2, 3, 2), new HeldPair(4, 5, 0));
    double[][] z = {{1, 9}, {2, 8}, {5, 5}, {7, 7}, {3, 0}, {0, 0}};
    // When
    HeldErrors errors = HeldErrors.of(pairs, z, new double[] {4, 1});
    // Then the squared differences are 1 and 9
    assertThat(errors.pairs()).containsExactly(2, 0);
    assertThat(errors.errors()).containsExactly((1 + 9) / 2.0 / 4, Double.NaN);
  }
}
