package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnomalyCalibrationTest {
  /** Two strongly dependent latents, one heavy-tailed, in odd units. */
  private static float[] residuals(int n, Random random) {
    float[] rows = new float[2 * n];
    for (int i = 0; i < n; i++) {
      double shared = random.nextGaussian();
      rows[2 * i] = (float) (100 + 7 * shared);
      rows[2 * i + 1] = (float) (0.01 * (shared + Math.pow(random.nextGaussian(), 3)));
    }
    return rows;
  }

  private static float[] errors(int n, Random random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) Math.exp(random.nextGaussian());
    }
    return values;
  }

  private static AnomalyCalibration calibration(int n, Random random) {
    return AnomalyCalibration.fit(residuals(n, random), 2, errors(n, random), errors(n, random));
  }

  /** Largest distance between the empirical distribution of p and the uniform one. */
  private static double distanceToUniform(double[] p) {
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double worst = 0;
    for (int i = 0; i < sorted.length; i++) {
      worst = Math.max(worst, Math.abs(sorted[i] - (i + 1.0) / sorted.length));
      worst = Math.max(worst, Math.abs(sorted[i] - (double) i / sorted.length));
    }
    return worst;
  }

  @Test
  void shouldGiveUniformPValuesToFramesLikeThoseOfTheCalibration() {
    // Given 400 calibrations of 200 frames, one new frame each, so that p-values are independent.
    // Kolmogorov's bound for a false alarm of 1 in 10,000 with 400 values is 2.23 / sqrt(400);
    // the grid of 1/(n+1) and of 1/(7n/8+1) adds at most 0.007
    int repeats = 400;
    Random random = new Random(1);
    double[][] p = new double[5][repeats];
    // When
    for (int r = 0; r < repeats; r++) {
      AnomalyCalibration calibration = calibration(200, random);
      FrameStatistics s =
          calibration.statistics(
              residuals(1, random), 0, errors(1, random)[0], errors(1, random)[0]);
      p[0][r] = s.pValues()[0];
      p[1][r] = s.pValues()[1];
      p[2][r] = s.jointPValue();
      p[3][r] = s.reconstructionPValue();
      p[4][r] = s.appearancePValue();
    }
    // Then
    for (double[] values : p) {
      assertThat(distanceToUniform(values)).isLessThan(2.23 / Math.sqrt(repeats) + 0.007);
    }
  }

  @Test
  void shouldCountRanksWithTiesAgainstTheFrame() {
    // Given magnitudes 0, 1, ..., 99 on both sides of the median, errors 1 .. 200
    float[] residuals = new float[200];
    float[] errors = new float[200];
    for (int i = 0; i < 200; i++) {
      residuals[i] = (i % 2 == 0 ? 1 : -1) * (i / 2);
      errors[i] = i + 1;
    }
    AnomalyCalibration calibration = AnomalyCalibration.fit(residuals, 1, errors, new float[200]);
    // When
    FrameStatistics s = calibration.statistics(new float[] {-90}, 0, 200, 0.1f);
    // Then 20 magnitudes are at least 90, one error is at least 200, no deviation reaches 0.1
    assertThat(calibration.location(0)).isZero();
    assertThat((double) s.pValues()[0]).isCloseTo(21 / 201.0, within(1e-6));
    assertThat((double) s.reconstructionPValue()).isCloseTo(2 / 201.0, within(1e-6));
    assertThat((double) s.appearancePValue()).isCloseTo(1 / 201.0, within(1e-6));
    assertThat((double) s.standardized()[0]).isCloseTo(-90 / (1.4826 * 49.5), within(0.02));
  }

  @Test
  void shouldGiveTheSmallestPValuesToWhatWasNeverSeen() {
    // Given
    AnomalyCalibration calibration = calibration(1_000, new Random(2));
    LatentBatch batch =
        new LatentBatch(
            2,
            2,
            new float[4],
            new float[4],
            new float[] {100, 0, 100, Float.NaN},
            new float[] {1, Float.NaN});
    // When
    FrameStatistics usual = calibration.statistics(batch, 0, 1);
    FrameStatistics broken = calibration.statistics(batch, 1, Float.NaN);
    // Then
    assertThat(calibration.resolution()).isEqualTo(1 / 876.0);
    assertThat(usual.jointPValue()).isGreaterThan(0.5f);
    assertThat((double) broken.jointPValue()).isCloseTo(1 / 876.0, within(1e-9));
    assertThat((double) broken.reconstructionPValue()).isCloseTo(1 / 1_001.0, within(1e-9));
    assertThat((double) broken.appearancePValue()).isCloseTo(1 / 1_001.0, within(1e-9));
    assertThat((double) broken.pValues()[1]).isCloseTo(1 / 1_001.0, within(1e-9));
  }

  @Test
  void shouldOfferPValuesBelowItsResolution() {
    // Given
    AnomalyCalibration calibration = calibration(1_000, new Random(2));
    FrameStatistics usual = calibration.statistics(new float[] {100, 0}, 0, 1, 1);
    FrameStatistics odd = calibration.statistics(new float[] {200, 0}, 0, 500, 500);
    FrameStatistics odder = calibration.statistics(new float[] {800, 0}, 0, 5e6f, 5e6f);
    for (AnomalyKind channel :
        new AnomalyKind[] {
          AnomalyKind.RESIDUAL, AnomalyKind.OFF_MANIFOLD, AnomalyKind.APPEARANCE
        }) {
      // When
      double[] p = new double[3];
      int i = 0;
      for (FrameStatistics frame : new FrameStatistics[] {usual, odd, odder}) {
        p[i++] = calibration.tailPValue(channel, calibration.score(channel, frame));
      }
      // Then
      assertThat(p[0]).isGreaterThan(0.1);
      assertThat(p[1]).isLessThan(calibration.resolution(channel)).isGreaterThan(p[2]);
      assertThat(p[2]).isGreaterThanOrEqualTo(1e-12);
    }
    assertThat(
            calibration.tailPValue(
                AnomalyKind.RESIDUAL, calibration.score(AnomalyKind.RESIDUAL, usual)))
        .isEqualTo(usual.jointPValue());
    assertThat(calibration.resolution(AnomalyKind.RESIDUAL)).isEqualTo(1 / 876.0);
    assertThat(calibration.resolution(AnomalyKind.APPEARANCE)).isEqualTo(1 / 1_001.0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> calibration.resolution(AnomalyKind.TORN))
        .withMessageContaining("TORN is a fault of the sensor");
  }

  @Test
  void shouldReadBackWhatItWrote() {
    // Given
    AnomalyCalibration calibration = calibration(300, new Random(3));
    // When
    AnomalyCalibration copy = AnomalyCalibration.fromBytes(calibration.toBytes());
    // Then
    assertThat(copy.toBytes()).isEqualTo(calibration.toBytes());
    assertThat(copy.size()).isEqualTo(300);
    assertThat(AnomalyCalibration.size(calibration.toBytes())).isEqualTo(300);
    FrameStatistics a = calibration.statistics(new float[] {110, 0.02f}, 0, 2, 3);
    FrameStatistics b = copy.statistics(new float[] {110, 0.02f}, 0, 2, 3);
    assertThat(b.pValues()).isEqualTo(a.pValues());
    assertThat(b.jointPValue()).isEqualTo(a.jointPValue());
  }

  @Test
  void shouldRefuseDamagedBytes() {
    byte[] bytes = calibration(90, new Random(4)).toBytes();
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 3] ^= 4;
    byte[] later = bytes.clone();
    later[7] = 2;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyCalibration.fromBytes(flipped))
        .withMessageContaining("checksum");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyCalibration.fromBytes(later))
        .withMessageContaining("version 2, this code reads 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyCalibration.fromBytes(Arrays.copyOf(bytes, bytes.length - 4)))
        .withMessageContaining("expected " + bytes.length);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyCalibration.fromBytes(new byte[40]))
        .withMessageContaining("not an anomaly calibration");
  }

  @Test
  void shouldRefuseValuesThatAreNotFinite() {
    float[] residuals = new float[100];
    residuals[7] = Float.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyCalibration.fit(residuals, 1, new float[100], new float[100]))
        .withMessageContaining("residual 7 is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyCalibration.fit(new float[10], 1, new float[10], new float[10]))
        .withMessageContaining("at least 80 frames but got 10");
  }

  @Test
  void shouldJudgeTheOtherLatentsWhereOneIsNotKnown() {
    // Given
    Random random = new Random(5);
    AnomalyCalibration calibration = calibration(500, random);
    float[] rows = residuals(2_000, random);
    int small = 0;
    for (int i = 0; i < 2_000; i++) {
      float[] whole = Arrays.copyOfRange(rows, 2 * i, 2 * i + 2);
      float[] part = {whole[0], Float.NaN};
      // When
      FrameStatistics all = calibration.statistics(whole, 0, 0);
      FrameStatistics some = calibration.statistics(part, 0, 0, true);
      // Then
      assertThat(some.isPartial()).isTrue();
      assertThat(all.isPartial()).isFalse();
      assertThat(some.pValues()[0]).isEqualTo(all.pValues()[0]);
      assertThat(some.standardized()[0]).isEqualTo(all.standardized()[0]);
      assertThat(some.pValues()[1]).isNaN();
      assertThat(some.jointPValue()).isGreaterThanOrEqualTo(all.jointPValue());
      assertThat(calibration.score(AnomalyKind.RESIDUAL, some)).isFinite();
      small += some.jointPValue() <= 0.05 ? 1 : 0;
    }
    // 100 of 2,000 would be the whole rate; twice that has odds below 1 in a million
    assertThat(small).isLessThan(200);
    // and a residual that is not a number without a reason stays infinitely unusual
    assertThat(calibration.statistics(new float[] {100, Float.NaN}, 0, 0).jointPValue())
        .isLessThan(0.01f);
  }

  @Test
  void shouldNameNoLatentThatIsNotKnown() {
    // Given a latent far off, and one that is not known
    AnomalyCalibration calibration = calibration(500, new Random(6));
    FrameStatistics some =
        calibration.statistics(
            new float[] {1_000, Float.NaN}, 0, calibration.appearanceCentre(), true);
    // When
    Verdict verdict =
        AnomalyRule.of(AnomalySettings.DEFAULTS.withFalseAlarmRate(0.01), calibration).decide(some);
    // Then
    assertThat(verdict).isInstanceOf(Verdict.Anomalous.class);
    assertThat(((Verdict.Anomalous) verdict).causes()).extracting(Cause::latent).containsExactly(0);
  }
}
