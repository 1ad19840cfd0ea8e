package dev.residua.app.roles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertingSettings;
import dev.residua.app.config.AlertingFile;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.incident.Incident.State;
import dev.residua.telemetry.Tracing;
import dev.residua.testing.Await;
import dev.residua.testing.Incidents;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topics;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role alert on a real broker with receivers over HTTP, whose file changes. */
@Tag("slow")
class AlertingReloadIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String MUTED =
      """
      routes: {all: {receivers: [%s], mute-times: [always]}}
      mute-times: {always: {times: "00:00-24:00"}}
      """;

  @TempDir Path folder;
  private final RecordingServer first = RecordingServer.anything();
  private final RecordingServer second = RecordingServer.anything();
  private Path file;
  private @Nullable TestBroker broker;
  private KafkaProducer<byte[], byte[]> producer;
  private AlertRole role;
  private LoopThread thread;
  private AlertingFileFollower follower;
  private volatile List<String> inForce = List.of();

  @BeforeEach
  void start() throws Exception {
    TestBroker kafka = TestBroker.start(TOPICS, 3);
    broker = kafka;
    KafkaClients clients = kafka.clients();
    producer = clients.frameProducer();
    file = folder.resolve("alerting.yaml");
  }

  private void play(String... parts) throws Exception {
    write(parts);
    AlertingSettings settings = AlertingFile.settings(file);
    role =
        new AlertRole(
            broker.clients(),
            TOPICS,
            Topics.DEFAULT_PREFIX,
            "1",
            settings,
            List::of,
            new AlertListener() {
              @Override
              public void receivers(List<String> names) {
                inForce = names;
              }
            },
            Tracing.OFF);
    follower = new AlertingFileFollower(file, settings, role::use);
    thread = new LoopThread("follower", follower, follower::stop, 10_000);
  }

  @AfterEach
  void stop() throws Exception {
    thread.close();
    role.close();
    producer.close();
    first.close();
    second.close();
    TestBroker.close(broker);
  }

  private void write(String... parts) throws Exception {
    Files.move(
        Files.writeString(folder.resolve("new"), "group-wait: PT0S\n" + String.join("\n", parts)),
        file,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static String receivers(String... namesAndUrls) {
    StringBuilder text = new StringBuilder("receivers:\n");
    for (int i = 0; i < namesAndUrls.length; i += 2) {
      text.append(
          "  %s: {type: webhook, url: '%s', timeout: PT2S}%n"
              .formatted(namesAndUrls[i], namesAndUrls[i + 1]));
    }
    return text.toString();
  }

  private static String at(RecordingServer server) {
    return server.url().resolve("/in").toString();
  }

  private void publish(String source, State state, long sequence) {
    byte[] incident =
        TOPICS
            .incidents()
            .write(
                Incidents.with(
                    i -> {
                      i.id = "incident-" + source;
                      i.source = source;
                      i.state = state;
                      i.sequence = sequence;
                    }));
    producer.send(
        new ProducerRecord<>(
            TOPICS.incidents().name(),
            ("incident-" + source).getBytes(StandardCharsets.UTF_8),
            incident));
    producer.flush();
  }

  private static List<String> taken(RecordingServer server) {
    return server.taken().stream()
        .map(
            request ->
                request.body().path("subject").asText()
                    + " "
                    + request.body().path("type").asText().replace("dev.residua.incident.", ""))
        .toList();
  }

  @Test
  void shouldNotifyTheReceiversOfTheChangedFile() throws Exception {
    // Given
    play(receivers("one", at(first)));
    publish("cam1", State.OPENED, 100);
    Await.until(LIMIT, "the receiver is notified", () -> taken(first).size() == 1);

    // When a receiver is added
    write(receivers("one", at(first), "two", at(second)));
    Await.until(LIMIT, "the new one is notified too", () -> taken(second).size() == 1);

    // When the first is removed, after a file with a mistake
    write("receivers: nobody");
    Await.until(LIMIT, "the mistake is found", () -> !follower.successful());
    write(receivers("two", at(second)));
    Await.until(LIMIT, "it is corrected", () -> inForce.equals(List.of("two")));
    publish("cam2", State.OPENED, 100);
    Await.until(LIMIT, "the second is notified", () -> taken(second).size() == 2);
    publish("cam1", State.RESOLVED, 200);
    Await.until(LIMIT, "also of the end", () -> taken(second).size() == 3);

    // Then
    assertThat(taken(first)).containsExactly("cam1 opened");
    assertThat(taken(second)).containsExactly("cam1 opened", "cam2 opened", "cam1 resolved");
  }

  @Test
  void shouldDeliverPendingNotificationsToAReceiverWhoseAddressIsCorrected() throws Exception {
    // Given
    URI nowhere;
    try (ServerSocket socket = new ServerSocket(0)) {
      nowhere = URI.create("http://localhost:%d/in".formatted(socket.getLocalPort()));
    }
    play(receivers("one", nowhere.toString(), "two", at(second)));
    publish("cam1", State.OPENED, 100);
    Await.until(LIMIT, "the other is notified", () -> taken(second).size() == 1);
    publish("cam1", State.RESOLVED, 200);
    Await.until(LIMIT, "and of the end", () -> taken(second).size() == 2);

    // When
    write(receivers("one", at(first), "two", at(second)));

    // Then
    Await.until(LIMIT, "it gets both", () -> taken(first).size() == 2);
    assertThat(taken(first)).containsExactly("cam1 opened", "cam1 resolved");
    assertThat(taken(second)).containsExactly("cam1 opened", "cam1 resolved");
  }

  @Test
  void shouldHoldBackWhileTheRouteIsMuted() throws Exception {
    // Given
    play(
        receivers("one", at(first), "two", at(second)),
        MUTED.formatted("one").replace("routes: {", "routes: {open: {receivers: [two]}, "));
    publish("cam1", State.OPENED, 100);
    publish("cam2", State.OPENED, 100);
    Await.until(LIMIT, "the other route notifies", () -> taken(second).size() == 2);
    publish("cam2", State.RESOLVED, 200);
    Await.until(LIMIT, "of the end too", () -> taken(second).size() == 3);
    List<String> muted = taken(first);

    // When
    write(receivers("one", at(first), "two", at(second)), "routes: {all: {receivers: [one, two]}}");

    // Then
    Await.until(LIMIT, "it is notified", () -> taken(first).size() == 1);
    publish("cam1", State.RESOLVED, 200);
    Await.until(LIMIT, "of the end too", () -> taken(first).size() == 2);
    assertThat(muted).isEmpty();
    assertThat(taken(first)).containsExactly("cam1 opened", "cam1 resolved");
  }
}
