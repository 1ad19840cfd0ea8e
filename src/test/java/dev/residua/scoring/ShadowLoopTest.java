package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShadowLoopTest {
  /**
   * 20,000 runs at a rate of 0.1: the share has a standard deviation of 0.0021, so that a fair
   * choice is outside 0.09 to 0.11 less than once in 100,000 times.
   */
  @Test
  void shouldChooseTheShareThatIsAskedForInWholeRuns() {
    // Given
    int runs = 20_000;
    int chosen = 0;
    int partitions = 4;
    // When
    for (int run = 0; run < runs; run++) {
      long first = (long) run / partitions * ShadowLoop.RUN;
      boolean all = ShadowLoop.chosen(run % partitions, first, 0.1);
      for (int i = 1; i < ShadowLoop.RUN; i++) {
        assertThat(ShadowLoop.chosen(run % partitions, first + i, 0.1)).isEqualTo(all);
      }
      chosen += all ? 1 : 0;
    }
    // Then
    assertThat(chosen / (double) runs).isBetween(0.09, 0.11);
    assertThat(ShadowLoop.chosen(3, 12_345, 1)).as("everything at rate 1").isTrue();
  }

  @Test
  void shouldChooseMoreAtAHigherRateAndKeepWhatItChose() {
    for (int run = 0; run < 2_000; run++) {
      if (ShadowLoop.chosen(0, (long) run * ShadowLoop.RUN, 0.2)) {
        assertThat(ShadowLoop.chosen(0, (long) run * ShadowLoop.RUN, 0.5)).isTrue();
      }
    }
  }
}
