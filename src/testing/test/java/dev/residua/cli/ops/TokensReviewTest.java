package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensReviewTest {
  private static final Path FILE = Path.of("tokens.txt");

  private static AccessTokens tokens(String... grants) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < grants.length; i++) {
      text.append(AccessTokens.line("person" + i, "token " + i, Grants.parse(grants[i])))
          .append('\n');
    }
    return AccessTokens.parse(text.toString());
  }

  private static List<Finding> permissions(String text) {
    return TokensReview.permissions(FILE, PosixFilePermissions.fromString(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------", "r--r-----"})
  void shouldAcceptAFileOfItsOwnerAndGroup(String text) {
    assertThat(permissions(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw-----w-"})
  void shouldWarnOfAFileThatOthersReadOrWrite(String text) {
    assertThat(permissions(text))
        .singleElement()
        .satisfies(one -> assertThat(one.text()).contains("tokens.txt", text))
        .extracting(Finding::next)
        .isEqualTo("allow its owner only with: chmod 600 tokens.txt");
  }

  @Test
  void shouldWarnIfNobodyOwnsEverything() {
    assertThat(TokensReview.people(tokens("operator", "owner:scene=pumps"), false))
        .singleElement()
        .extracting(Finding::text)
        .asString()
        .contains("nobody is an owner");
    assertThat(TokensReview.people(tokens("operator", "owner"), false)).isEmpty();
    assertThat(TokensReview.people(tokens("operator"), true)).isEmpty();
  }

  @Test
  void shouldWarnOfAFileWithoutTokens() {
    assertThat(TokensReview.people(tokens(), true))
        .singleElement()
        .extracting(Finding::text)
        .isEqualTo("the file has no token");
  }

  @Test
  void shouldNameGrantsInScopesThatNoRuleHas() {
    // Given
    SourceRules rules =
        new SourceRules(
            List.of(
                SourceRule.of("north", "pumps/*")
                    .with(r -> r.scene("pumps").labels(Map.of("site", "north")))));

    // When
    List<Finding> findings =
        TokensReview.scopes(
            tokens(
                "operator:scene=pumps,viewer:site=north,viewer:scene=default,owner",
                "operator:scene=pump",
                "viewer:site=south"),
            rules);

    // Then
    assertThat(findings)
        .extracting(Finding::text)
        .containsExactlyInAnyOrder(
            "person1 has the grant operator:scene=pump, but no rule has this scene",
            "person2 has the grant viewer:site=south, but no rule has this label");
    assertThat(findings)
        .extracting(Finding::next)
        .containsExactlyInAnyOrder(
            "correct the grant, or add a rule; there are: default, pumps",
            "correct the grant, or add a rule; there are: site=north");
  }

  @Test
  void shouldSayHowToLabelWhereNothingIsLabelled() {
    assertThat(TokensReview.scopes(tokens("viewer:site=north"), SourceRules.EMPTY))
        .singleElement()
        .extracting(Finding::next)
        .asString()
        .contains("residua source set");
  }
}
