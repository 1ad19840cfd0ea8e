package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.Residua;
import dev.residua.testing.RecordingServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.wiser.Wiser;
import picocli.CommandLine;

/** A person who wants to know whether the receivers can be told. */
class TestAlertCommandTest {
  private static final String ROUTING_KEY = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;
  private final RecordingServer pagerDuty = RecordingServer.pagerDuty(ROUTING_KEY);
  private final RecordingServer slack = RecordingServer.slack();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void stop() {
    pagerDuty.close();
    slack.close();
  }

  private int run(String... arguments) throws Exception {
    String at = "residua.alerting.receivers.";
    return runWith(
        List.of(
            at + "pager.type=pagerduty",
            at + "pager.url=" + pagerDuty.url(),
            at + "pager.key=" + ROUTING_KEY,
            at + "chat.type=slack",
            at + "chat.url=" + slack.url() + "/services/T/B/X",
            "residua.alerting.routes.all.receivers=chat",
            "residua.alerting.routes.worst.receivers=pager",
            "residua.alerting.routes.worst.severity=critical"),
        arguments);
  }

  private int runWith(List<String> properties, String... arguments) throws Exception {
    Path config = Files.write(folder.resolve("application.properties"), properties);
    String[] all = new String[arguments.length + 3];
    all[0] = "test-alert";
    all[1] = "--config";
    all[2] = config.toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(all);
  }

  @Test
  void shouldTellThoseWhomTheRoutesChoose() throws Exception {
    // When
    int exit = run("--source", "press-7");

    // Then
    assertThat(exit).isZero();
    assertThat(out.toString())
        .startsWith("delivered chat (slack, %s): 200 ok".formatted(slack.url()))
        .contains("end it with: residua test-alert --source press-7 --resolve")
        .doesNotContain("services");
    assertThat(slack.taken()).hasSize(1);
    assertThat(pagerDuty.taken()).isEmpty();
  }

  @Test
  void shouldResolveWhatItOpened() throws Exception {
    // When
    int opened = run("--receiver", "pager");
    int resolved = run("--receiver", "pager", "--resolve");

    // Then
    assertThat(opened + resolved).isZero();
    assertThat(pagerDuty.complaints()).isEmpty();
    assertThat(pagerDuty.taken())
        .extracting(r -> r.body().path("event_action").asText())
        .containsExactly("trigger", "resolve");
    assertThat(pagerDuty.taken())
        .extracting(r -> r.body().path("dedup_key").asText())
        .containsOnly("test-alert-test");
  }

  @Test
  void shouldTellTeamsAndSendMail() throws Exception {
    // Given
    String at = "residua.alerting.receivers.";
    Wiser mail = Wiser.accepter((from, recipient) -> true).server(SMTPServer.port(0));
    try (RecordingServer teams = RecordingServer.anything()) {
      mail.start();
      int port = mail.getServer().getPortAllocated();
      List<String> properties =
          List.of(
              at + "mail.type=email",
              at + "mail.url=smtp://localhost:" + port,
              at + "mail.from=residua@example.org",
              at + "mail.to=ops@example.org",
              at + "team.type=teams",
              at + "team.url=" + teams.url() + "/workflows/W?sig=hidden");

      // When
      int opened = runWith(properties);
      int resolved = runWith(properties, "--resolve");

      // Then
      assertThat(opened + resolved).isZero();
      assertThat(out.toString())
          .contains("delivered mail (email, smtp://localhost:%d): 250 ".formatted(port))
          .contains("delivered team (teams, %s): 200".formatted(teams.url()))
          .doesNotContain("hidden");
      assertThat(teams.taken()).hasSize(2);
      assertThat(mail.getMessages())
          .extracting(message -> message.getMimeMessage().getSubject())
          .containsExactly(
              "[WARNING] Test alert, nothing is wrong - test",
              "[RESOLVED] Test alert, nothing is wrong - test");
    } finally {
      mail.stop();
    }
  }

  @Test
  void shouldFailAndSayWhatWasAnswered() throws Exception {
    // Given
    slack.fail(500);

    // When
    int exit = run("--severity", "critical", "--json");

    // Then
    assertThat(exit).isEqualTo(1);
    JsonNode rows = new ObjectMapper().readTree(out.toString());
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).path("receiver").asText()).isEqualTo("chat");
    assertThat(rows.get(0).path("accepted").asBoolean()).isFalse();
    assertThat(rows.get(0).path("answer").asText()).isEqualTo("500 rollup_error");
    assertThat(rows.get(1).path("accepted").asBoolean()).isTrue();
  }

  @Test
  void shouldSayWhichReceiversThereAre() throws Exception {
    // When
    int exit = run("--receiver", "nobody");

    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains("--receiver nobody is not configured, expected one of chat, pager");
  }
}
