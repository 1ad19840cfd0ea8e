package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.source.SourceRule;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceRulesFileTest {
  @Test
  void shouldReadRulesInTheirOrder() {
    // When
    Map<String, SourceRule> rules =
        SourceRulesFile.read(
            "rules.yaml",
            """
            # cameras of line 3
            rules:
              line3:
                match: line3/*
                scene: valve
                falseAlarmsPerWeek: 0.5
                silentAfter: PT2M
                activeHours: Mon-Fri 06:00-22:00 Europe/Berlin
                labels: {site: north, line: 3}
              all:
                match: "*"
                enabled: false
            """);

    // Then
    assertThat(rules.keySet()).containsExactly("line3", "all");
    assertThat(rules.get("line3"))
        .satisfies(
            rule -> {
              assertThat(rule.scene()).isEqualTo("valve");
              assertThat(rule.falseAlarmsPerWeek()).isEqualTo(0.5);
              assertThat(rule.labels()).isEqualTo(Map.of("site", "north", "line", "3"));
            });
    assertThat(rules.get("all").enabled()).isFalse();
  }

  @Test
  void shouldReadSettingsThatNeedOthersInAnyOrder() {
    // When
    Map<String, SourceRule> rules =
        SourceRulesFile.read(
            "rules.yaml",
            """
            rules:
              cam7:
                redact: true
                mask: 0,0 0.3,0 0.3,0.2
                camera: rtsp://10.0.0.7/live
                match: line3/cam7
            """);

    // Then
    assertThat(rules.get("cam7").redact()).isTrue();
  }

  @Test
  void shouldReadAFileWithoutRules() {
    assertThat(SourceRulesFile.read("rules.yaml", "rules:\n")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rules:~  a:~    match: x~    macth: y | f.yaml line 4: unknown setting 'macth'",
        "rules:~  a:~    scene: x | f.yaml line 2: rule 'a' has no match",
        "rules:~  a:~    match: x~    retention: 1 | f.yaml line 4: retention is '1', expected a duration",
        "rules:~  a:~    match: x~  a:~    match: y | f.yaml line 4: 'a' is there twice",
        "rules:~  a:~    match: x~    redact: true | f.yaml line 4: source rule 'a': redact was 'true'",
        "rules:~  a b:~    match: x | f.yaml line 2: the id of a rule",
        "rules:~  a:~    match: [x] | f.yaml line 3: a list is not expected here",
        "rule:~  a: 1 | f.yaml line 1: there is no setting 'rule' here, expected rules",
        "rules:~  a: 1 | f.yaml line 2: rule 'a' must have settings such as match",
        "rules:~  a: {match: x | f.yaml line 2 is not YAML",
        "'' | f.yaml is empty, expected rules:",
      })
  void shouldNameTheLineOfAMistake(String text, String message) {
    assertThatThrownBy(
            () -> SourceRulesFile.read("f.yaml", text.replace("~", "\n").replace("''", "")))
        .hasMessageStartingWith(message);
  }
}
