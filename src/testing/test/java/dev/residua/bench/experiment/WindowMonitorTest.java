package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.bench.experiment.Channel.Rows;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowMonitorTest {
  private static final Channel RESIDUALS =
      new Channel("residuals", 3, false, new boolean[] {false, false, true});

  /** Residuals (0, 1, 2) of z2 = z0 + z1 + noise, and the expected value of node 2. */
  private static Rows rows(int n, long seed, double shift, double copied) {
    Random random = new Random(seed);
    double[][] values = new double[n][3];
    double[][] expected = new double[n][3];
    for (int i = 0; i < n; i++) {
      values[i][0] = random.nextGaussian();
      values[i][1] = random.nextGaussian() + shift;
      expected[i][2] = values[i][0] + values[i][1];
      values[i][2] = random.nextGaussian() + copied * expected[i][2];
    }
    return new Rows(values, expected);
  }

  @Test
  void shouldComputeMeanLogVarianceAndFisherCorrelation() {
    // Given
    Channel channel = new Channel("both", 2, true, new boolean[] {false, true});
    double[][] values = {{1, 2}, {2, 1}, {3, 5}, {6, 4}};
    double[][] expected = {{0, 1}, {0, 2}, {0, 2}, {0, 5}};

    // When
    double[] t = channel.statistics(new Rows(values, expected));

    // Then: numpy.mean, log(numpy.var(ddof=1)), arctanh(numpy.corrcoef) of the columns
    assertThat(channel.owners()).containsExactly(0, 0, 1, 1, 1, 1);
    assertThat(t[0]).isCloseTo(3, within(1e-12));
    assertThat(t[1]).isCloseTo(1.5404450409, within(1e-9));
    assertThat(t[2]).isCloseTo(3, within(1e-12));
    assertThat(t[3]).isCloseTo(1.2039728043, within(1e-9));
    assertThat(t[4]).isCloseTo(0.4496813281, within(1e-9));
    assertThat(t[5]).isCloseTo(0.6801362704, within(1e-9));
  }

  @Test
  void shouldAlarmInAboutOnePercentOfNominalWindows() {
    // Given
    WindowMonitor monitor = WindowMonitor.fit(RESIDUALS, rows(20_000, 1, 0, 0), 50, 4_000, 0.01, 1);

    // When
    WindowMonitor.Rates rates = monitor.evaluate(rows(20_000, 2, 0, 0), 50, 4_000, -1, 2);

    // Then: threshold and rate both have about 22 % binomial error, so 4 deviations are .01 +- .012
    assertThat(rates.detected()).isBetween(0.002, 0.025);
    assertThat(rates.localised()).isNaN();
  }

  @Test
  void shouldNameTheShiftedNode() {
    // Given
    WindowMonitor monitor = WindowMonitor.fit(RESIDUALS, rows(6_000, 1, 0, 0), 50, 1_000, 0.01, 1);

    // When
    WindowMonitor.Rates rates = monitor.evaluate(rows(3_000, 3, 1, 0), 50, 200, 1, 3);

    // Then: the mean of 50 moved by seven of its deviations
    assertThat(rates.detected()).isEqualTo(1);
    assertThat(rates.localised()).isGreaterThan(0.98);
  }

  @Test
  void shouldNameTheNodeWhoseResidualFollowsItsCauses() {
    // Given
    WindowMonitor monitor = WindowMonitor.fit(RESIDUALS, rows(6_000, 1, 0, 0), 50, 1_000, 0.01, 1);

    // When
    WindowMonitor.Rates rates = monitor.evaluate(rows(3_000, 4, 0, -1), 50, 200, 2, 4);

    // Then
    assertThat(rates.detected()).isEqualTo(1);
    assertThat(rates.localised()).isEqualTo(1);
  }

  @Test
  void shouldRefuseAPoolThatIsTooSmall() {
    assertThatThrownBy(() -> WindowMonitor.fit(RESIDUALS, rows(60, 1, 0, 0), 50, 400, 0.01, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("60 nominal frames")
        .hasMessageContaining("100 frames");
  }
}
