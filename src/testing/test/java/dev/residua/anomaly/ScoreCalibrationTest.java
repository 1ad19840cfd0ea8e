package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ScoreCalibrationTest {
  private static float[] upTo(int n) {
    float[] scores = new float[n];
    for (int i = 0; i < n; i++) {
      scores[i] = n - i;
    }
    return scores;
  }

  @Test
  void shouldRankAScoreAmongThoseOfTheCalibration() {
    ScoreCalibration calibration = ScoreCalibration.of(upTo(99));
    assertThat(calibration.pValue(0)).isEqualTo(1);
    assertThat(calibration.pValue(90)).isEqualTo(0.11f); // 10 of 99 are at least 90
    assertThat(calibration.pValue(100)).isEqualTo(0.01f);
    assertThat(calibration.resolution()).isEqualTo(0.01);
    assertThat(calibration.tailPValue(1000)).isLessThan(0.001);
  }

  @Test
  void shouldBeTheSameAfterItWasStored() {
    byte[] bytes = ScoreCalibration.of(upTo(80)).toBytes();
    assertThat(bytes).hasSize(20 + 4 * 80);
    assertThat(ScoreCalibration.fromBytes(bytes).toBytes()).isEqualTo(bytes);
    assertThat(ScoreCalibration.fromBytes(bytes).pValue(80)).isEqualTo(2 / 81f);
    bytes[50] ^= 1;
    assertThatIllegalArgumentException().isThrownBy(() -> ScoreCalibration.fromBytes(bytes));
  }

  @Test
  void shouldRefuseTooFewScoresAndThoseThatAreNotNumbers() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ScoreCalibration.of(upTo(63)))
        .withMessageContaining("64");
    float[] scores = upTo(80);
    scores[3] = Float.NaN;
    assertThatIllegalArgumentException().isThrownBy(() -> ScoreCalibration.of(scores));
  }
}
