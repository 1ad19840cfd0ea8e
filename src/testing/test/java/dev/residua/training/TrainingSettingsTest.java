package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.training.LancaSettings.Cooling;
import dev.residua.training.LancaSettings.FixedGraph;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {
  private static final boolean[][] CHAIN = {
    {false, false, false}, {true, false, false}, {false, true, false}
  };

  @Test
  void shouldChangeOnlyWhatIsNamed() {
    // Given
    TrainingSettings settings = TrainingSettings.DEFAULTS;
    // When
    TrainingSettings changed =
        settings.withSteps(7).withLanca(c -> c.mmdWeight(0)).with(c -> c.stopAt(3));
    // Then
    assertThat(changed.steps()).isEqualTo(7);
    assertThat(changed.stopAt()).isEqualTo(3);
    assertThat(changed.lanca().mmdWeight()).isZero();
    assertThat(
            changed
                .withSteps(settings.steps())
                .with(
                    c -> {
                      c.stopAt(Integer.MAX_VALUE);
                      c.lanca(LancaSettings.DEFAULTS);
                    }))
        .isEqualTo(settings);
  }

  @Test
  void shouldNameTheSettingThatIsOutOfRange() {
    // Given
    // When
    // Then
    refusedBy(c -> c.lanca(c.lanca().with(l -> l.mmdWeight(-1))))
        .hasMessage("mmdWeight must be at least 0 but was -1.0");
    refusedBy(c -> c.lanca(c.lanca().with(l -> l.structuralWeight(Double.NaN))))
        .hasMessageContaining("structuralWeight");
    refusedBy(c -> c.stopAt(0)).hasMessageContaining("stopAt");
    refusedBy(graph(g -> g.orderRate(1e-3)))
        .hasMessageContaining("orderRate must be above edgeRate")
        .hasMessageContaining("0.001 against 0.003");
    refusedBy(graph(g -> g.hardenFrom(0))).hasMessageContaining("hardenFrom");
    refusedBy(graph(g -> g.edgePrior(1))).hasMessageContaining("edgePrior");
    refusedBy(graph(g -> g.warmFrom(0.6))).hasMessageContaining("warmFrom was 0.6");
    refusedBy(graph(g -> g.edgeTemperature(new Cooling(0.1, 1, 0.5))))
        .hasMessageContaining("from 0.1 to 1.0");
    refusedBy(graph(g -> g.fixed(new FixedGraph(new boolean[3][3]))))
        .hasMessage("the fixed graph is over 3 latents but latents was 4");
  }

  @Test
  void shouldRefuseAGraphWithACycle() {
    // Given
    boolean[][] edges = {{false, true}, {true, false}};
    // When
    // Then
    assertThatThrownBy(() -> new FixedGraph(edges))
        .hasMessage("the fixed graph has a cycle: edges [0 -> 1, 1 -> 0]");
    assertThatThrownBy(() -> new FixedGraph(new boolean[][] {{false}, {true}}))
        .hasMessageContaining("row 0 of the fixed graph has 1 cells, expected 2");
  }

  @Test
  void shouldOrderAFixedGraphCausesFirst() {
    // Given 2 -> 1 -> 0
    FixedGraph graph = new FixedGraph(CHAIN);
    // When
    int[] order = graph.order();
    // Then
    assertThat(order).containsExactly(2, 1, 0);
    assertThat(graph).isEqualTo(new FixedGraph(CHAIN)).hasToString("[1 -> 0, 2 -> 1]");
  }

  @Test
  void shouldCoolGeometricallyAndThenStay() {
    // Given
    Cooling cooling = new Cooling(1, 0.01, 0.5);
    // When
    // Then
    assertThat(cooling.at(0)).isEqualTo(1);
    assertThat(cooling.at(0.25)).isCloseTo(0.1, Assertions.within(1e-12));
    assertThat(cooling.at(0.9)).isCloseTo(0.01, Assertions.within(1e-12));
  }

  private static Consumer<TrainingSettingsBuilder> graph(Consumer<GraphSettingsBuilder> change) {
    return c -> c.lanca(c.lanca().with(l -> l.graph(l.graph().with(change))));
  }

  private static AbstractThrowableAssert<?, ?> refusedBy(Consumer<TrainingSettingsBuilder> change) {
    return assertThatThrownBy(() -> TrainingSettings.DEFAULTS.with(change))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
