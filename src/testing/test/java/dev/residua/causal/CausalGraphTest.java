package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class CausalGraphTest {
  private static final List<String> NAMES = List.of("shadow_length", "light", "pendulum");

  private static CausalGraph graph() {
    boolean[][] edges = new boolean[3][3];
    edges[1][0] = true;
    edges[2][0] = true;
    return CausalGraph.of(NAMES, edges);
  }

  @Test
  void shouldPutCausesBeforeTheirEffects() {
    // When
    int[] order = graph().order();
    // Then
    assertThat(order).containsExactly(1, 2, 0);
  }

  @Test
  void shouldNameTheParents() {
    // When
    CausalGraph graph = graph();
    // Then
    assertThat(graph.parentNames(0)).containsExactly("light", "pendulum");
    assertThat(graph.isRoot(1)).isTrue();
    assertThat(graph.spokenName(0)).isEqualTo("shadow length");
    assertThat(graph).hasToString("light -> shadow_length, pendulum -> shadow_length");
  }

  @Test
  void shouldKnowDirectAndIndirectCauses() {
    // Given
    boolean[][] edges = new boolean[3][3];
    edges[2][1] = true;
    edges[1][0] = true;
    // When
    CausalGraph chain = CausalGraph.of(NAMES, edges);
    // Then
    assertThat(chain.isAncestor(2, 0)).isTrue();
    assertThat(chain.isAncestor(2, 1)).isTrue();
    assertThat(chain.isAncestor(0, 2)).isFalse();
    assertThat(chain.isAncestor(1, 1)).isFalse();
  }

  @Test
  void shouldRefuseACycleAndNameItsEdges() {
    // Given
    boolean[][] edges = new boolean[3][3];
    edges[0][1] = true;
    edges[1][0] = true;
    // Then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CausalGraph.of(NAMES, edges))
        .withMessageContaining("cycle")
        .withMessageContaining("light -> shadow_length");
  }

  @Test
  void shouldNotChangeWithTheArraysItWasMadeFrom() {
    // Given
    boolean[][] edges = new boolean[3][3];
    CausalGraph graph = CausalGraph.of(NAMES, edges);
    // When
    edges[0][1] = true;
    // Then
    assertThat(graph.hasEdge(0, 1)).isFalse();
  }
}
