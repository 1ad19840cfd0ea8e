package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChartTest {
  private static final int LATENTS = 3;

  static IntStream combinations() {
    return IntStream.range(0, 16);
  }

  /** Two bandwidths with four frequencies each: the features from 16 on are not the kernels'. */
  @ParameterizedTest
  @MethodSource("combinations")
  void shouldNameChartsAndTheirFeaturesInTheOrderOfTheVector(int combination) {
    // Given
    boolean linear = (combination & 1) > 0;
    boolean mean = (combination & 2) > 0;
    boolean spread = (combination & 4) > 0;
    boolean energy = (combination & 8) > 0;
    DriftSettings settings =
        DriftSettings.DEFAULTS
            .withBandwidths(new double[] {0.5, 2})
            .withFrequencies(4)
            .withMemories(new int[] {32, 512})
            .withLinear(linear)
            .withMean(mean)
            .withSpread(spread)
            .withEnergy(energy);
    int size = FeatureMap.size(settings, LATENTS);
    List<String> names = new ArrayList<>(List.of("kernel x0.5", "kernel x2"));
    List<int[]> parts =
        new ArrayList<>(
            List.of(new int[] {0, 2, 4, 6, 8, 10, 12, 14}, new int[] {1, 3, 5, 7, 9, 11, 13, 15}));
    List<String> plain = new ArrayList<>();
    List<int[]> features = new ArrayList<>();
    float[] sums = new float[size];
    int next = 16;
    if (linear) {
      plain.add("linear");
      features.add(new int[] {next, next + 1, next + 2});
      next += LATENTS;
    }
    if (mean) {
      sums[next + 1] = -5;
      plain.add("mean");
      features.add(new int[] {next + 1});
      next += LATENTS;
    }
    if (spread) {
      sums[next + 2] = 4;
      plain.add("spread");
      features.add(new int[] {next + 2});
    }
    if (energy) {
      plain.add("energy");
      features.add(new int[] {size - 1});
    }
    names.addAll(plain);
    parts.addAll(features);
    for (int i = 0; i < plain.size(); i++) {
      names.add(plain.get(i) + " with memory 32");
      names.add(plain.get(i) + " with memory 512");
      parts.add(features.get(i));
      parts.add(features.get(i));
    }

    // When
    List<Chart> charts = Chart.of(settings, LATENTS);

    // Then
    assertThat(charts).extracting(Chart::name).containsExactlyElementsOf(names);
    for (int i = 0; i < charts.size(); i++) {
      assertThat(charts.get(i).part(sums)).isEqualTo(parts.get(i));
      assertThat(charts.get(i).span(16))
          .isEqualTo(i < settings.charts() ? 16 : settings.memories()[(i - settings.charts()) % 2]);
    }
    assertThat(charts)
        .hasSize(settings.charts() + settings.plainCharts() * settings.memories().length);
  }
}
