package dev.residua.training.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.testing.AdditiveNoise;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphConstraintsTest {
  private static final List<String> NAMES = List.of("a", "b", "c");

  private static boolean[][] cells(int... pairs) {
    boolean[][] cells = new boolean[3][3];
    for (int i = 0; i < pairs.length; i += 2) {
      cells[pairs[i]][pairs[i + 1]] = true;
    }
    return cells;
  }

  @Test
  void shouldBeCompleteForAWholeGraph() {
    // Given
    GraphConstraints known = GraphConstraints.exactly(AdditiveNoise.graph());
    // When
    // Then
    assertThat(known.complete()).isTrue();
    assertThat(known.empty()).isFalse();
    assertThat(known.graph()).isEqualTo(AdditiveNoise.graph());
    assertThat(GraphConstraints.none(NAMES).complete()).isFalse();
    assertThat(GraphConstraints.none(NAMES).empty()).isTrue();
  }

  @Test
  void shouldNameWhatContradictsItself() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GraphConstraints(NAMES, cells(0, 1), cells(0, 1), cells()))
        .withMessage("the edge a -> b is both required and forbidden");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GraphConstraints(NAMES, cells(0, 1, 1, 0, 1, 2), cells(), cells()))
        .withMessage("the required edges form a cycle: a -> b, b -> a");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GraphConstraints(NAMES, cells(0, 1, 1, 2), cells(), cells(2, 0)))
        .withMessage("the required edges contradict the order: a -> b, b -> c, c -> a");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GraphConstraints(NAMES, cells(), new boolean[2][2], cells()))
        .withMessage("forbidden has 2 rows, expected one for each of the 3 latents");
  }

  @Test
  void shouldForbidEdgesIntoClosedNodesUnlessTheyAreRequired() {
    // Given
    List<String> names = List.of("colour", "shape", "size");
    boolean[][] required = new boolean[3][3];
    required[2][0] = true;
    GraphConstraints known =
        new GraphConstraints(names, required, new boolean[3][3], new boolean[3][3]);
    // When
    GraphConstraints closed = known.withoutEdgesInto(new boolean[] {true, true, false});
    GraphConstraints all =
        GraphConstraints.none(names).withoutEdgesInto(new boolean[] {true, true, true});
    // Then
    assertThat(closed.required()[2][0]).isTrue();
    assertThat(closed.forbidden()[2][0]).isFalse();
    assertThat(closed.forbidden()[1][0]).isTrue();
    assertThat(closed.forbidden()[2][1]).isTrue();
    assertThat(closed.forbidden()[0][2]).isFalse();
    assertThat(all.complete()).isTrue();
    assertThat(all.graph().edgeList()).isEmpty();
  }
}
