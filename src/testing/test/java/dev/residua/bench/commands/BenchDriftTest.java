package dev.residua.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.bench.DriftTrial;
import dev.residua.bench.StreamFamily;
import dev.residua.drift.DriftSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchDriftTest {
  private static final DriftSettings FAST =
      DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(100, 512);

  @Test
  void shouldDrawLatentsOfMeanZeroAndVarianceOne() {
    for (StreamFamily family : StreamFamily.values()) {
      // Given
      double[][] rows = family.reference(40_000, 3, 1);
      for (int k = 0; k < 3; k++) {
        // When
        double mean = 0;
        double squares = 0;
        for (double[] row : rows) {
          mean += row[k] / rows.length;
          squares += row[k] * row[k] / rows.length;
        }
        // Then within about four standard errors of an autoregression's mean and of heavy squares
        assertThat(mean).isBetween(-0.04, 0.04);
        assertThat(squares).isBetween(0.93, 1.07);
      }
    }
  }

  @Test
  void shouldMeasureRunLengthsAndDelays() {
    // Given
    DriftTrial trial = new DriftTrial(StreamFamily.GAUSSIAN, 2, 2, 600, FAST, 1);
    // When
    double threshold = trial.measuredThreshold(200, 100, 600);
    DriftTrial.Delay soon = trial.delay(DriftTrial.Row.shift("all", 3), threshold, 10, 50, 100);
    DriftTrial.Delay never = trial.delay(DriftTrial.Row.shift("none", 0), 1e6, 4, 50, 20);
    List<DriftTrial.Passages> passages = trial.runLengths(40, 200);
    // Then
    assertThat(soon.mean()).isBetween(1.0, 5.0);
    assertThat(soon.missed()).isZero();
    assertThat(never.missed()).isEqualTo(4);
    assertThat(never.mean()).isEqualTo(20);
    assertThat(passages.get(0).runLength()).isBetween(100.0, 400.0);
    assertThat(passages.get(0).low()).isLessThan(passages.get(0).runLength());
    assertThat(passages.get(0).perReference()).hasSize(2);
  }
}
