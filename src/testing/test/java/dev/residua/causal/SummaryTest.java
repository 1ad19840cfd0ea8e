package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.testing.Headlines;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static String headline(String format, String... values) {
    return Summary.of("explanation", format, values).headline();
  }

  @Test
  void shouldBeginWithACapitalLetterAndKeepShortNames() {
    assertThat(headline("%s is off by %s", "level", "-1.7")).isEqualTo("Level is off by -1.7");
    assertThat(headline("%s follows its causes only 70 %%", "shadow position"))
        .isEqualTo("Shadow position follows its causes only 70 %");
  }

  @Test
  void shouldShortenTheLongestValueAndNoOther() {
    assertThat(headline("%s is off by %s", "distance of the left valve ".repeat(5), "-1.7 cm"))
        .hasSize(80)
        .startsWith("Distance of the left valve distance")
        .endsWith("… is off by -1.7 cm");
    assertThat(headline("%s no longer follows %s", "a".repeat(100), "b".repeat(100)))
        .hasSize(80)
        .containsPattern("Aa{20,}… no longer follows b{20,}…");
  }

  @Test
  void shouldFitWithAnyValues() {
    for (String name : Headlines.NAMES) {
      for (String other : Headlines.NAMES) {
        Headlines.assertHeadline(Summary.of("e", "%s no longer follows %s", name, other));
        Headlines.assertHeadline(
            Summary.of("e", "%s is at %s, out of its known range", name, other));
      }
    }
  }

  @Test
  void shouldRefuseAHeadlineThatIsLongOrEmptyOrHasTwoLines() {
    for (String wrong : new String[] {"", " ", "a".repeat(81), "two\nlines", " x"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Summary(wrong, "explanation"))
          .withMessageContaining("a headline must be one line of 1 to 80 characters");
    }
    assertThat(new Summary("a".repeat(80), "").headline()).hasSize(80);
  }
}
