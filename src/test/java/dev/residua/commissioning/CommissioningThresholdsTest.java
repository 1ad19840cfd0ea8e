package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.commissioning.CommissioningThresholds.Grid;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CommissioningThresholdsTest {
  private static final double TARGET = 400;
  private static final int LATENTS = 2;
  private static DriftReference reference;
  private static CommissioningThresholds table;

  @BeforeAll
  static void simulate() {
    SplittableRandom random = new SplittableRandom(5);
    double[][] scores = new double[20_000][LATENTS];
    for (double[] row : scores) {
      for (int k = 0; k < LATENTS; k++) {
        row[k] = random.nextGaussian();
      }
    }
    DriftSettings settings =
        DriftSettings.DEFAULTS
            .withScales(new int[] {1, 8, 32, 128})
            .withBandwidths(new double[0])
            .withSimulation(800, 2_560);
    reference = DriftReference.calibrate(scores, settings, 1, done -> {});
    Grid grid = new Grid(new double[] {256, 4_000}, new double[] {0, 0.9}, 800);
    table = CommissioningThresholds.simulate(reference, scores, grid, 2, done -> {});
  }

  private static double threshold(double samples, double lagOne) {
    return table.threshold(reference, samples, lagOne, TARGET);
  }

  /**
   * A slow twin for independent residuals: mean and deviation of 256 normal frames, then watched.
   * The reference's own threshold ignores that they were learnt and is passed too soon.
   */
  @Test
  void shouldPayForWhatIsNotKnown() {
    // Given
    int sources = 800;
    double[] levels = {reference.threshold(TARGET).value(), threshold(256, 0)};
    double[] watched = new double[2];
    SplittableRandom random = new SplittableRandom(77);
    DriftDetector detector = new DriftDetector(reference);
    float[] sample = new float[LATENTS];

    // When
    for (int s = 0; s < sources; s++) {
      double[] sum = new double[LATENTS];
      double[] squares = new double[LATENTS];
      for (int t = 0; t < 256; t++) {
        for (int k = 0; k < LATENTS; k++) {
          double x = random.nextGaussian();
          sum[k] += x;
          squares[k] += x * x;
        }
      }
      detector.restart();
      boolean[] passed = new boolean[2];
      for (int t = 1; !passed[1] && t <= 20 * TARGET; t++) {
        for (int k = 0; k < LATENTS; k++) {
          double mean = sum[k] / 256;
          double deviation = Math.sqrt(squares[k] / 256 - mean * mean);
          sample[k] = (float) ((random.nextGaussian() - mean) / deviation);
        }
        float statistic = detector.update(sample).statistic();
        for (int j = 0; j < 2; j++) {
          watched[j] += passed[j] ? 0 : 1.0 / sources;
          passed[j] |= statistic >= levels[j];
        }
      }
    }

    // Then: mean run lengths, each with a standard error of some 4 %, the table's another 5 %
    assertThat(watched[0]).isLessThan(0.8 * TARGET);
    assertThat(watched[1]).isBetween(0.85 * TARGET, 1.3 * TARGET);
  }

  @Test
  void shouldComeBackToTheReferenceWithEverMoreSamples() {
    // Given
    double limit = reference.threshold(TARGET).value();

    // When, Then
    assertThat(threshold(1e9, 0)).isCloseTo(limit, within(1e-3 * limit));
    assertThat(threshold(4_000, 0)).isCloseTo(limit, within(0.08 * limit));
    assertThat(threshold(256, 0)).isGreaterThan(threshold(4_000, 0));
    assertThat(threshold(10, 0)).isEqualTo(threshold(256, 0));
    assertThat(threshold(256, -0.5)).isEqualTo(threshold(256, 0));
    assertThat(threshold(256, 0.99)).isEqualTo(threshold(256, 0.9));
  }

  /** At 0.9 the same effective samples are 19 times as many frames. */
  @Test
  void shouldAskForLessWhereMoreFramesWereLearnt() {
    assertThat(threshold(256, 0.9)).isLessThan(threshold(256, 0));
    assertThat(threshold(256, 0.6)).isBetween(threshold(256, 0.9), threshold(256, 0));
  }

  /** Halfway between the inverses of two numbers of samples the level is halfway as well. */
  @Test
  void shouldInterpolate() {
    double middle = 2 / (1 / 256.0 + 1 / 4_000.0);
    assertThat(threshold(middle, 0))
        .isCloseTo((threshold(256, 0) + threshold(4_000, 0)) / 2, within(1e-6));
  }

  @Test
  void shouldTakeTheLargestOfTheLatents() {
    // Given
    LatentCalibration few = new LatentCalibration(0, 1, List.of(), 1, 300);
    LatentCalibration many = new LatentCalibration(0, 1, List.of(), 1, 3_000);

    // When, Then
    assertThat(
            table.threshold(reference, new SourceCalibration(List.of(many, few), 3_000, 1), TARGET))
        .isEqualTo(threshold(300, 0));
  }

  @Test
  void shouldBeRestoredFromBytes() {
    // Given
    byte[] bytes = table.toBytes();

    // When
    CommissioningThresholds read = CommissioningThresholds.fromBytes(bytes);

    // Then
    assertThat(read.threshold(reference, 700, 0.4, 5_000))
        .isEqualTo(table.threshold(reference, 700, 0.4, 5_000));
    assertThat(bytes.length).isLessThan(4 * 2_048);
    bytes[30] ^= 1;
    assertThatThrownBy(() -> CommissioningThresholds.fromBytes(bytes))
        .hasMessageContaining("damaged");
  }

  @Test
  void shouldRefuseAnotherReference() {
    // Given
    double[][] other = new double[300][LATENTS];
    SplittableRandom random = new SplittableRandom(6);
    for (double[] row : other) {
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian();
    }
    DriftReference another =
        DriftReference.calibrate(
            other,
            reference.settings().withScales(new int[] {1}).withSimulation(100, 1_024),
            1,
            done -> {});

    // When, Then
    assertThatThrownBy(() -> table.threshold(another, 500, 0, TARGET))
        .hasMessageContaining("simulate them again");
  }
}
