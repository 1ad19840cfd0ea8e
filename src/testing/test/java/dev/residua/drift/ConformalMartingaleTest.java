package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConformalMartingaleTest {
  private static final int SCORES = 2_000;

  private static double[] calibration(long seed) {
    return new Random(seed).doubles(SCORES).sorted().toArray();
  }

  private static double pValue(double[] sorted, double score) {
    int below = Arrays.binarySearch(sorted, score);
    below = below < 0 ? -below - 1 : below;
    return (1.0 + SCORES - below) / (SCORES + 1);
  }

  /**
   * 300 quiet streams of 2,000 frames on 30 calibration sets. By Ville at most 5 % of streams may
   * ever reach a capital of 20: more than 27 of 300 has odds below 1 in 500.
   */
  @Test
  void shouldRarelyReachACapitalOfTwentyOnQuietStreams() {
    // Given
    int reached = 0;
    // When
    for (int stream = 0; stream < 300; stream++) {
      double[] calibration = calibration(stream / 10);
      Random random = new Random(1_000 + stream);
      ConformalMartingale state = ConformalMartingale.start(SCORES);
      boolean crossed = false;
      for (int t = 0; t < 2_000 && !crossed; t++) {
        state = state.next(pValue(calibration, random.nextDouble()));
        crossed = state.capitalCrosses(0.05);
      }
      reached += crossed ? 1 : 0;
    }
    // Then
    assertThat(reached).isLessThanOrEqualTo(27);
  }

  /** The mean run length is at least 1,000; a mean of 100 such has a relative error of a tenth. */
  @Test
  void shouldRunAtLeastAsLongAsPromised() {
    double total = 0;
    for (int stream = 0; stream < 100; stream++) {
      double[] calibration = calibration(50 + stream / 10);
      Random random = new Random(5_000 + stream);
      ConformalMartingale state = ConformalMartingale.start(SCORES);
      while (!state.detectorCrosses(1_000) && state.frames() < 4_000) {
        state = state.next(pValue(calibration, random.nextDouble()));
      }
      total += state.frames();
    }
    assertThat(total / 100).isGreaterThan(800);
  }

  @Test
  void shouldFindAShiftOfTheScoresSoon() {
    // Given scores that are the larger of two from frame 500 on: p has density 2 (1 - p)
    double[] calibration = calibration(3);
    Random random = new Random(4);
    ConformalMartingale state = ConformalMartingale.start(SCORES);
    for (int t = 0; t < 500; t++) {
      state = state.next(pValue(calibration, random.nextDouble()));
    }
    assertThat(state.detectorCrosses(10_000)).isFalse();
    // When
    while (!state.detectorCrosses(10_000) && state.frames() < 1_500) {
      state = state.next(pValue(calibration, Math.max(random.nextDouble(), random.nextDouble())));
    }
    // Then
    assertThat(state.frames()).isBetween(505L, 650L);
  }

  @Test
  void shouldRefuseAStateThatCannotBe() {
    ConformalMartingale state = ConformalMartingale.start(SCORES);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new ConformalMartingale(SCORES, -1, state.logCapitals(), state.logDetectors()))
        .withMessageContaining("-1 frames");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConformalMartingale(SCORES, 0, new double[4], state.logDetectors()))
        .withMessageContaining("4 capitals");
  }

  @Test
  void shouldRefuseWhatIsNoPValue() {
    ConformalMartingale state = ConformalMartingale.start(SCORES);
    for (double p : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> state.next(p))
          .withMessageContaining("(0, 1]");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConformalMartingale.start(99))
        .withMessageContaining("at least 100");
  }
}
