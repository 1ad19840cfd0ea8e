package dev.residua.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.alerting.AlertingSettings;
import dev.residua.app.process.StartFailedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file with receivers and routes, and the mistakes that people make in it. */
class AlertingFileTest {
  private static final String GOOD =
      """
      dashboard-url: https://residua.example.org
      group-wait: PT10S
      receivers:
        ops:
          type: alertmanager
          url: http://alertmanager:9093
        chat:
          type: slack
          url: https://chat.example.org/services/T
          model-changes: no
          escalate-to: ops
      routes:
        night:
          sources: press-.*
          severity: critical
          receivers: [chat, ops]
        all:
          receivers: ops
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("alerting.yaml");
  }

  private AlertingSettings read(String text) throws Exception {
    return AlertingFile.settings(Files.writeString(file, text));
  }

  private List<String> mistakes(String text) throws Exception {
    try {
      read(text);
    } catch (StartFailedException e) {
      return List.of(
          String.valueOf(e.getMessage()).replace(file.toString(), "f").split("\nresidua: "));
    }
    throw new AssertionError("it has no mistake: " + text);
  }

  @Test
  void shouldReadTheSameAsProperties() throws Exception {
    // Given
    Path properties =
        Files.writeString(
            folder.resolve("application.properties"),
            """
            residua.alerting.dashboard-url=https://residua.example.org
            residua.alerting.group-wait=PT10S
            residua.alerting.receivers.ops.type=alertmanager
            residua.alerting.receivers.ops.url=http://alertmanager:9093
            residua.alerting.receivers.chat.type=slack
            residua.alerting.receivers.chat.url=https://chat.example.org/services/T
            residua.alerting.receivers.chat.model-changes=false
            residua.alerting.receivers.chat.escalate-to=ops
            residua.alerting.routes.night.sources=press-.*
            residua.alerting.routes.night.severity=critical
            residua.alerting.routes.night.receivers=chat,ops
            residua.alerting.routes.all.receivers=ops
            """);

    // When
    AlertingSettings settings = read(GOOD);

    // Then
    AlertingSettings same = AlertingSetup.configured(properties);
    assertThat(settings).usingRecursiveComparison().isEqualTo(same);
    assertThat(settings.groups().delay()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void shouldUseTheFileThatThePropertiesName() throws Exception {
    // Given
    Files.writeString(file, GOOD);
    Path properties = folder.resolve("application.properties");

    // When
    Files.writeString(properties, "residua.alerting.file=" + file);

    // Then
    assertThat(AlertingSetup.configured(properties).receivers()).hasSize(2);
  }

  @Test
  void shouldRefuseSettingsBesideTheFile() throws Exception {
    // Given
    Files.writeString(file, GOOD);
    Path properties =
        Files.writeString(
            folder.resolve("application.properties"),
            """
            residua.alerting.file=%s
            residua.alerting.group-size=4
            residua.alerting.routes.night.receivers=ops
            """
                .formatted(file));

    // Then
    assertThatThrownBy(() -> AlertingSetup.configured(properties))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(
            "residua.alerting.file is set, so residua.alerting.group-size, residua.alerting.routes must be in that file; remove it from the properties and the environment");
  }

  @Test
  void shouldReportAllMistakesWithTheirLines() throws Exception {
    // When
    List<String> mistakes =
        mistakes(
            """
            group-wait: soon
            file: other.yaml
            receivers:
              ops:
                type: alertmanager
                url: http://alertmanager:9093
                urll: x
              ops:
                type: slack
              chat:
                type: slack
                url: "https://chat.example.org/services/very secret"
              hook:
                type: webhook
                url: https://hook.example.org
                timeout: PT0S
            routes:
              night:
                sources: "cam["
                receivers: [ops]
              day:
                receivers:
                  - ops
                  - opps
              odd name:
                receivers: [ops]
            """);

    // Then
    assertThat(mistakes)
        .containsExactly(
            "f line 1: group-wait cannot be 'soon'; see src/docs/configuration.md",
            "f line 2: file is not a setting and is refused; remove it, or look its name up in src/docs/configuration.md",
            "f line 7: receivers.ops.urll is not a setting and is refused; did you mean receivers.ops.url?",
            "f line 8: 'ops' is there twice; remove one",
            "f line 12: receivers.chat.url is not an address",
            "f line 16: receivers.hook.timeout must be from PT0.1S to PT1M but was PT0S",
            "f line 19: routes.night.sources must be a regular expression such as cam1.* but was 'cam[': invalid regular expression 'cam[' (RE2 syntax): missing closing ]",
            "f line 22: routes.day.receivers names 'opps', expected one of [chat, hook, ops]",
            "f line 25: a key must be letters, digits, '-' and '_' but was 'odd name'");
    assertThat(mistakes.toString()).doesNotContain("very secret");
  }

  @Test
  void shouldFindFurtherMistakesWhereSomethingIsMissing() throws Exception {
    // When
    List<String> mistakes =
        mistakes(
            """
            receivers:
              chat:
                type: slak
                url: https://chat.example.org
              ops:
                url: http://ops.example.org
                escalate-to: chat
            routes:
              all:
                sources: "cam["
              night:
                receivers: [chatt]
            """);

    // Then
    assertThat(mistakes)
        .containsExactly(
            "f line 3: receivers.chat.type cannot be 'slak'; expected one of alertmanager, email, mqtt, pagerduty, slack, teams, webhook",
            "f line 5: receivers.ops.type is missing",
            "f line 9: routes.all.receivers is missing",
            "f line 12: routes.night.receivers names 'chatt', expected one of [chat, ops]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | f is empty, expected receivers: and routes:",
        "- a | f line 1: expected receivers: and routes:",
        "receivers: {ops: !!javax.script.ScriptEngineManager [x]} | f line 1 is not YAML: Global tag is not allowed: tag:yaml.org,2002:javax.script.ScriptEngineManager",
        "group-size: !own 3 | f line 1: the tag !own is refused; remove it",
        "receivers: {ops: {type: slak}} | f line 1: receivers.ops.type cannot be 'slak'; expected one of alertmanager, email, mqtt, pagerduty, slack, teams, webhook",
        "receivers: {ops: {url: 'https://x.test'}} | f line 1: receivers.ops.type is missing",
        "receivers: 5 | f line 1: receivers is not a setting and is refused; remove it, or look its name up in src/docs/configuration.md",
        "mute-times: {night: {times: '22:00-06:00'}} | f line 1: mute-times.night.times must be such as 08:00-17:30 but was '22:00-06:00'; write a night as 22:00-24:00 and 00:00-06:00",
        "routes: {all: {receivers: [], mute-times: [night]}} | f line 1: routes.all.receivers is missing",
        "{receivers: {ops: {type: slack, url: 'https://x.test'}}, routes: {all: {receivers: ops, mute-times: [night]}}} | f line 1: routes.all.mute-times names 'night', expected one of []",
        "recievers: {} | f line 1: recievers is unknown or has no settings; remove it or add some",
        "receivers: {ops: {}} | f line 1: receivers.ops is unknown or has no settings; remove it or add some",
        "{receivers: , routes: {night: }} | f line 1: routes.night is unknown or has no settings; remove it or add some",
        "receivers: [a | f line 1 is not YAML: expected ',' or ']', but got <stream end>",
      })
  void shouldRefuseOtherFiles(String text, String mistake) throws Exception {
    assertThat(mistakes(text)).containsExactly(mistake);
  }

  @Test
  void shouldRefuseAliasesThatExpand() throws Exception {
    assertThat(mistakes("receivers: &a {ops: {type: slack}}\nroutes: *a\n").get(0))
        .contains("f cannot be read: Number of aliases for non-scalar nodes exceeds");
  }

  @Test
  void shouldRefuseHugeFilesAndOtherEncodings() throws Exception {
    assertThat(mistakes("#".repeat(AlertingFile.MAX_BYTES + 1)))
        .containsExactly("f has more than 1048576 bytes; a file of settings is shorter");
    Files.write(file, "routes: \u00e4".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> AlertingFile.settings(file)).hasMessageContaining("is not UTF-8");
    assertThatThrownBy(() -> AlertingFile.settings(folder.resolve("none")))
        .hasMessageContaining("none cannot be read: java.nio.file.NoSuchFileException");
  }

  @Test
  void shouldReferToVariablesOfTheEnvironment() throws Exception {
    // When
    AlertingSettings settings =
        read("receivers: {hook: {type: webhook, url: \"https://hook.example.org${PATH}\"}}");

    // Then
    assertThat(settings.receivers().get(0).url().getPath()).isEqualTo(System.getenv("PATH"));
    assertThat(mistakes("\ndashboard-url: ${NOT_SET_ANYWHERE}"))
        .containsExactly("f line 2: the environment has no variable NOT_SET_ANYWHERE");
  }
}
