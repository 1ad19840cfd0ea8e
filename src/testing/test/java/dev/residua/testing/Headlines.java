package dev.residua.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Summary;
import java.util.List;

/** Names that are hard to show in a headline, and the rules of headlines. */
public final class Headlines {
  /** Short, long, with pairs of characters, line breaks and a full stop at the end. */
  public static final List<String> NAMES =
      List.of(
          "x",
          "distance_of_the_left_valve_to_the_right_valve_of_the_second_pump",
          "a".repeat(1_000),
          "🔥".repeat(100),
          "two\nlines\r\nand\ta tab\u2028",
          "temp.");

  private Headlines() {}

  /** Asserts the rules of headlines, and that the explanation has what the headline leaves out. */
  public static void assertHeadline(Summary summary) {
    String headline = summary.headline();
    assertThat(headline)
        .hasSizeLessThanOrEqualTo(80)
        .doesNotContainPattern("[\\p{Cntrl}\\u2028]")
        .doesNotContainPattern("\\d (standard (deviations|errors)|sd\\b)")
        .doesNotContain("correlation", "p-value", "residual", "latent")
        .doesNotEndWith(".")
        .isEqualTo(headline.strip());
    int first = headline.codePointAt(0);
    assertThat(Character.isLowerCase(first)).as(headline).isFalse();
    assertThat(headline.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF))
        .as("whole characters: %s", headline)
        .isTrue();
  }
}
