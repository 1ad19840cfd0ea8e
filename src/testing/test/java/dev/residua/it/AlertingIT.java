package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.AlertmanagerSilences;
import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.Receivers;
import dev.residua.app.kafka.ControlWriter;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.roles.AlertRole;
import dev.residua.causal.Finding.Severity;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.telemetry.Tracing;
import dev.residua.testing.Alertmanager;
import dev.residua.testing.Await;
import dev.residua.testing.Incidents;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.RecordingServer.Request;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The alerting role between a real broker and a real Alertmanager, and servers that answer as
 * PagerDuty and Slack do. Every test has sources of its own.
 */
@Tag("slow")
class AlertingIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Alertmanager is notified of the end of an alert a minute after its start at the earliest. */
  private static final Duration END_LIMIT = LIMIT.plusMinutes(2);

  private static final String ROUTING_KEY = "0123456789abcdef0123456789abcdef";

  @TempDir static Path folder;
  private static @Nullable TestBroker broker;
  private static KafkaClients clients;
  private static KafkaProducer<byte[], byte[]> producer;
  private static RecordingServer notified;
  private static @Nullable Alertmanager alertmanager;
  private static RecordingServer pagerDuty;
  private static RecordingServer slack;
  private static RecordingServer hook;

  private final List<Activation> activations = new CopyOnWriteArrayList<>();
  private @Nullable AlertRole role;

  @BeforeAll
  static void start() throws Exception {
    TestBroker kafka = TestBroker.start(TOPICS, 3);
    broker = kafka;
    clients = kafka.clients();
    producer = clients.frameProducer();
    notified = RecordingServer.anything();
    pagerDuty = RecordingServer.pagerDuty(ROUTING_KEY);
    slack = RecordingServer.slack();
    hook = RecordingServer.anything();
    if (Alertmanager.problem() == null) {
      alertmanager = Alertmanager.start(folder, notified.url());
    }
  }

  @AfterAll
  static void stop() {
    if (alertmanager != null) {
      alertmanager.close();
    }
    List.of(notified, pagerDuty, slack, hook).forEach(RecordingServer::close);
    producer.close();
    TestBroker.close(broker);
  }

  @BeforeEach
  void startRole() throws Exception {
    role = role();
  }

  @AfterEach
  void stopRole() throws Exception {
    if (role != null) {
      role.close();
    }
    // No receiver gets it again when the next test starts.
    assertThat(pagerDuty.complaints()).isEmpty();
    assertThat(slack.complaints()).isEmpty();
  }

  private AlertRole role() {
    return role("1");
  }

  private AlertRole role(String instance) {
    List<ReceiverSettings> receivers = new ArrayList<>();
    if (alertmanager != null) {
      receivers.add(Receivers.at("am", ReceiverType.ALERTMANAGER, alertmanager.url(), null));
    }
    receivers.add(Receivers.at("pager", ReceiverType.PAGERDUTY, pagerDuty.url(), ROUTING_KEY));
    receivers.add(
        Receivers.at("chat", ReceiverType.SLACK, slack.url().resolve("/services/T"), null));
    receivers.add(Receivers.at("hook", ReceiverType.WEBHOOK, hook.url().resolve("/in"), null));
    AlertingSettings settings =
        new AlertingSettings(
            receivers,
            List.of(),
            Optional.of(URI.create("https://residua.test")),
            Duration.ofDays(1),
            GroupSettings.OFF,
            Optional.empty());
    return new AlertRole(
        clients,
        TOPICS,
        Topics.DEFAULT_PREFIX,
        instance,
        settings,
        () -> activations,
        AlertListener.NONE,
        Tracing.OFF);
  }

  @Test
  void shouldFireOnceInAlertmanagerThoughItIsToldAgainAndAgainAndBeResolvedOnce() throws Exception {
    // Given
    Alertmanager manager = alertmanager();

    // When
    publish(incident("am-1", State.OPENED, 100));
    Await.until(LIMIT, "Alertmanager notifies", () -> notifications("am-1", "firing") == 1);
    Instant first = updated(manager, "am-1");
    Await.until(
        LIMIT,
        "Alertmanager has the alert again",
        () -> updated(manager, "am-1").isAfter(first.plusSeconds(2)));
    long alerts = manager.alerts("am-1").size();
    publish(incident("am-1", State.RESOLVED, 200));
    Await.until(END_LIMIT, "it is resolved", () -> notifications("am-1", "resolved") == 1);
    Thread.sleep(2_000);

    // Then
    assertThat(alerts).isEqualTo(1);
    assertThat(notifications("am-1", "firing")).isEqualTo(1);
    assertThat(notifications("am-1", "resolved")).isEqualTo(1);
    assertThat(manager.alerts("am-1")).isEmpty();
  }

  @Test
  void shouldNotifyThroughAlertmanagerOfAnIncidentThatEndsAtOnce() throws Exception {
    // Given
    alertmanager();

    // When
    publish(incident("patient-1", State.OPENED, 100));
    publish(incident("patient-1", State.RESOLVED, 200));

    // Then
    Await.until(END_LIMIT, "it is notified", () -> notifications("patient-1", "firing") == 1);
    Await.until(END_LIMIT, "and resolved", () -> notifications("patient-1", "resolved") == 1);
  }

  private static Instant updated(Alertmanager manager, String source) throws Exception {
    return Instant.parse(manager.alerts(source).get(0).get("updatedAt").asText());
  }

  @Test
  void shouldReplaceTheAlertWhoseSeverityHasChanged() throws Exception {
    // Given
    Alertmanager manager = alertmanager();
    publish(incident("am-4", State.OPENED, 100));
    Await.until(LIMIT, "it fires", () -> manager.alerts("am-4").size() == 1);

    // When
    publish(
        Incidents.with(
            i -> {
              i.id = "incident-am-4";
              i.source = "am-4";
              i.state = State.ESCALATED;
              i.severity = Severity.CRITICAL;
              i.sequence = 120;
            }));
    Await.until(
        LIMIT,
        "the worse one fires",
        () -> "critical".equals(manager.alerts("am-4").path(0).at("/labels/severity").asText()));

    // Then
    assertThat(manager.alerts("am-4")).hasSize(1);
    publish(incident("am-4", State.RESOLVED, 200));
  }

  @Test
  void shouldNotNotifyAboutWhatIsSilencedInAlertmanager() throws Exception {
    // Given
    Alertmanager manager = alertmanager();
    manager.silence("source", "am-2");

    // When
    publish(incident("am-2", State.OPENED, 100));
    Await.until(
        LIMIT,
        "it is suppressed",
        () -> "suppressed".equals(manager.alerts("am-2").path(0).at("/status/state").asText()));
    publish(incident("am-3", State.OPENED, 100));
    Await.until(LIMIT, "another is notified", () -> notifications("am-3", "firing") == 1);

    // Then
    assertThat(notifications("am-2", "firing")).isZero();
    assertThat(silences(manager)).isEmpty();
    publish(incident("am-2", State.RESOLVED, 200));
    publish(incident("am-3", State.RESOLVED, 200));
  }

  private static List<AlertmanagerSilences.Silence> silences(Alertmanager manager)
      throws Exception {
    return new AlertmanagerSilences(
            Receivers.at("am", ReceiverType.ALERTMANAGER, manager.url(), null))
        .fetch();
  }

  @Test
  void shouldReadWhoSilencesAnIncidentInAlertmanager() throws Exception {
    // Given
    Alertmanager manager = alertmanager();
    // When
    manager.silence("incident", "am-i9");
    // Then
    assertThat(silences(manager))
        .extracting(one -> one.incident() + " " + one.person() + " " + one.comment())
        .containsExactly("am-i9 test test");
  }

  @Test
  void shouldTellWhatHappensWhileItIsNotRunningAndOpenNothingTwice() throws Exception {
    // Given
    publish(incident("restart-1", State.OPENED, 100));
    Await.until(
        LIMIT, "PagerDuty has the event", () -> pages("restart-1").equals(List.of("trigger")));
    Await.until(LIMIT, "Slack has the message", () -> messages("restart-1") == 1);

    // When
    role.close();
    publish(incident("restart-1", State.RESOLVED, 200));
    publish(incident("restart-2", State.OPENED, 100));
    role = role();
    Await.until(LIMIT, "PagerDuty knows that it is over", () -> pages("restart-1").size() == 2);
    Await.until(LIMIT, "PagerDuty knows the next", () -> pages("restart-2").size() == 1);
    Await.until(
        LIMIT, "Slack knows both", () -> messages("restart-1") == 2 && messages("restart-2") == 1);
    role.close();
    role = role();
    publish(incident("restart-2", State.RESOLVED, 200));
    Await.until(LIMIT, "that is over too", () -> pages("restart-2").size() == 2);

    // Then
    assertThat(pages("restart-1")).containsExactly("trigger", "resolve");
    assertThat(pages("restart-2")).containsExactly("trigger", "resolve");
    Await.until(LIMIT, "Slack knows", () -> messages("restart-2") == 2);
  }

  @Test
  void shouldKeepWhatAnUnreachableReceiverMissesAndHoldNobodyUp() throws Exception {
    // Given
    pagerDuty.down();

    // When
    publish(incident("away-1", State.OPENED, 100));
    publish(incident("away-2", State.OPENED, 100));
    Await.until(
        LIMIT, "Slack has the message", () -> messages("away-1") == 1 && messages("away-2") == 1);
    publish(incident("away-2", State.RESOLVED, 200));
    Await.until(LIMIT, "Slack has the message of the end", () -> messages("away-2") == 2);
    role.close();
    role = role();
    pagerDuty.fail(503, 429, 500);
    pagerDuty.up();

    // Then
    Await.until(LIMIT, "PagerDuty knows what is open", () -> pages("away-1").size() == 1);
    Await.until(LIMIT, "and what was", () -> pages("away-2").size() == 2);
    assertThat(pages("away-1")).containsExactly("trigger");
    assertThat(pages("away-2")).containsExactly("trigger", "resolve");
    publish(incident("away-1", State.RESOLVED, 200));
    Await.until(LIMIT, "and its end", () -> pages("away-1").equals(List.of("trigger", "resolve")));
  }

  @Test
  void shouldShareTheWorkAmongProcessesAndTellNothingTwice() throws Exception {
    // Given
    List<String> sources = IntStream.range(0, 12).mapToObj(i -> "share-" + i).toList();
    AlertRole second = role("2");
    try {
      // When
      for (String source : sources) {
        publish(incident(source, State.OPENED, 100));
        Thread.sleep(100); // while partitions change hands
      }
      Await.until(
          LIMIT,
          "PagerDuty has an event of each source",
          () -> sources.stream().allMatch(s -> pages(s).size() == 1));
      role.close();
      role = null;
      for (String source : sources) {
        publish(incident(source, State.RESOLVED, 200));
      }
      Await.until(
          LIMIT,
          "the other takes over",
          () -> sources.stream().allMatch(s -> pages(s).size() == 2));
      Await.until(LIMIT, "Slack knows", () -> sources.stream().allMatch(s -> messages(s) >= 2));
    } finally {
      second.close();
    }

    // Then
    assertThat(sources).allMatch(s -> pages(s).equals(List.of("trigger", "resolve")));
    assertThat(sources).allMatch(s -> messages(s) == 2);
  }

  @Test
  void shouldAcknowledgeInPagerDutyWhatAnOperatorCallsATrueAlarm() throws Exception {
    // Given
    publish(incident("ack", State.OPENED, 100));
    Await.until(LIMIT, "PagerDuty has the event", () -> pages("ack").size() == 1);

    // When
    Order order = new Order("ack-order", ".*", "ann", "I look at it", Instant.now());
    try (ControlWriter writer = new ControlWriter(clients, TOPICS.control())) {
      writer.write("ack-order", new Feedback(order, "incident-ack", FeedbackVerdict.TRUE_ALARM));
    }
    Await.until(LIMIT, "PagerDuty knows", () -> pages("ack").size() == 2);
    publish(incident("ack", State.RESOLVED, 200));
    Await.until(LIMIT, "it is over", () -> pages("ack").size() == 3);

    // Then
    assertThat(pages("ack")).containsExactly("trigger", "acknowledge", "resolve");
  }

  @Test
  void shouldBuryWhatIsRefusedWithItsReason() throws Exception {
    // Given
    Await.until(LIMIT, "PagerDuty has the ends of earlier tests", AlertingIT::pagerKnowsAllEnds);
    pagerDuty.fail(400);

    // When
    publish(incident("refused", State.OPENED, 100));
    Await.until(LIMIT, "Slack has the message", () -> messages("refused") == 1);
    List<DeadLetter> letters = new ArrayList<>();
    Await.until(
        LIMIT,
        "a dead letter is there",
        () -> {
          letters.clear();
          try (TopicReader<byte[], byte[]> reader =
              new TopicReader<>(
                  clients.follower(TOPICS.deadLetters()), TOPICS.deadLetters().name())) {
            reader.readToEnd(record -> letters.add(DeadLetter.of(record)));
          }
          return !letters.isEmpty();
        });

    // Then
    assertThat(letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.isAlert()).isTrue();
              assertThat(letter.reason()).isEqualTo(DeadLetter.ALERT_REFUSED);
              assertThat(letter.message())
                  .isEqualTo(
                      "receiver pager was not notified that incident incident-refused is opened: 400");
              assertThat(letter.topic()).isEqualTo(TOPICS.incidents().name());
            });
    publish(incident("refused", State.RESOLVED, 200));
  }

  @Test
  void shouldTellOfAnotherModelOnce() throws Exception {
    // Given
    role.close();
    activations.add(activation(0));
    role = role();
    publish(incident("model", State.OPENED, 100));
    Await.until(LIMIT, "it works", () -> messages("model") == 1);
    long before = changes();

    // When
    activations.add(activation(1));
    Await.until(LIMIT, "PagerDuty has the event", () -> changes() == before + 1);
    role.close();
    role = role();
    publish(incident("model", State.RESOLVED, 200));
    Await.until(LIMIT, "it works again", () -> messages("model") == 2);

    // Then
    assertThat(changes()).isEqualTo(before + 1);
  }

  private static Activation activation(long number) {
    return new Activation(
        number,
        SceneName.DEFAULT,
        "m-" + number,
        "ab",
        Activation.Kind.PROMOTION,
        Instant.now(),
        "ann",
        "new lens");
  }

  private static long changes() {
    return pagerDuty.taken().stream().filter(r -> r.path().equals("/v2/change/enqueue")).count();
  }

  private static Alertmanager alertmanager() {
    Alertmanager started = alertmanager;
    assumeTrue(started != null, "skipped: " + Alertmanager.problem());
    return started;
  }

  private static Incident incident(String source, State state, long sequence) {
    return Incidents.with(
        i -> {
          i.id = "incident-" + source;
          i.source = source;
          i.state = state;
          i.severity = Severity.WARNING;
          i.sequence = sequence;
        });
  }

  private static void publish(Incident incident) throws Exception {
    String topic = TOPICS.incidents().name();
    producer
        .send(
            new ProducerRecord<>(
                topic,
                incident.id().getBytes(StandardCharsets.UTF_8),
                TOPICS.incidents().value().serializer().serialize(topic, incident)))
        .get();
  }

  /** Events of a source's incident that PagerDuty accepted, in its order. */
  private static List<String> pages(String source) {
    return pagerDuty.taken().stream()
        .map(Request::body)
        .filter(event -> event.path("dedup_key").asText().equals("incident-" + source))
        .map(event -> event.path("event_action").asText())
        .toList();
  }

  /** Returns true if the last that PagerDuty heard of each incident is its end. */
  private static boolean pagerKnowsAllEnds() {
    Map<String, String> last = new TreeMap<>();
    for (Request request : pagerDuty.taken()) {
      String key = request.body().path("dedup_key").asText();
      if (!key.isEmpty()) {
        last.put(key, request.body().path("event_action").asText());
      }
    }
    return last.values().stream().allMatch("resolve"::equals);
  }

  private static long messages(String source) {
    return slack.taken().stream()
        .filter(r -> r.body().path("text").asText().contains("(" + source + "): "))
        .count();
  }

  /** Notifications of Alertmanager about a source's incident, by status. */
  private static long notifications(String source, String status) {
    long count = 0;
    for (Request request : notified.taken()) {
      JsonNode body = request.body();
      if (body.at("/commonLabels/source").asText().equals(source)
          && body.path("status").asText().equals(status)) {
        count++;
      }
    }
    return count;
  }
}
