package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrendTest {
  private static final long PERIOD = Trend.PERIOD_MILLIS;

  @Test
  void shouldKeepOfEachPeriodTheValueFurthestFromZero() {
    // Given
    Trend trend = new Trend(2);
    // When
    trend.add(100 * PERIOD, 0, 1, -1);
    trend.add(100 * PERIOD + 5, 0, -3, 0.5f);
    trend.add(102 * PERIOD, 1, 7);
    // Then
    assertThat(trend.newest()).isEqualTo(102);
    assertThat(trend.of(0)).hasSize(Trend.PERIODS).endsWith(-3, Float.NaN, Float.NaN);
    assertThat(trend.of(1)).endsWith(-1, Float.NaN, 7);
  }

  @Test
  void shouldForgetWhatIsOlderThanAQuarterOfAnHour() {
    // Given
    Trend trend = new Trend(1);
    trend.add(0, 0, 9);
    // When
    trend.add((Trend.PERIODS + 5) * PERIOD, 0, 1);
    trend.add(0, 0, 9);
    // Then
    assertThat(trend.of(0)).doesNotContain(9f).endsWith(1);
  }

  @Test
  void shouldTakeALateValueIntoItsPeriod() {
    // Given
    Trend trend = new Trend(1);
    trend.add(10 * PERIOD, 0, 1);
    // When
    trend.add(9 * PERIOD, 0, 2);
    // Then
    assertThat(trend.of(0)).endsWith(2, 1);
  }

  @Test
  void shouldBeEmptyBeforeTheFirstValue() {
    assertThat(new Trend(1).of(0)).isEmpty();
  }
}
