package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.training.LancaSettings.Cooling;
import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettings.FixedGraph;
import dev.residua.training.LancaSettings.GraphSettings;
import dev.residua.training.LancaSettings.Normalize;
import dev.residua.training.LancaSettings.OrderRelaxation;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LancaOptionTest {
  private static final boolean[][] EDGES = {{false, true}, {false, false}};

  private static LancaSettings change(Map<String, String> values) {
    return LancaOption.change(LancaSettings.DEFAULTS, values, 2, EDGES);
  }

  @Test
  void shouldSetEveryComponent() {
    // Given a value other than the default for each option
    Map<String, String> values = new LinkedHashMap<>();
    values.put("encoder", "variational");
    values.put("divergence-weight", "2");
    values.put("causal-terms", "off");
    values.put("prior", "standard-normal");
    values.put("mmd-weight", "3");
    values.put("structural", "pixels");
    values.put("structural-weight", "4");
    values.put("exchange-weight", "5");
    values.put("reconstruct-labelled", "off");
    values.put("fixed-graph", "given");
    values.put("order", "gumbel-sinkhorn");
    values.put("edge-prior", "0.2");
    values.put("edge-weight", "0.3");
    values.put("warm-from", "0.6");
    values.put("warm-to", "0.9");
    values.put("order-temperature", "0.4");
    values.put("edge-temperature", "0.5");
    values.put("order-rate", "0.002");
    values.put("edge-rate", "0.001");
    values.put("harden-from", "0.8");
    values.put("normalize", "always");

    // When
    LancaSettings changed = change(values);

    // Then
    assertThat(changed)
        .isEqualTo(
            new LancaSettings(
                Encoder.VARIATIONAL,
                2,
                false,
                ResidualPrior.STANDARD_NORMAL,
                3,
                StructuralTerm.PIXELS,
                4,
                new GraphSettings(
                    new FixedGraph(EDGES),
                    OrderRelaxation.GUMBEL_SINKHORN,
                    0.2,
                    0.3,
                    0.6,
                    0.9,
                    new Cooling(1, 0.4, 0.75),
                    new Cooling(1, 0.5, 0.75),
                    0.002,
                    0.001,
                    0.8),
                5,
                false,
                Normalize.ALWAYS));
    assertThat(values).hasSize(LancaOption.values().length);
  }

  @Test
  void shouldReadBackWhatItShows() {
    // Given the values of changed settings, as a manifest records them
    LancaSettings changed =
        LancaSettings.DEFAULTS.with(
            c -> {
              c.encoder(Encoder.VARIATIONAL);
              c.structural(StructuralTerm.NONE);
              c.causalTerms(false);
              c.graph(c.graph().with(g -> g.edgeTemperature(new Cooling(1, 0.3, 0.75))));
            });
    Map<String, String> shown = new LinkedHashMap<>();
    for (LancaOption option : LancaOption.values()) {
      shown.put(option.key(), option.of(changed));
    }

    // When
    LancaSettings read = change(shown);

    // Then
    assertThat(read).isEqualTo(changed);
    assertThat(shown).containsEntry("structural", "none").containsEntry("fixed-graph", "none");
  }

  @Test
  void shouldShowAFixedGraphByItsEdges() {
    assertThat(LancaOption.FIXED_GRAPH.of(change(Map.of("fixed-graph", "given"))))
        .isEqualTo("[0 -> 1]");
    assertThat(LancaOption.FIXED_GRAPH.of(change(Map.of("fixed-graph", "empty"))))
        .isEqualTo("empty");
  }

  @Test
  void shouldListAllowedValues() {
    refused(Map.of("encodr", "x"))
        .hasMessageContaining("'encodr' is not a setting of the method, there are encoder, div")
        .hasMessageContaining("harden-from");
    refused(Map.of("structural", "fit"))
        .hasMessage(
            "structural=fit is not known, allowed are none|log-variance|structural-fit|pixels");
    refused(Map.of("causal-terms", "yes")).hasMessageContaining("allowed are on|off");
    refused(Map.of("mmd-weight", "much")).hasMessage("mmd-weight must be a number but was 'much'");
    refused(Map.of("mmd-weight", "-1")).hasMessageContaining("at least 0 but was -1.0");
    refused(Map.of("edge-temperature", "2"))
        .hasMessageContaining("edge-temperature=2 is not above");
    refused(Map.of("edge-rate", "0.5")).hasMessageContaining("orderRate must be above edgeRate");
    assertThatThrownBy(
            () ->
                LancaOption.change(LancaSettings.DEFAULTS, Map.of("fixed-graph", "given"), 2, null))
        .hasMessageContaining("needs a whole graph that is given, allowed are none|empty|given");
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
      Map<String, String> values) {
    return assertThatThrownBy(() -> change(values)).isInstanceOf(IllegalArgumentException.class);
  }
}
