package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

class DriftReferenceTest {
  private static final DriftSettings FAST =
      DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(200, 512);

  @Test
  void shouldReadBackWhatItWrote() {
    // Given
    List<Double> progress = new ArrayList<>();
    DriftReference reference =
        DriftReference.calibrate(DriftDetectorTest.gaussian(500, 3, 1), FAST, 1, progress::add);
    // When
    DriftReference copy = DriftReference.fromBytes(reference.toBytes());
    // Then
    assertThat(copy).isEqualTo(reference);
    assertThat(copy.toBytes()).isEqualTo(reference.toBytes());
    assertThat(copy.threshold(1e6)).isEqualTo(reference.threshold(1e6));
    assertThat(copy.fingerprint()).isEqualTo(reference.fingerprint());
    float[] e = {0.5f, -1, 2};
    assertThat(new DriftDetector(copy).update(e).perScale())
        .isEqualTo(new DriftDetector(reference).update(e).perScale());
    assertThat(progress).isSorted().startsWith(0.0).endsWith(1.0);
  }

  @Test
  void shouldBeTheSameForTheSameSeed() {
    double[][] rows = DriftDetectorTest.gaussian(400, 2, 1);
    assertThat(DriftReference.calibrate(rows, FAST, 7, done -> {}))
        .isEqualTo(DriftReference.calibrate(rows, FAST, 7, done -> {}))
        .isNotEqualTo(DriftReference.calibrate(rows, FAST, 8, done -> {}));
  }

  @Test
  void shouldNotDependOnTheNumberOfThreads() throws Exception {
    // Given
    double[][] rows = DriftDetectorTest.gaussian(400, 2, 1);
    ForkJoinPool one = new ForkJoinPool(1);
    ForkJoinPool four = new ForkJoinPool(4);
    // When
    byte[] alone =
        one.submit(() -> DriftReference.calibrate(rows, FAST, 7, done -> {}).toBytes()).get();
    byte[] together =
        four.submit(() -> DriftReference.calibrate(rows, FAST, 7, done -> {}).toBytes()).get();
    one.shutdown();
    four.shutdown();
    // Then
    assertThat(together).isEqualTo(alone);
  }

  @Test
  void shouldRefuseDamagedBytes() {
    // Given
    byte[] bytes =
        DriftReference.calibrate(DriftDetectorTest.gaussian(400, 2, 1), FAST, 1, done -> {})
            .toBytes();
    byte[] flipped = bytes.clone();
    flipped[bytes.length / 2] ^= 1;
    byte[] later = bytes.clone();
    later[7] = 9;
    // When and then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DriftReference.fromBytes(flipped))
        .withMessageContaining("checksum");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DriftReference.fromBytes(later))
        .withMessageContaining("version 9, this code reads 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DriftReference.fromBytes(java.util.Arrays.copyOf(bytes, 100)))
        .withMessageContaining("cut short");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DriftReference.fromBytes(new byte[3]))
        .withMessageContaining("not a drift reference");
  }

  @Test
  void shouldModelOnlyAutocorrelatedReferencesAsSuch() {
    // Given
    Random random = new Random(1);
    double[][] correlated = new double[4_000][2];
    for (int t = 1; t < correlated.length; t++) {
      for (int k = 0; k < 2; k++) {
        correlated[t][k] = 0.5 * correlated[t - 1][k] + random.nextGaussian();
      }
    }
    // When
    DriftReference independent =
        DriftReference.calibrate(DriftDetectorTest.gaussian(4_000, 2, 2), FAST, 1, done -> {});
    DriftReference dependent = DriftReference.calibrate(correlated, FAST, 1, done -> {});
    // Then
    assertThat(independent.order()).isZero();
    assertThat(independent.blockLength()).isEqualTo(1);
    assertThat(dependent.order()).isEqualTo(1);
    assertThat(dependent.blockLength()).isEqualTo(1);
  }

  @Test
  void shouldLiveWithALatentThatNeverVaries() {
    // Given
    double[][] rows = DriftDetectorTest.gaussian(400, 2, 1);
    for (double[] row : rows) {
      row[1] = 3;
    }
    // When
    DriftReference reference = DriftReference.calibrate(rows, FAST, 1, done -> {});
    // Then
    float threshold = reference.threshold(10_000).value();
    assertThat(new DriftDetector(reference).update(new float[] {0, 3}).statistic())
        .isLessThan(threshold);
    assertThat(new DriftDetector(reference).update(new float[] {0, 3.1f}).statistic())
        .isGreaterThan(threshold);
  }

  @Test
  void shouldRefuseWhatCannotBeAReference() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DriftReference.calibrate(new double[10][2], FAST, 1, done -> {}))
        .withMessageContaining("at least 256 samples but got 10");
    double[][] broken = DriftDetectorTest.gaussian(300, 2, 1);
    broken[41][1] = Double.POSITIVE_INFINITY;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DriftReference.calibrate(broken, FAST, 1, done -> {}))
        .withMessageContaining("latent 1 of sample 41");
  }
}
