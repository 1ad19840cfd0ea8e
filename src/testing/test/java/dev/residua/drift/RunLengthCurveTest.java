package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class RunLengthCurveTest {
  /** The running maxima of exponential readings, moved by another value in each world. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Maxima(int[][] times, float[][] values) {
    static Maxima of(int streams, int length, Random random, DoubleSupplier ofWorld) {
      int[][] times = new int[streams][];
      float[][] values = new float[streams][];
      double moved = 0;
      for (int s = 0; s < streams; s++) {
        if (s % RunLengthCurve.STREAMS_PER_WORLD == 0) {
          moved = ofWorld.getAsDouble();
        }
        int[] at = new int[length];
        float[] high = new float[length];
        int n = 0;
        float largest = 0;
        for (int t = 1; t <= length; t++) {
          float reading = (float) (moved - Math.log(1 - random.nextDouble()));
          if (reading > largest) {
            largest = reading;
            at[n] = t;
            high[n++] = reading;
          }
        }
        times[s] = Arrays.copyOf(at, n);
        values[s] = Arrays.copyOf(high, n);
      }
      return new Maxima(times, values);
    }
  }

  /** Independent standard exponential readings reach {@code h} after {@code exp(h)} samples. */
  @Test
  void shouldFindTheKnownRunLengthOfIndependentReadings() {
    // Given
    int streams = 3_000;
    int length = 1_500;
    Maxima maxima = Maxima.of(streams, length, new Random(1), () -> 0);
    // When
    RunLengthCurve curve = RunLengthCurve.estimate(maxima.times, maxima.values, length);
    // Then
    for (double target : new double[] {100, 1_000, 10_000}) {
      Threshold threshold = curve.threshold(target);
      assertThat((double) threshold.value()).isCloseTo(Math.log(target), within(0.12));
      assertThat(threshold.extrapolated()).isFalse();
      assertThat(threshold.low()).isLessThan(target);
      assertThat(threshold.high()).isGreaterThan(target);
    }
    Threshold far = curve.threshold(1e7);
    assertThat(far.extrapolated()).isTrue();
    assertThat((double) far.value()).isCloseTo(Math.log(1e7), within(1.0));
    assertThat(far.high() / far.low()).isGreaterThan(1.3);
    assertThat(curve.runLengthAt(far.value())).isCloseTo(1e7, within(1e6));
  }

  /**
   * The readings of a source are moved by the logarithm of a gamma value of shape 2 and mean 1, so
   * the mean hazard of the fleet at {@code h} is {@code exp(-h)}. First passages see less of it:
   * sources with a large hazard are gone early.
   */
  @Test
  void shouldCountSourcesWithALargeHazardWithAllTheirAlarms() {
    // Given
    int streams = 6_000;
    int length = 2_560;
    Random random = new Random(2);
    Maxima maxima =
        Maxima.of(
            streams,
            length,
            random,
            () -> {
              double product = (1 - random.nextDouble()) * (1 - random.nextDouble());
              return Math.log(-Math.log(product) / 2);
            });
    // When
    RunLengthCurve fleet = RunLengthCurve.estimateOfFleet(maxima.times, maxima.values, length);
    RunLengthCurve first = RunLengthCurve.estimate(maxima.times, maxima.values, length);
    // Then
    for (double target : new double[] {5_000, 10_000}) {
      assertThat((double) fleet.threshold(target).value()).isCloseTo(Math.log(target), within(0.1));
    }
    assertThat((double) first.threshold(5_000).value()).isLessThan(Math.log(5_000) - 0.1);
  }
}
