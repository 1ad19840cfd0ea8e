package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class SourceGlobTest {
  @Property(seed = "7", tries = 5_000)
  void shouldMatchWhatItsRegularExpressionMatches(
      @ForAll @StringLength(min = 1, max = 8) @Chars({'a', 'b', '*', '?', '.', '/'}) String glob,
      @ForAll @StringLength(max = 10) @CharRange(from = 'a', to = 'b') @Chars({'.', '/'})
          String name) {
    // Given
    StringBuilder twin = new StringBuilder();
    for (char c : glob.toCharArray()) {
      twin.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }

    // When
    boolean matches = new SourceGlob(glob).matches(name);

    // Then
    assertThat(matches).isEqualTo(Pattern.matches(twin.toString(), name));
  }

  @Test
  void shouldMatchFoldersOfSources() {
    assertThat(new SourceGlob("line3/*").matches("line3/cam/1")).isTrue();
    assertThat(new SourceGlob("line3/*").matches("line30/cam")).isFalse();
    assertThat(new SourceGlob("line?/*").literals()).isEqualTo(5);
  }

  @Test
  void shouldMatchInBoundedTime() {
    // Given
    SourceGlob worst = new SourceGlob("*a".repeat(100) + "b");

    // When
    boolean matches = worst.matches("a".repeat(255));

    // Then
    assertThat(matches).isFalse();
  }

  @Test
  void shouldRefuseAPatternThatIsTooLong() {
    assertThatThrownBy(() -> new SourceGlob("x".repeat(256)))
        .hasMessageContaining("1 to 255 characters")
        .hasMessageContaining("256");
  }
}
