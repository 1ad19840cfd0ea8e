package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.bench.SoakSeries.Summary;
import dev.residua.bench.SoakSeries.Verdict;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakSeriesTest {
  private static Summary summary(double floor, double... values) {
    SoakSeries series = new SoakSeries("MiB", floor);
    for (double value : values) {
      series.add(value);
    }
    return series.summary();
  }

  @Test
  void shouldCompareTheMediansOfTheHalvesAfterTheWarmUp() {
    // Given 12 values, of which 3 warm up
    Summary summary = summary(8, 1, 1, 1, 100, 101, 500, 99, 0, 101, 100, 102, 100);

    // Then
    assertThat(summary).isEqualTo(new Summary("MiB", 100.5, 100.5, 500, Verdict.STEADY));
  }

  @Test
  void shouldGrowFromTenPercentOn() {
    double[] slow = IntStream.range(0, 40).mapToDouble(i -> 1_000 + 6 * i).toArray();
    double[] fast = IntStream.range(0, 40).mapToDouble(i -> 1_000 + 8 * i).toArray();

    assertThat(summary(8, slow).verdict()).isEqualTo(Verdict.STEADY);
    assertThat(summary(8, fast).verdict()).isEqualTo(Verdict.GROWS);
    assertThat(summary(500, fast).verdict()).as("below the floor").isEqualTo(Verdict.STEADY);
  }

  @Test
  void shouldGiveNoVerdictOnAFewValues() {
    assertThat(summary(8, 1, 2, 3, 4).verdict()).isEqualTo(Verdict.TOO_SHORT);
    assertThat(summary(8, 1, 2, 30, 400, 500).verdict()).isEqualTo(Verdict.GROWS);
  }
}
