package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.Residua;
import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.testing.CommandRun;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Report on an installation for an operations team. */
@Tag("slow")
class DoctorIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  private void configure(String... lines) throws Exception {
    Path folder = Files.createDirectories(directory.resolve("config"));
    Files.write(folder.resolve("application.properties"), List.of(lines));
  }

  private Service.Result doctor(String... options) {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(options));
    return Service.run(directory, LIMIT, all);
  }

  private static List<String> texts(JsonNode report, String check, String level) {
    List<String> texts = new ArrayList<>();
    for (JsonNode finding : report.path("findings")) {
      if (finding.path("check").asText().equals(check)
          && finding.path("level").asText().equals(level)) {
        texts.add(finding.path("text").asText() + " -> " + finding.path("next").asText());
      }
    }
    return texts;
  }

  @Test
  void shouldNameWhatIsWrongAndGoOn() throws Exception {
    try (TestBroker kafka = TestBroker.start();
        TopicAdmin admin = new TopicAdmin(kafka.clients())) {
      // Given a topic with a wrong policy, a receiver that is down, and a misspelt property
      TestBroker.create(
          kafka.clients(),
          List.of(
              new NewTopic(TOPICS.scores().name(), 4, (short) 1)
                  .configs(Map.of("cleanup.policy", "compact"))));
      admin.create(TOPICS, 4, Optional.empty());
      String receiver = "http://localhost:" + Service.freePort();
      Path tokens = directory.resolve("tokens.txt");
      Files.writeString(tokens, AccessTokens.line("kim", "of kim", Grants.parse("owner:site=no")));
      Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-r--r--"));
      configure(
          "residua.http.tokens-file=" + tokens,
          "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
          "residua.incidents.flap-limits=3",
          "residua.alerting.receivers.ops.type=alertmanager",
          "residua.alerting.receivers.ops.url=" + receiver);

      // When
      Service.Result result = doctor("--json");

      // Then
      assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
      JsonNode report = new ObjectMapper().readTree(result.out());
      assertThat(report.path("level").asText()).isEqualTo("error");
      assertThat(texts(report, "settings", "error"))
          .containsExactly(
              "residua.incidents.flap-limits is not a setting and the service does not start with it"
                  + " -> did you mean residua.incidents.flap-limit?");
      assertThat(texts(report, "topics", "error"))
          .containsExactly(
              "topic residua.scores has cleanup.policy=compact, expected delete -> set it with:"
                  + " kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name residua.scores --add-config cleanup.policy=delete"
                      .formatted(kafka.bootstrapServers()));
      assertThat(texts(report, "tokens", "warning"))
          .satisfiesExactly(
              one -> assertThat(one).contains("rw-r--r--", "chmod 600 " + tokens),
              two -> assertThat(two).contains("nobody is an owner"),
              three -> assertThat(three).contains("kim has the grant owner:site=no"));
      assertThat(texts(report, "receivers", "error"))
          .singleElement()
          .asString()
          .contains("ops (alertmanager, %s) cannot be reached".formatted(receiver));
      assertThat(List.of("broker", "access", "clock", "disk"))
          .allSatisfy(check -> assertThat(texts(report, check, "ok")).isNotEmpty());
      assertThat(texts(report, "model", "warning"))
          .singleElement()
          .asString()
          .contains("none is active");
      assertThat(texts(report, "pace", "warning"))
          .singleElement()
          .asString()
          .contains("none ever was");
      assertThat(admin.state().existing()).hasSize(TOPICS.all().size());
    }
  }

  @Test
  void shouldFindNothingAtAServiceThatScores() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 4);
        RecordingServer receiver = RecordingServer.anything()) {
      // Given
      configure(
          "residua.alerting.receivers.ops.type=alertmanager",
          "residua.alerting.receivers.ops.url=" + receiver.url());
      Path data = directory.resolve("service");
      try (Service service = Service.serve(data, kafka.clients())) {
        service.awaitReady();
        String frames = directory.resolve("frames").toString();
        assertThat(
                Residua.execute(
                    "dataset", "generate", "pendulum", "--noise", "--count", "80", "--out", frames))
            .isZero();
        CommandRun sent =
            CommandRun.against(kafka.clients(), "publish", "--data", frames, "--rate", "20");
        assertThat(sent.exit()).as(sent.output()).isZero();
        service.awaitRecords(LIMIT, kafka.clients(), TOPICS.drift(), 80);

        // When
        Service.Result result = doctor("--bootstrap", kafka.bootstrapServers());

        // Then
        assertThat(result.exitCode()).as(result.out()).isZero();
        assertThat(result.out())
            .containsPattern("ok +topics +all %d have".formatted(TOPICS.all().size()))
            .containsPattern("ok +model +pendulum")
            .containsPattern(
                "warning +model +pendulum.* in scene default\\s+is\\s+the\\s+model\\s+of\\s+the\\s+demo")
            .containsPattern("ok +pace +1 source sends")
            .containsPattern("ok +receivers +ops .* can be reached")
            .doesNotContain("error", "not checked");
        assertThat(receiver.taken()).isEmpty();
      }
    }
  }

  @Test
  void shouldSayWhatItCannotCheckWithoutABroker() {
    // When
    Service.Result result = doctor("--bootstrap", "localhost:1");

    // Then
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .containsPattern("error +broker +no Kafka broker answers at localhost:1")
        .containsPattern("warning +topics +not checked: no Kafka broker can be used")
        .containsPattern("ok +disk");
  }
}
