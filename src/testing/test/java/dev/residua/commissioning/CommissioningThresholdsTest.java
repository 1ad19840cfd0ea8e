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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CommissioningThresholdsTest {
  private static final double TARGET = 400;
  private static final double RARE = 4_000;
  private static final int LATENTS = 2;
  private static DriftReference reference;
  private static CommissioningThresholds table;

  @BeforeAll
  static void simulate() {
    SplittableRandom random = new SplittableRandom(5);
    scores = new double[20_000][LATENTS];
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
    Grid grid = new Grid(new int[] {256, 1_000, 4_000}, 800);
    table = CommissioningThresholds.simulate(reference, scores, grid, 2, done -> {});
  }

  private static double[][] scores;

  private static double threshold(double innovations) {
    return table.threshold(reference, innovations, TARGET);
  }

  private interface Distribution {
    double draw(SplittableRandom random);
  }

  /** Frames watched over alarms and target, of sources that learnt from {@code n} innovations. */
  private static double runLength(
      Distribution distribution, int n, double target, double level, long seed) {
    int sources = 600;
    double watched = 0;
    int alarms = 0;
    SplittableRandom random = new SplittableRandom(seed);
    DriftDetector detector = new DriftDetector(reference);
    float[] sample = new float[LATENTS];
    InnovationDistribution model =
        InnovationDistribution.of(drawn(SplittableRandom::nextGaussian, 300, random));
    for (int s = 0; s < sources; s++) {
      InnovationDistribution own = model.ofSource(drawn(distribution, n, random));
      detector.restart();
      for (int t = 1; t <= 4_000; t++) {
        for (int k = 0; k < LATENTS; k++) {
          sample[k] = (float) own.normalScore(k, distribution.draw(random));
        }
        watched++;
        if (detector.update(sample).statistic() >= level) {
          alarms++;
          detector.restart();
        }
      }
    }
    return watched / alarms / target;
  }

  private static double[][] drawn(Distribution distribution, int n, SplittableRandom random) {
    double[][] values = new double[LATENTS][n];
    for (int t = 0; t < n; t++) {
      for (int k = 0; k < LATENTS; k++) {
        values[k][t] = distribution.draw(random);
      }
    }
    return values;
  }

  /** The standard errors are some 2 % of the sources and 4 % of the table. */
  @Test
  void shouldKeepThePromiseForEveryDistribution() {
    double level = threshold(1_000);
    assertThat(runLength(SplittableRandom::nextGaussian, 1_000, TARGET, level, 77))
        .isBetween(0.85, 1.15);
    assertThat(runLength(Sources::student, 1_000, TARGET, level, 78)).isBetween(0.85, 1.15);
    assertThat(runLength(random -> -Math.log(1 - random.nextDouble()), 1_000, TARGET, level, 79))
        .isBetween(0.85, 1.15);
  }

  /**
   * The reference's own threshold is for a distribution that is known. Sources that learned from so
   * few innovations differ much in their number of alarms, so the standard errors are 7 and 12 %.
   */
  @Test
  void shouldPayForWhatIsNotKnown() {
    double known = reference.threshold(RARE).value();
    double learnt = table.threshold(reference, 256, RARE);
    assertThat(runLength(SplittableRandom::nextGaussian, 256, RARE, known, 77)).isLessThan(0.5);
    assertThat(runLength(SplittableRandom::nextGaussian, 256, RARE, learnt, 77))
        .isBetween(0.75, 1.5);
  }

  @Test
  void shouldComeBackToTheReferenceWithMoreInnovations() {
    // Given
    double limit = reference.threshold(RARE).value();

    // When, Then
    assertThat(table.threshold(reference, 4_000, RARE)).isCloseTo(limit, within(0.1 * limit));
    assertThat(threshold(256)).isGreaterThan(threshold(4_000));
    assertThat(threshold(10)).isEqualTo(threshold(128));
    assertThat(threshold(1e9)).isEqualTo(threshold(4_000));
  }

  /**
   * What a source with fewer innovations than were simulated pays, against a table that has them.
   */
  @Test
  void shouldWidenBelowTheFirstCell() {
    // Given
    Grid grid = new Grid(new int[] {1_000, 4_000}, 800);
    CommissioningThresholds coarse =
        CommissioningThresholds.simulate(reference, scores, grid, 2, done -> {});
    // When
    double few = coarse.threshold(reference, 500, TARGET);
    // Then
    assertThat(few).isGreaterThan(coarse.threshold(reference, 1_000, TARGET));
    assertThat(few).isCloseTo(threshold(500), within(0.1 * threshold(500)));
  }

  /** Halfway between the inverses of two numbers of innovations the level is halfway as well. */
  @Test
  void shouldInterpolate() {
    double middle = 2 / (1 / 256.0 + 1 / 1_000.0);
    assertThat(threshold(middle)).isCloseTo((threshold(256) + threshold(1_000)) / 2, within(1e-6));
  }

  @Test
  void shouldTakeTheLargestOfTheLatents() {
    // Given
    LatentCalibration few = new LatentCalibration(0, 1, List.of(), 1, 300);
    LatentCalibration many = new LatentCalibration(0, 1, List.of(), 1, 3_000);
    SourceCalibration both = new SourceCalibration(List.of(many, few), 3_000, 1);

    // When, Then
    assertThat(table.threshold(reference, both, TARGET)).isEqualTo(threshold(300));
    assertThat(table.cost(reference, both, TARGET))
        .isCloseTo(threshold(300) - threshold(4_000), within(1e-9));
  }

  /** At a lag-one correlation of 0.9, 100 effective samples are 1,900 frames. */
  @Test
  void shouldCountTheFramesOfAnAutocorrelatedSource() {
    // Given
    LatentCalibration slow = new LatentCalibration(0, 1, List.of(0.9), 1, 100);

    // When, Then
    assertThat(table.threshold(reference, new SourceCalibration(List.of(slow), 1_900, 1), TARGET))
        .isCloseTo(threshold(1_900), within(1e-6));
  }

  @Test
  void shouldBeRestoredFromBytes() {
    // Given
    byte[] bytes = table.toBytes();

    // When
    CommissioningThresholds read = CommissioningThresholds.fromBytes(bytes);

    // Then
    assertThat(read.threshold(reference, 700, 5_000))
        .isEqualTo(table.threshold(reference, 700, 5_000));
    assertThat(bytes.length).isLessThan(3 * 2_048);
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
    assertThatThrownBy(() -> table.threshold(another, 500, TARGET))
        .hasMessageContaining("simulate them again");
  }
}
