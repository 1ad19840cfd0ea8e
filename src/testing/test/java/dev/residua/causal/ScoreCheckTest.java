package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.Scored;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreCheckTest {
  private static final int LATENTS = 4;

  @Test
  void shouldAcceptAScoreUnderTheLongestRule() {
    // Given
    String rule = "r".repeat(100) + "/" + Long.MAX_VALUE;
    // When / Then
    assertThat(rule).hasSize(ScoreCheck.MAX_RULE_CHARACTERS);
    assertThat(ScoreCheck.fault(Scored.nominal().rule(rule).frame(0), LATENTS, 0, node -> false))
        .isEmpty();
  }

  @Test
  void shouldRefuseARuleThatIsTooLong() {
    // When / Then
    assertThat(
            ScoreCheck.fault(
                Scored.nominal().rule("r".repeat(121)).frame(0), LATENTS, 0, node -> false))
        .hasValue("its rule has 121 characters, expected at most 120");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "../models", "line 3", "line-3\n"})
  void shouldRefuseWhatIsNoNameOfAScene(String scene) {
    // When / Then
    assertThat(ScoreCheck.fault(Scored.nominal().scene(scene).frame(0), LATENTS, 0, node -> false))
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .startsWith("its scene has %d characters, expected".formatted(scene.length())));
  }

  @Test
  void shouldRefuseASourceWithTheCharacterZero() {
    // When / Then
    assertThat(
            ScoreCheck.fault(
                Scored.nominal().source("cam1\0R0000").frame(0), LATENTS, 0, node -> false))
        .hasValueSatisfying(why -> assertThat(why).contains("the character 0"));
  }

  @Test
  void shouldRefuseASceneWhoseNameIsTooLong() {
    // When / Then
    assertThat(
            ScoreCheck.fault(
                Scored.nominal().scene("s".repeat(101)).frame(0), LATENTS, 0, node -> false))
        .hasValueSatisfying(why -> assertThat(why).startsWith("its scene has 101 characters"));
  }

  @Test
  void shouldAcceptWhatDependsOnAMissingVariableOrAnUnreadableLatent() {
    // Given a score whose last node is a variable that is missing, and node 1 depends on it
    float unknown = Float.NaN;
    ScoredFrame partial =
        Scored.nominal().residuals(0.1f, unknown, 0.2f, unknown).unknown(1, 3).frame(0);
    partial.latents()[1] = 0.5f;
    // When / Then
    assertThat(ScoreCheck.fault(partial, LATENTS, 1, node -> false)).isEmpty();
    // When the last node is a latent that cannot be read
    assertThat(ScoreCheck.fault(partial, LATENTS, 0, node -> false)).isEmpty();
    partial.latents()[3] = 0.5f; // the variable is there
    assertThat(ScoreCheck.fault(partial, LATENTS, 1, node -> false)).hasValueSatisfying(isNaN());
    partial.latents()[3] = unknown;
    partial.latents()[0] = unknown; // its p-value is known
    assertThat(ScoreCheck.fault(partial, LATENTS, 1, node -> false)).hasValueSatisfying(isNaN());
  }

  private static Consumer<String> isNaN() {
    return why -> assertThat(why).startsWith("a latent or residual is NaN");
  }
}
