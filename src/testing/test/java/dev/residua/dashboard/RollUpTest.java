package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RollUpTest {
  private static final long PERIOD = 1_000;

  @Test
  void shouldKeepTheMeanAndTheExtremeOfEachPeriod() {
    RollUp rollUp = new RollUp(2, PERIOD, 100);
    rollUp.add(5_100, 0, 1, -2);
    rollUp.add(5_900, 0, -3, Float.NaN);
    rollUp.add(7_000, 1, 4);
    RollUp.Series series = rollUp.series(5_500, 7_500);
    assertThat(series.fromMillis()).isEqualTo(5_000);
    assertThat(series.means()[0]).containsExactly(-1, Float.NaN, Float.NaN);
    assertThat(series.means()[1]).containsExactly(-2, Float.NaN, 4);
    assertThat(series.extremes()[0]).containsExactly(-3, Float.NaN, Float.NaN);
    assertThat(series.extremes()[1]).containsExactly(-2, Float.NaN, 4);
  }

  @Test
  void shouldDropTheOldestAndNeverShowItAsNew() {
    RollUp rollUp = new RollUp(1, PERIOD, 96);
    rollUp.add(0, 0, 1);
    rollUp.add(1_000 * PERIOD, 0, 2);
    rollUp.add(1, 0, 3);
    assertThat(rollUp.series(1_000 * PERIOD, 1_000 * PERIOD).means()[0]).containsExactly(2);
    // What is older than is kept is not taken either, if its place is in use.
    long same = (1_000L - 9L * RollUp.BLOCK) * PERIOD;
    rollUp.add(same, 0, 4);
    assertThat(rollUp.series(same, same).means()[0]).containsExactly(Float.NaN);
    assertThat(rollUp.series(-5 * PERIOD, -3 * PERIOD).means()[0])
        .containsOnly(Float.NaN)
        .hasSize(3);
  }

  @Test
  void shouldKeepTheNewestWhenItsTimeIsHalved() {
    RollUp rollUp = new RollUp(1, PERIOD, 960);
    for (int i = 0; i < 960; i++) {
      rollUp.add(i * PERIOD, 0, i);
    }
    rollUp.limit(480);
    float[] means = rollUp.series(0, 959 * PERIOD).means()[0];
    for (int i = 480; i < 960; i++) {
      assertThat(means[i]).isEqualTo(i);
    }
    assertThat(means[0]).isNaN();
  }

  /** Against a map of lists, with values in any order. */
  @Test
  void shouldAgreeWithAMapOfLists() {
    Random random = new Random(3);
    RollUp rollUp = new RollUp(3, PERIOD, 500);
    Map<Long, List<List<Float>>> twin = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long at = (long) (random.nextDouble() * 500 * PERIOD);
      int first = random.nextInt(3);
      float value = (float) random.nextGaussian();
      rollUp.add(at, first, value);
      List<List<Float>> lists =
          twin.computeIfAbsent(
              at / PERIOD, k -> List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
      lists.get(first).add(value);
    }
    RollUp.Series series = rollUp.series(0, 500 * PERIOD - 1);
    assertThat(series.means()[0]).hasSize(500);
    twin.forEach(
        (period, lists) -> {
          int at = Math.toIntExact(period);
          for (int k = 0; k < 3; k++) {
            List<Float> values = lists.get(k);
            if (values.isEmpty()) {
              assertThat(series.means()[k][at]).isNaN();
              continue;
            }
            double mean = values.stream().mapToDouble(Float::doubleValue).average().orElseThrow();
            double size = values.stream().mapToDouble(v -> Math.abs(v)).max().orElseThrow();
            assertThat((double) series.means()[k][at]).isCloseTo(mean, within(1e-5));
            assertThat((double) Math.abs(series.extremes()[k][at])).isEqualTo(size);
          }
        });
  }

  @Test
  void shouldStayWithinItsMemoryHoweverManySourcesThereAre() {
    for (int latents : new int[] {1, 4, 62}) {
      for (int sources : new int[] {1, 100, 500, 10_000}) {
        // Given a source whose history of four weeks, two frames a quarter of an hour, is full
        LongHistory one = new LongHistory(latents, LongHistory.halves(sources, latents));
        for (long at = 0; at < Duration.ofDays(28).toMillis(); at += 450_000) {
          one.residuals(at, new float[latents]);
        }
        for (long at = 0; at < Duration.ofHours(13).toMillis(); at += 30_000) {
          one.residuals(Duration.ofDays(28).toMillis() + at, new float[latents]);
        }
        // Then
        assertThat(sources * one.bytes()).isLessThanOrEqualTo(64L << 20);
        assertThat(one.bytes() > 0).isEqualTo(latents <= 4 || sources <= 500);
      }
    }
    assertThat(new LongHistory(4, 40).series(0, 1_000_000, 2_000_000).means()[0])
        .containsOnly(Float.NaN);
    assertThat(LongHistory.halves(200, 4)).isZero();
    assertThat(LongHistory.halves(500, 4)).isEqualTo(1);
  }
}
