package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StreamMaximaTest {
  private static final int LENGTH = 700; // five blocks of sums and a half
  private static final DriftSettings ALL =
      DriftSettings.DEFAULTS.withFrequencies(16).withSimulation(50, 512);

  static Stream<DriftSettings> settings() {
    return Stream.of(
        ALL,
        ALL.withFrequencies(12), // halving ends at three values per bank
        ALL.withBandwidths(new double[] {0.5, 1, 2}),
        ALL.withBandwidths(new double[0]),
        ALL.withMemories(new int[0]),
        ALL.withScales(new int[] {3, 100}).withMemories(new int[] {8, 40, 4_000}),
        ALL.withLinear(false).withSpread(false),
        ALL.withMean(false).withEnergy(false));
  }

  /** The detector, which takes one sample of one stream at a time, is the slow twin. */
  @ParameterizedTest
  @MethodSource("settings")
  void shouldNoteTheSameBitsAsTheDetector(DriftSettings settings) {
    // Given
    int d = 3;
    DriftReference reference =
        DriftReference.calibrate(DriftDetectorTest.gaussian(400, d, 1), settings, 1, done -> {});
    float[][] samples = samples(d, 2);
    int used = StreamMaxima.STREAMS - 3;
    int[][] times = new int[1 + used][];
    float[][] maxima = new float[1 + used][];
    StreamMaxima streams = reference.newStreamMaxima();
    streams.run(samples(d, 3), LENGTH, used, times, maxima, 1); // must leave nothing behind
    // When
    streams.run(samples, LENGTH, used, times, maxima, 1);
    // Then
    assertThat(times[0]).isNull();
    for (int i = 0; i < used; i++) {
      List<Integer> expectedTimes = new ArrayList<>();
      List<Float> expectedMaxima = new ArrayList<>();
      follow(reference, samples[i], expectedTimes, expectedMaxima);
      assertThat(times[1 + i]).containsExactly(expectedTimes.toArray(Integer[]::new));
      assertThat(maxima[1 + i]).containsExactly(expectedMaxima.toArray(Float[]::new));
      assertThat(expectedTimes).hasSizeGreaterThan(3);
    }
  }

  /** Normal samples; from the middle on larger by a factor that differs between streams. */
  private static float[][] samples(int d, long seed) {
    Random random = new Random(seed);
    float[][] samples = new float[StreamMaxima.STREAMS][LENGTH * d];
    for (int i = 0; i < samples.length; i++) {
      // The last of these factors take the slow charts beyond their cap.
      double factor = 1 + i * i;
      for (int j = 0; j < samples[i].length; j++) {
        double shift = j % d == 0 && i > 1 ? 1 : 0;
        samples[i][j] =
            (float)
                (j < samples[i].length / 2
                    ? random.nextGaussian()
                    : factor * (shift + random.nextGaussian()));
      }
    }
    return samples;
  }

  private static void follow(
      DriftReference reference, float[] samples, List<Integer> times, List<Float> maxima) {
    DriftDetector detector = new DriftDetector(reference);
    int d = reference.latents();
    float highest = 0;
    for (int t = 0; t < LENGTH; t++) {
      float statistic =
          detector.update(Arrays.copyOfRange(samples, t * d, (t + 1) * d)).statistic();
      if (statistic > highest) {
        highest = statistic;
        times.add(t + 1);
        maxima.add(statistic);
      }
    }
  }

  @Test
  void shouldFindTheLargestValuesWithoutSortingAll() {
    // Given
    Random random = new Random(1);
    float[] shuffled = new float[10_000];
    for (int i = 0; i < shuffled.length; i++) {
      shuffled[i] = (float) random.nextGaussian();
    }
    float[] ascending = shuffled.clone();
    Arrays.sort(ascending);
    float[] misleading = shuffled.clone(); // every 32nd value is far above the others
    for (int i = 0; i < misleading.length; i += 32) {
      misleading[i] += 100;
    }
    float[] constant = new float[1_000];
    // When and then
    for (float[] values : List.of(shuffled, ascending, misleading, constant, new float[] {1, 2})) {
      float[] sorted = values.clone();
      Arrays.sort(sorted);
      int from = (int) (0.9 * sorted.length);
      assertThat(DriftCalibration.largest(values, 0.9))
          .containsExactly(Arrays.copyOfRange(sorted, from, sorted.length));
    }
  }
}
