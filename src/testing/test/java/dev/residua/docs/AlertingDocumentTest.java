package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.Route;
import dev.residua.alerting.TestAlert;
import dev.residua.app.config.AlertingFile;
import dev.residua.app.config.AlertingSetup;
import dev.residua.causal.Finding.Severity;
import dev.residua.testing.Documents;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.RecordingServer.Request;
import dev.residua.testing.Waits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page about alerts shows, as a reader would copy it. */
class AlertingDocumentTest {
  private static final Path PAGE = Path.of("src/docs/alerting.md");
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @TempDir Path folder;

  /** The properties of the page, with files of this test in place of those in /etc. */
  private String properties() throws Exception {
    return Documents.snippets(PAGE, "properties").stream()
        .flatMap(snippet -> snippet.code().lines())
        .filter(line -> !line.startsWith("residua.alerting.file="))
        .map(this::here)
        .distinct()
        .collect(Collectors.joining("\n"));
  }

  private String here(String text) {
    return text.replace("/etc/residua", folder.toString());
  }

  @BeforeEach
  void writeFiles() throws Exception {
    Files.writeString(folder.resolve("pagerduty-key"), "0123456789abcdef0123456789abcdef\n");
    Files.writeString(folder.resolve("slack-url"), "https://hooks.example.org/services/T/B/X\n");
    Files.writeString(folder.resolve("teams-url"), "https://flow.example.org/invoke?sig=S\n");
    Files.writeString(folder.resolve("heartbeat-url"), "https://switch.example.org/ping/1\n");
    Files.writeString(folder.resolve("mail-password"), "of-the-mailbox\n");
    Files.writeString(folder.resolve("mqtt-password"), "of-the-broker\n");
    Files.writeString(folder.resolve("webhook-key"), KEY + "\n");
  }

  @Test
  void shouldShowAFileThatCanBeUsedAsItIs() throws Exception {
    // Given
    String text =
        Documents.snippets(PAGE, "yaml").stream()
            .map(Documents.Snippet::code)
            .filter(code -> code.startsWith("dashboard-url"))
            .findFirst()
            .orElseThrow();

    // When
    AlertingSettings settings =
        AlertingFile.settings(Files.writeString(folder.resolve("alerting.yaml"), here(text)));

    // Then
    assertThat(settings.receivers())
        .extracting(ReceiverSettings::name)
        .containsExactly("chat", "pager");
    assertThat(settings.routes()).extracting(Route::name).containsExactly("all", "presses");
  }

  @Test
  void shouldShowPropertiesThatCanBeUsedAsTheyAre() throws Exception {
    // When
    String properties = properties();
    AlertingSettings settings =
        AlertingSetup.configured(
            Files.writeString(folder.resolve("application.properties"), properties));

    // Then
    assertThat(settings.receivers())
        .extracting(ReceiverSettings::name)
        .containsExactly("alive", "chat", "mail", "ops", "own", "pager", "team", "topics");
    assertThat(settings.routes()).extracting(Route::name).containsExactly("all", "night");
    assertThat(
            TestAlert.routed(
                settings,
                TestAlert.incident(
                    "press-7", Severity.CRITICAL, "s", false, java.time.Instant.EPOCH)))
        .containsExactly("chat");
  }

  @Test
  void shouldShowAProgramThatKnowsASignedEventFromOthers() throws Exception {
    // Given
    assumeTrue(Files.isExecutable(PYTHON), "skipped: there is no " + PYTHON);
    String program = Documents.snippets(PAGE, "python").get(0).code();
    try (RecordingServer server = RecordingServer.anything()) {
      Request event = event(server);
      Files.write(folder.resolve("body"), event.bytes());
      String check =
          """
          import json, pathlib
          headers = json.loads(%s)
          body = pathlib.Path("body").read_bytes()
          other = dict(headers, **{"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)})
          old = dict(headers, **{"webhook-timestamp": "1600000000"})
          print(verified("%s", headers, body), verified("%s", headers, body + b" "),
                verified("whsec_AAAA", headers, body), verified("%s", other, body), verified("%s", old, body))
          """
              .formatted(quoted(event), KEY, KEY, KEY, KEY);
      Path file = Files.writeString(folder.resolve("check.py"), program + check);

      // When
      Process python =
          new ProcessBuilder(PYTHON.toString(), file.toString())
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      // Then
      assertThat(python.waitFor(Waits.seconds(30), TimeUnit.SECONDS)).isTrue();
      assertThat(said.strip()).isEqualTo("True False False False False");
    }
  }

  private Request event(RecordingServer server) throws Exception {
    AlertingSettings settings =
        AlertingSetup.configured(
            Files.writeString(
                folder.resolve("webhook.properties"),
                """
                residua.alerting.receivers.own.type=webhook
                residua.alerting.receivers.own.url=%s
                residua.alerting.receivers.own.key=%s
                """
                    .formatted(server.url().resolve("/in"), KEY)));
    Clock clock = Clock.systemUTC();
    TestAlert.send(
        settings.receivers(),
        settings,
        TestAlert.incident("cam1", Severity.WARNING, "s", false, clock.instant()),
        clock);
    return server.taken().get(0);
  }

  /** The headers as a Python literal that holds JSON. */
  private static String quoted(Request event) throws Exception {
    String json =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .writeValueAsString(
                new TreeMap<>(
                    event.headers().entrySet().stream()
                        .filter(h -> h.getKey().startsWith("webhook-"))
                        .collect(Collectors.toMap(h -> h.getKey(), h -> h.getValue()))));
    return "'" + json + "'";
  }
}
