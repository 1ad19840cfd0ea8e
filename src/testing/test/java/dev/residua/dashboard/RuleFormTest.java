package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.source.SourceRule;
import dev.residua.testing.Visits;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class RuleFormTest {
  @Test
  void shouldDescribeEverySettingWithoutMarkup() {
    // Given
    SourceRulesResource rules =
        new SourceRulesResource(
            new RuleCommandWriter(), () -> Visits.OWNER, new LiveHistory(), new AuditTrail());

    // When
    Map<String, Object> answer = rules.settings();

    // Then
    assertThat(answer.get("settings"))
        .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
        .extracting(setting -> setting.get("name"))
        .isEqualTo(SourceRule.SETTINGS.names());
    assertThat(answer.get("settings"))
        .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
        .contains(
            Map.of(
                "name", "severity",
                "type", "string",
                "choices", List.of("info", "warning", "critical"),
                "effect",
                    "lowest severity of the incidents: info, warning or critical. An incident may be"
                        + " more severe, never less",
                "unset", "by the finding",
                "example", "",
                "required", false))
        .noneMatch(setting -> setting.toString().contains("`"));
  }
}
