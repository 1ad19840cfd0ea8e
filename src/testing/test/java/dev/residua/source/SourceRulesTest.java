package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SourceRulesTest {
  private static final String[] GLOBS = {
    "*", "line?/*", "line1/*", "line1/cam*", "*cam1", "line1/cam1", "line2/*", "line2/?am1"
  };
  private static final String[] SOURCES = {
    "line1/cam1", "line1/cam2", "line2/cam1", "line2/x", "cam1", "other"
  };

  /** The twin compares every pair of rules and searches their latest revisions first. */
  @Property(seed = "3", tries = 500)
  void shouldChooseWhatNoOtherMatchingRuleIsBefore(@ForAll @LongRange(max = 1L << 40) long seed) {
    // Given
    Random random = new Random(seed);
    List<SourceRule> revisions = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      for (int revision = 1 + random.nextInt(3); revision > 0; revision--) {
        boolean removed = random.nextInt(5) == 0;
        int number = revision;
        int priority = random.nextInt(2);
        revisions.add(
            SourceRule.of("r" + i, GLOBS[random.nextInt(GLOBS.length)])
                .with(rule -> rule.revision(number).removed(removed).priority(priority)));
      }
    }

    // When
    SourceRules rules = new SourceRules(revisions);

    // Then
    for (int repetition = 0; repetition < 2; repetition++) { // the second is cached
      for (String source : SOURCES) {
        assertThat(rules.of(source)).isEqualTo(twin(revisions, source));
      }
    }
  }

  private static SourceRule twin(List<SourceRule> revisions, String source) {
    SourceRule best = SourceRule.DEFAULTS;
    for (SourceRule rule : revisions) {
      boolean latest =
          revisions.stream()
              .noneMatch(r -> r.id().equals(rule.id()) && r.revision() > rule.revision());
      if (latest && !rule.removed() && rule.match().matches(source) && before(rule, best)) {
        best = rule;
      }
    }
    return best;
  }

  private static boolean before(SourceRule one, SourceRule other) {
    int literals =
        one.match().text().replaceAll("[*?]", "").length()
            - other.match().text().replaceAll("[*?]", "").length();
    if (other == SourceRule.DEFAULTS || literals != 0) {
      return other == SourceRule.DEFAULTS || literals > 0;
    }
    return one.priority() != other.priority()
        ? one.priority() > other.priority()
        : one.id().compareTo(other.id()) < 0;
  }

  @Test
  void shouldGiveTheInstallationsSettingsWhereNoRuleMatches() {
    // Given
    SourceRules rules = new SourceRules(List.of(SourceRule.of("a", "line1/*")));

    // When
    SourceRule rule = rules.of("other");

    // Then
    assertThat(rule).isSameAs(SourceRule.DEFAULTS);
    assertThat(rule.scene()).isEqualTo("default");
    assertThat(rules.revision("")).contains(SourceRule.DEFAULTS);
  }

  @Test
  void shouldFindEveryRevisionByItsKey() {
    // Given
    SourceRule first = SourceRule.of("a", "x").with(rule -> rule.revision(1));
    SourceRule removal = first.with(rule -> rule.revision(2).removed(true));

    // When
    SourceRules rules = new SourceRules(List.of(removal, first));

    // Then
    assertThat(rules.revision("a/1")).contains(first);
    assertThat(rules.revision("a/3")).isEmpty();
    assertThat(rules.of("x")).isSameAs(SourceRule.DEFAULTS);
    assertThat(rules.rule("a")).isEmpty();
  }

  @Test
  void shouldKeepRevisionsThatStoredFramesMayReferTo() {
    // Given
    Instant noon = Instant.parse("2026-11-26T12:00:00Z");
    SourceRule rule = SourceRule.of("a", "x").withRevision(1);
    SourceRules rules =
        new SourceRules(
            List.of(
                rule.withChangedAt(noon),
                rule.with(r -> r.revision(2).changedAt(noon.plusSeconds(60))),
                rule.with(r -> r.revision(3).changedAt(noon.plusSeconds(120)).removed(true)),
                rule.with(r -> r.id("b").changedAt(noon))));

    // When
    List<String> early = rules.expired(noon.plusSeconds(60));
    List<String> later = rules.expired(noon.plusSeconds(61));
    List<String> last = rules.expired(noon.plusSeconds(121));

    // Then
    assertThat(early).isEmpty();
    assertThat(later).containsExactly("a/1");
    assertThat(last).containsExactly("a/1", "a/2", "a/3");
  }

  @Test
  void shouldIgnoreRulesBeyondTheMost() {
    // Given
    List<SourceRule> many =
        IntStream.range(0, SourceRules.MAX_RULES + 5)
            .mapToObj(i -> SourceRule.of("r%05d".formatted(i), "s" + i))
            .toList();

    // When
    SourceRules rules = new SourceRules(many);

    // Then
    assertThat(rules.rules()).hasSize(SourceRules.MAX_RULES);
    assertThat(rules.of("s" + SourceRules.MAX_RULES)).isSameAs(SourceRule.DEFAULTS);
  }

  @Test
  void shouldAnswerTheSameAfterItForgotWhatItFound() {
    // Given
    SourceRules rules = new SourceRules(List.of(SourceRule.of("a", "s1*")));
    SourceRule before = rules.of("s1");

    // When
    IntStream.range(0, SourceRules.CACHED_SOURCES + 1).forEach(i -> rules.of("s" + i));

    // Then
    assertThat(rules.of("s1")).isEqualTo(before);
  }

  @Test
  void shouldExplainWhichOfTwoRulesWins() {
    SourceRule wide = SourceRule.of("b", "line1/*");
    SourceRule narrow = SourceRule.of("a", "line1/cam*");
    SourceRule urgent = wide.with(rule -> rule.id("c").priority(5));

    assertThat(SourceRules.whyBefore(narrow, wide))
        .isEqualTo("9 literal characters in 'line1/cam*', 6 in 'line1/*'");
    assertThat(SourceRules.whyBefore(urgent, wide)).isEqualTo("priority 5, against 0");
    assertThat(SourceRules.whyBefore(wide.with(rule -> rule.id("a")), wide))
        .isEqualTo("the first id, 'a' before 'b'");
  }

  @Test
  void shouldRefuseSettingsOutOfTheirRange() {
    SourceRule rule = SourceRule.of("a", "x");

    assertThatThrownBy(() -> rule.withFalseAlarmsPerWeek(0.0))
        .hasMessageContaining("source rule 'a': falseAlarmsPerWeek was '0.0'; expected");
    assertThatThrownBy(() -> rule.withFramesPerSecond(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> rule.withSilentAfter(Duration.ofMillis(10)))
        .hasMessageContaining("expected PT1S");
    assertThatThrownBy(() -> rule.withLabels(Map.of("severity", "low")))
        .hasMessageContaining("labels was 'severity'");
    assertThatThrownBy(() -> rule.withLabels(Map.of("site", "a\nb")))
        .hasMessageContaining("labels.site");
    assertThatThrownBy(() -> rule.withScene("a b")).hasMessageContaining("a scene has a name");
    assertThatThrownBy(() -> rule.withId("a/b")).hasMessageContaining("the id of a rule");
  }

  @Test
  void shouldCompareSettingsWithoutTheirAuthor() {
    // Given
    SourceRule rule = SourceRule.of("a", "x").withLabels(Map.of("site", "A"));

    // When
    SourceRule later = rule.with(r -> r.revision(9).by("kim"));

    // Then
    assertThat(later.sameSettings(rule)).isTrue();
    assertThat(later.withEnabled(false).sameSettings(rule)).isFalse();
  }
}
