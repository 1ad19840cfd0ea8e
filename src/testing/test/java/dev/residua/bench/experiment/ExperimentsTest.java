package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.simulation.NoiseKind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExperimentsTest {
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

  @Test
  void shouldRunEveryVariantOnceWithEverySeed() {
    for (Experiment experiment : Experiments.ALL) {
      // Given
      Scale scale = new Scale(1_000, 10, 100);

      // When
      List<Cell> cells = experiment.cells(SEEDS, scale);

      // Then
      Map<String, List<Long>> seeds =
          cells.stream()
              .collect(
                  Collectors.groupingBy(
                      Cell::variant, Collectors.mapping(Cell::seed, Collectors.toList())));
      assertThat(seeds).as(experiment.name()).isNotEmpty();
      seeds.forEach(
          (variant, of) ->
              assertThat(of)
                  .as("%s, %s", experiment.name(), variant)
                  .containsExactlyInAnyOrderElementsOf(SEEDS));
      // A log takes rows that continue with a colon for those of one cell.
      for (String one : seeds.keySet()) {
        assertThat(seeds.keySet()).noneMatch(other -> other.startsWith(one + ":"));
      }
    }
  }

  @Test
  void shouldBeCalledByDistinctNamesThatSayWhatFor() {
    // Given
    // When
    Map<String, String> all = ExperimentRun.all();
    // Then
    assertThat(all).hasSize(Experiments.ALL.size()).containsKey("oracle-free");
    assertThat(all.keySet()).allMatch(name -> name.matches("[a-z-]+"));
    assertThat(all.values()).allMatch(purpose -> purpose.endsWith("."));
  }

  @Test
  void shouldKeepDataOfDifferentSpecificationsApart() {
    // Given specifications of which no two are the same, each differing in one component
    DataSpec usual = DataSpec.usual("pendulum", 1_000, 1);
    List<DataSpec> specs =
        List.of(
            usual,
            DataSpec.usual("flow", 1_000, 1),
            DataSpec.usual("pendulum", 1_001, 1),
            DataSpec.usual("pendulum", 1_000, 2),
            usual.withKind(NoiseKind.MULTIPLICATIVE),
            usual.withNoiseFactor(0.5),
            usual.withCommissioning(0.2),
            usual.withHolds(0.2),
            usual.withSides(192, 64),
            usual.fresh(1_000));

    // When
    Set<String> folders = new HashSet<>();
    specs.forEach(spec -> folders.add(spec.folder()));

    // Then
    assertThat(folders).hasSize(specs.size());
    assertThat(folders).allMatch(name -> name.matches("[a-zA-Z0-9._-]+"));
    assertThat(DataSpec.usual("pendulum", 1_000, 1).folder()).isEqualTo(usual.folder());
    // And one set of large frames serves all smaller sizes
    assertThat(usual.withSides(192, 96).folder()).isEqualTo(usual.withSides(192, 64).folder());
  }

  @Test
  void shouldScaleTheNoiseAndDrawFreshFramesOfTheSameDistribution() {
    // Given
    DataSpec spec = DataSpec.usual("pendulum", 1_000, 1).withNoiseFactor(0.5).withHolds(0.2);
    // When
    DataSpec fresh = spec.fresh(300);
    // Then
    assertThat(spec.noise()).containsExactly(0.25, 0.2);
    assertThat(fresh.noise()).isEqualTo(spec.noise());
    assertThat(fresh.seed()).isNotEqualTo(spec.seed());
    assertThat(fresh.holds()).isZero();
    assertThat(fresh.scenario().seed()).isEqualTo(fresh.seed());
  }
}
