package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DynamicSystemTest {
  private static final int SIZE = 8;

  @Test
  void shouldHaveOneEdgePerPairAndNoCycleWithoutDelay() {
    for (long seed = 1; seed <= 30; seed++) {
      // When
      List<DynamicSystem.Edge> edges = DynamicSystem.random(1_000_003 * seed, SIZE).edges();
      // Then
      assertThat(edges.stream().map(e -> e.from() * SIZE + e.to())).doesNotHaveDuplicates();
      assertThat(edges).allMatch(e -> e.from() != e.to() && e.delay() <= DynamicSystem.MAX_DELAY);
      assertThat(edges).allMatch(e -> e.from() < e.to() || e.delay() > 0);
    }
  }

  @Test
  void shouldGiveEqualBoundedReadingsForEqualSeeds() {
    for (long seed = 1; seed <= 10; seed++) {
      // Given
      DynamicSystem system = DynamicSystem.random(1_000_003 * seed, SIZE);
      // When
      double[][] readings = system.readings(3, 3_000);
      double[][] again = DynamicSystem.random(1_000_003 * seed, SIZE).readings(3, 3_000);
      // Then
      assertThat(again).isDeepEqualTo(readings);
      assertThat(Arrays.stream(readings).flatMapToDouble(Arrays::stream))
          .allMatch(value -> Math.abs(value) < 100);
    }
  }
}
