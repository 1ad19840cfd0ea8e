package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedBudgetsTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

  private static SourceRule shared(String id, String match) {
    return SourceRule.SETTINGS
        .apply(SourceRule.of(id, match), Map.of("budget", "shared", "falseAlarmsPerWeek", 2))
        .withRevision(1);
  }

  private static List<String> sources(String prefix, int number) {
    return IntStream.range(0, number).mapToObj(i -> prefix + i).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1", "0, 1, 1", "0, 2, 2", "0, 3, 4", "0, 5, 8", "0, 500, 512", "0, 512, 512",
    "4, 5, 8", "8, 5, 8", "8, 4, 8", "8, 3, 4", "8, 1, 1", "512, 256, 512", "512, 192, 256",
    "0, 9000000, 1048576"
  })
  void shouldDivideInStepsOfTwoAndFollowFewerSourcesLater(int before, long sources, int divisor) {
    assertThat(SharedBudgets.divisor(before, sources)).isEqualTo(divisor);
  }

  @Test
  void shouldNeverGiveMoreThanTheBudgetNorChangeForASourceThatComesAndGoes() {
    // Given
    Random random = new Random(11);
    int among = 0;
    long sources = 0;

    for (int step = 0; step < 20_000; step++) {
      // When
      sources = Math.max(0, sources + random.nextInt(41) - 20);
      among = SharedBudgets.divisor(among, sources);
      // Then
      assertThat(sources / (double) among).isLessThanOrEqualTo(1);
      int settled = flapping(flapping(among, sources), sources);
      assertThat(flapping(settled, sources)).as("%d sources", sources).isEqualTo(settled);
      assertThat(SharedBudgets.divisor(settled, sources + 1)).isEqualTo(settled);
    }
  }

  /** A source comes and goes. */
  private static int flapping(int among, long sources) {
    return SharedBudgets.divisor(SharedBudgets.divisor(among, sources + 1), sources);
  }

  @Test
  void shouldCountTheSourcesForWhichTheRuleHolds() {
    // Given
    SourceRules rules =
        new SourceRules(
            List.of(
                shared("all", "*"),
                shared("line", "line/*"),
                SourceRule.of("own", "own/*").withRevision(1),
                shared("off", "off/*").withEnabled(false)));
    List<String> sources = new ArrayList<>(sources("line/", 5));
    sources.addAll(sources("own/", 100));
    sources.addAll(sources("off/", 100));
    sources.addAll(sources("other", 2));

    // When
    List<SourceRule> changes = SharedBudgets.changes(rules, sources, NOW);

    // Then
    assertThat(changes)
        .extracting(rule -> rule.id() + " " + rule.budget().among() + " " + rule.by())
        .containsExactlyInAnyOrder("line 8 residua", "all 2 residua");
    assertThat(changes.get(0).budgetShare()).isEqualTo(1.0 / 8);
    List<SourceRule> all = new ArrayList<>(rules.rules());
    changes.forEach(
        change -> all.replaceAll(rule -> rule.id().equals(change.id()) ? change : rule));
    SourceRules after = new SourceRules(all);
    assertThat(SharedBudgets.changes(after, sources, NOW)).isEmpty();
  }

  @Test
  void shouldKeepTheCountWhereAPersonWritesTheRuleAgain() {
    // Given
    SourceRule stored = shared("line", "line/*").withBudget(new SharedBudget(8));

    // When, Then
    assertThat(SharedBudgets.kept(shared("line", "line/*"), stored)).isEqualTo(stored);
    assertThat(SharedBudgets.kept(SourceRule.of("line", "line/*"), stored).budget()).isNull();
    assertThat(SharedBudgets.kept(stored.withBudget(new SharedBudget(4)), stored).budget())
        .isEqualTo(new SharedBudget(4));
    assertThat(SharedBudgets.kept(shared("line", "line/*"), stored.withRemoved(true)).budget())
        .isEqualTo(new SharedBudget(0));
  }

  @Test
  void shouldReadAndShowWhoseTheBudgetIs() {
    // Given
    SourceRule rule = shared("line", "line/*").withBudget(new SharedBudget(8));

    // When, Then
    assertThat(SourceRule.SETTINGS.of(rule)).containsEntry("budget", "shared");
    assertThat(SourceRule.SETTINGS.of(SourceRule.of("a", "*"))).doesNotContainKey("budget");
    assertThat(SourceRule.SETTINGS.apply(rule, Map.of("budget", "shared"))).isEqualTo(rule);
    assertThat(SourceRule.SETTINGS.apply(rule, Map.of("budget", "each")).budget()).isNull();
    assertThatThrownBy(() -> SourceRule.SETTINGS.apply(rule, Map.of("budget", "all")))
        .hasMessage("budget is 'all', expected each or shared");
  }
}
