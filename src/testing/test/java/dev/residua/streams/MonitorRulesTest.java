package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.monitor.SourceSettings;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MonitorRulesTest {
  private SourceRules now = new SourceRules(List.of());
  private int reads;
  private final MonitorRules rules =
      new MonitorRules(
          () -> now,
          () -> {
            reads++;
            return now;
          },
          Optional.empty(),
          false);

  @Test
  void shouldReadOnOnceForARevisionThatThereIsNot() {
    // When
    for (int i = 0; i < 5; i++) {
      assertThat(rules.revision("forged/1")).isEqualTo(SourceRule.DEFAULTS);
    }
    // Then
    assertThat(reads).isEqualTo(1);
    // and once more when there are others
    now = new SourceRules(List.of());
    rules.revision("forged/1");
    assertThat(reads).isEqualTo(2);
  }

  @Test
  void shouldMakeTheSettingsOfARevisionOnce() {
    // Given
    SourceRule first = SourceRule.of("line", "*").withLabels(Map.of("site", "north"));
    SourceRule second = first.withLabels(Map.of("site", "south")); // written after it was deleted
    // When
    SourceSettings settings = rules.settings(first);
    // Then
    assertThat(settings.labels()).isEqualTo(Map.of("scene", "default", "site", "north"));
    assertThat(rules.settings(first)).isSameAs(settings);
    assertThat(rules.settings(second).labels()).containsEntry("site", "south");
  }

  @Test
  void shouldNotReadOnForScoresWithoutARule() {
    assertThat(rules.revision("")).isEqualTo(SourceRule.DEFAULTS);
    assertThat(reads).isZero();
  }
}
