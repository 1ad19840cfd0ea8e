package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangePointScanTest {
  /** One latent jumps by two standard deviations 12 samples ago, in windows of 16. */
  @Test
  void shouldFindAJumpWithAnIntervalThatUsuallyHoldsIt() {
    // Given
    int covered = 0;
    double error = 0;
    int runs = 200;
    for (int run = 0; run < runs; run++) {
      Random random = new Random(run);
      double[][] vectors = new double[256][3];
      for (int t = 0; t < 256; t++) {
        for (int k = 0; k < 3; k++) {
          vectors[t][k] = random.nextGaussian() + (k == 0 && t >= 244 ? 2 : 0);
        }
      }
      // When
      ChangePointEstimate estimate = ChangePointScan.of(vectors, 16);
      // Then
      error += Math.abs(estimate.samplesAgo() - 12);
      covered += estimate.lowAgo() <= 12 && estimate.highAgo() >= 12 ? 1 : 0;
      assertThat(estimate.coverage()).isEqualTo(0.9);
    }
    assertThat(error / runs).isLessThan(1.5);
    assertThat(covered).isGreaterThan(180);
  }

  @Test
  void shouldPointToTheOneSampleThatIsFarOff() {
    // Given
    double[][] vectors = new double[64][1];
    for (int t = 0; t < 63; t++) {
      vectors[t][0] = t % 2 == 0 ? 1 : -1;
    }
    vectors[63][0] = 12;
    // When
    ChangePointEstimate estimate = ChangePointScan.of(vectors, 1);
    // Then
    assertThat(estimate.samplesAgo()).isEqualTo(1);
    assertThat(estimate.lowAgo()).isEqualTo(1);
  }

  @Test
  void shouldWantAReadingOfTheLastSampleThatNamesAChart() {
    // Given
    DriftReference reference =
        DriftReference.calibrate(
            DriftDetectorTest.gaussian(400, 2, 1),
            DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(100, 512),
            1,
            done -> {});
    DriftDetector detector = new DriftDetector(reference);
    // When
    DriftReading reading = detector.update(new float[] {9, 9});
    // Then every chart can be asked
    for (int chart = 0; chart < reference.settings().charts() + 8; chart++) {
      reading.chart = chart;
      assertThat(reference.chartName(chart)).isNotBlank();
      assertThat(detector.changePoint(reading).samplesAgo()).isEqualTo(1);
    }
    detector.update(new float[] {0, 0});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> detector.changePoint(reading))
        .withMessageContaining("reading of sample 2");
  }
}
