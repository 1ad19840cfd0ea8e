package dev.residua.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTokensTest {
  private static final String HASH = "0".repeat(64);

  @Test
  void shouldKnowThePersonOfATokenByItsLine() {
    // Given
    Grants grants = Grants.parse("viewer,operator:site=north side");
    String line = AccessTokens.line("kim", "secret", grants);
    // When
    AccessTokens tokens = AccessTokens.parse("# people\n\n  " + line + "\n");
    // Then
    assertThat(line).doesNotContain("secret");
    assertThat(tokens.person("secret")).contains(new Person("kim", grants));
    assertThat(tokens.person("secret2")).isEmpty();
    assertThat(tokens.person(line.split(" ")[1])).as("the hash is no token").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "kim; expected a name",
        "kim HASH; expected a name",
        "kim secret viewer; expected a name",
        "kim HASH admin; role must be one of",
        "-kim HASH viewer; the name '-kim'",
        "kim HASH viewer\\nlee HASH viewer; line 2: the same token"
      })
  void shouldNameTheLineThatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> AccessTokens.parse(text.replace("HASH", HASH).replace("\\n", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line ")
        .hasMessageContaining(problem)
        .hasMessageNotContaining(HASH);
  }
}
