package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class PictureLinksTest {
  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("light", "shadow length"), new boolean[][] {{false, true}, {false, false}});

  private static List<Finding.Reading> readings(float observed) {
    return List.of(
        new Finding.Reading("light", observed, 0),
        new Finding.Reading("shadow length", 2, -1.23456f));
  }

  @Test
  void shouldLinkWhatTheCausesExplainAndEachDeviation() {
    // Given
    List<Finding.Cause> causes =
        List.of(new Finding.Cause("shadow length", List.of("light"), 4, 0.001, 1));
    // When and then the root is as it was seen
    assertThat(PictureLinks.of("m 1", GRAPH, readings(0.5f), causes))
        .containsExactly(
            java.util.Map.entry(
                "expected", "/api/pictures/decoded?model=m+1&latents=0.5000,-1.2346"),
            java.util.Map.entry(
                "heatmap:shadow length",
                "/api/pictures/heatmap?model=m+1&observed=0.5000,2.0000&expected=0.0000,-1.2346&latent=shadow+length"));
  }

  @Test
  void shouldLinkNothingWhereThereIsNoNumber() {
    assertThat(PictureLinks.of("m 1", GRAPH, readings(Float.NaN), List.of())).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureLinks.of("m 1", GRAPH, readings(1).subList(0, 1), List.of()))
        .withMessage("1 readings of a graph with 2 latents");
  }
}
