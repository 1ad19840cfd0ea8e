package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InnovationFilterTest {
  private static final SourceCalibration CALIBRATION =
      new SourceCalibration(
          List.of(
              new LatentCalibration(2, 0.5, List.of(0.5, 0.3), 1, 100),
              new LatentCalibration(-1, 3, List.of(), 1, 100)),
          1_000,
          1);

  @Test
  void shouldLeaveWhatThePastDoesNotPredict() {
    // Given
    InnovationFilter filter = new InnovationFilter(CALIBRATION);
    double[] left = new double[2];
    float[][] frames = {{3, 2}, {1, 0.5f}, {2.5f, -4}, {2, -1}};

    // When, Then: deviations 1, -1, 0.5, 0 of the first latent, by hand
    double variance = 0.7 / (1.3 * (0.49 - 0.25));
    double rho = 0.5 / 0.7;
    filter.next(frames[0], left);
    assertThat(left[0]).isCloseTo(1 / (0.5 * Math.sqrt(variance)), within(1e-9));
    assertThat(left[1]).isCloseTo(1, within(1e-9));
    filter.next(frames[1], left);
    assertThat(left[0])
        .isCloseTo((-1 - rho) / (0.5 * Math.sqrt(variance * (1 - rho * rho))), within(1e-9));
    filter.next(frames[2], left);
    assertThat(left[0]).isCloseTo((0.5 + 0.5 - 0.3) / 0.5, within(1e-9));
    filter.next(frames[3], left);
    assertThat(left[0]).isCloseTo((0 - 0.25 + 0.3) / 0.5, within(1e-9));
    filter.restart();
    filter.next(frames[0], left);
    assertThat(left[0]).isCloseTo(1 / (0.5 * Math.sqrt(variance)), within(1e-9));
  }

  /** Every frame counts, those with a short past too: innovations of all have variance 1. */
  @Test
  void shouldStandardiseEveryFrame() {
    // Given
    SourceCalibration calibration =
        new SourceCalibration(
            List.of(new LatentCalibration(0, Math.sqrt(1 - 0.81), List.of(0.9), 1, 100)), 1_000, 1);
    double[] squares = new double[3];
    double[] left = new double[1];
    int streams = 4_000;

    // When
    for (int s = 0; s < streams; s++) {
      Sources source = Sources.normal(1, 0.9, s);
      InnovationFilter filter = new InnovationFilter(calibration);
      for (int t = 0; t < 3; t++) {
        source.next();
        filter.next(source.residuals, left);
        squares[t] += left[0] * left[0] / streams;
      }
    }

    // Then: the standard error is sqrt(2 / 4,000) = .022
    assertThat(Arrays.stream(squares).toArray())
        .containsExactly(new double[] {1, 1, 1}, within(0.08));
  }

  @Test
  void shouldContinueFromItsState() {
    // Given
    Sources source = Sources.normal(2, 0.5, 3);
    InnovationFilter filter = new InnovationFilter(CALIBRATION);
    double[] left = new double[2];
    double[] other = new double[2];
    for (int t = 0; t < 20; t++) {
      // When
      InnovationFilter restored = new InnovationFilter(CALIBRATION);
      restored.restore(filter.state());
      source.next();
      filter.next(source.residuals, left);
      restored.next(source.residuals, other);
      // Then
      assertThat(other).isEqualTo(left);
    }
    assertThatThrownBy(() -> filter.restore(new InnovationFilter.State(2, new float[3])))
        .hasMessage(
            "filter state has 3 numbers for 2 frames, expected 2 latents and at most 4 frames");
  }
}
