package dev.residua.renewal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GateVerdictTest {
  private static GateVerdict verdict(double leakage) {
    Figures candidate = Figures.candidate();
    candidate.estimatedLeakage = leakage;
    return Gate.decide(
        GatePolicy.DEFAULTS, Figures.champion().examination(), candidate.examination());
  }

  @Test
  void shouldReadWhatItWrote() {
    // Given figures that JSON has no numbers for
    GateVerdict verdict = verdict(Double.POSITIVE_INFINITY);
    // When
    GateVerdict read = GateVerdict.fromJson(verdict.toJson());
    // Then
    assertThat(read).isEqualTo(verdict);
    assertThat(new String(verdict.toJson(), StandardCharsets.UTF_8))
        .contains("\"promoted\" : false", "\"rule\" : \"MONITORABILITY\"");
  }

  @Test
  void shouldExplainEachRuleInOneLine() {
    // When
    String text = verdict(0.9).toText();
    // Then
    assertThat(text.lines()).hasSize(2 + GateRule.values().length);
    assertThat(text)
        .startsWith(
            "refused: candidate does not replace champion, an offset of one latent leaks 0.90 of its size to the others' residuals, with the champion 0.20, at most 0.50 (and 1 more)");
    assertThat(text).contains("  REFUSED  monitorability  an offset");
    assertThat(text).contains("  ok       memory          its entries have 1,000 bytes");
  }

  @Test
  void shouldRefuseWhatIsNoVerdict() {
    for (String json : new String[] {"", "[]", "{}", "{\"version\": 2, \"rulings\": []}"}) {
      assertThatThrownBy(() -> GateVerdict.fromJson(json.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "these %d bytes are not a verdict of the gate: ".formatted(json.length()));
    }
  }

  @Test
  void shouldRefuseAVerdictThatLacksARule() {
    String json =
        new String(verdict(0.9).toJson(), StandardCharsets.UTF_8)
            .replace("\"rule\" : \"MEMORY\"", "\"rule\" : \"SPEED\"");
    assertThatThrownBy(() -> GateVerdict.fromJson(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected version 1 with one ruling for each of");
  }
}
