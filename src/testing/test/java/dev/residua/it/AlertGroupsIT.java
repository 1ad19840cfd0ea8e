package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.alerting.AlertListener;
import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.Receivers;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.roles.AlertRole;
import dev.residua.app.web.FindingsFollower;
import dev.residua.app.web.LiveEvidence;
import dev.residua.dashboard.IncidentsResource;
import dev.residua.dashboard.LiveAudit;
import dev.residua.dashboard.LiveHistory;
import dev.residua.dashboard.LiveModels;
import dev.residua.dashboard.LiveViews.AlertChildView;
import dev.residua.dashboard.LiveViews.AlertGroupView;
import dev.residua.dashboard.LiveViews.IncidentDetail;
import dev.residua.incident.GroupedIncident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentGroup;
import dev.residua.telemetry.Tracing;
import dev.residua.testing.Await;
import dev.residua.testing.Incidents;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.TestBroker;
import dev.residua.testing.Visits;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Sources that lose the same lamp, with a real broker and servers that answer as receivers do. */
class AlertGroupsIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final String ROUTING_KEY = "0123456789abcdef0123456789abcdef";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SOURCES = 30;
  private static final int PARTITIONS = 3;

  @Test
  void shouldPageOnceForThirtySourcesOfOneLampThroughRestarts() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, PARTITIONS);
    KafkaClients clients = broker.clients();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer();
        RecordingServer pager = RecordingServer.pagerDuty(ROUTING_KEY);
        RecordingServer chat = RecordingServer.slack();
        RecordingServer hook = RecordingServer.anything()) {
      List<ReceiverSettings> receivers =
          List.of(
              Receivers.at("pager", ReceiverType.PAGERDUTY, pager.url(), ROUTING_KEY),
              Receivers.at("chat", ReceiverType.SLACK, chat.url().resolve("/services/T"), null),
              Receivers.at("hook", ReceiverType.WEBHOOK, hook.url().resolve("/in"), null));

      // Given half of the incidents, read by a process that ends
      AlertRole first = role(clients, receivers, "1");
      publish(producer, 0, SOURCES / 2, State.OPENED);
      Await.until(LIMIT, "they are stored as waiting", () -> stored(clients) >= SOURCES / 2);
      first.close();
      publish(producer, SOURCES / 2, SOURCES, State.OPENED);

      // When it starts again
      AlertRole again = role(clients, receivers, "1");
      Await.until(LIMIT, "PagerDuty", () -> actions(pager).size() == 1);
      Await.until(LIMIT, "Slack", () -> chat.taken().size() == 1);
      Await.until(LIMIT, "the webhook", () -> hook.taken().size() == 1);
      JsonNode page = pager.taken().get(0).body();
      JsonNode event = hook.taken().get(0).body();
      AlertGroupView shown = groupOnThePageOf(clients, "incident-press-0");

      // When they end, some while no process runs
      publish(producer, 0, SOURCES / 2, State.RESOLVED);
      again.close();
      publish(producer, SOURCES / 2, SOURCES - 1, State.RESOLVED);
      AlertRole last = role(clients, receivers, "1");
      try {
        publish(producer, SOURCES - 1, SOURCES, State.RESOLVED);
        Await.until(LIMIT, "the end", () -> actions(pager).size() == 2);
        Await.until(LIMIT, "its end in Slack", () -> chat.taken().size() >= 2);
      } finally {
        last.close();
      }

      List<IncidentGroup> groups = new ArrayList<>();
      try (KafkaConsumer<byte[], byte[]> reader = clients.follower()) {
        TopicSpans.readValues(
            reader, TOPICS.incidentGroups(), () -> false, (group, at) -> groups.add(group));
      }

      // Then
      assertThat(page.at("/payload/summary").asText())
          .isEqualTo("Shadow length no longer follows its causes: 30 sources of lamp 3");
      assertThat(event.at("/data/group/incidents").asInt()).isEqualTo(SOURCES);
      assertThat(event.at("/data/group/children")).hasSize(SOURCES);
      assertThat(shown.id()).isEqualTo(event.at("/residuagroup").asText());
      assertThat(shown.headline()).isEqualTo(event.at("/data/headline").asText());
      assertThat(shown.children())
          .extracting(AlertChildView::incidentId)
          .hasSize(SOURCES)
          .contains("incident-press-0", "incident-press-29");
      assertThat(groups).extracting(IncidentGroup::groupId).containsOnly(shown.id());
      assertThat(groups).extracting(IncidentGroup::revision).isSorted().doesNotHaveDuplicates();
      assertThat(groups.get(0).summary().headline()).isEqualTo(shown.headline());
      IncidentGroup end = groups.get(groups.size() - 1);
      assertThat(end.state()).isEqualTo(State.RESOLVED);
      assertThat(end.children())
          .hasSize(SOURCES)
          .noneMatch(GroupedIncident::open)
          .extracting(GroupedIncident::incidentId)
          .contains("incident-press-0", "incident-press-29");
      assertThat(actions(pager)).containsExactly("trigger", "resolve");
      assertThat(chat.taken()).hasSize(2);
      assertThat(pager.complaints()).isEmpty();
      assertThat(chat.complaints()).isEmpty();
    } finally {
      TestBroker.close(broker);
    }
  }

  /** The group that a dashboard shows with an incident. */
  private static AlertGroupView groupOnThePageOf(KafkaClients clients, String incident)
      throws Exception {
    LiveHistory history = new LiveHistory();
    IncidentsResource incidents = new IncidentsResource(history, () -> Visits.OWNER);
    List<AlertGroupView> shown = new ArrayList<>();
    try (FindingsFollower dashboard =
        new FindingsFollower(
            clients,
            TOPICS,
            history,
            new LiveModels(),
            new LiveEvidence(),
            new LiveAudit(),
            Duration.ZERO,
            finding -> {},
            () -> {})) {
      Await.until(
          LIMIT,
          "the group of " + incident,
          () -> {
            if (incidents.incident(incident).getEntity() instanceof IncidentDetail detail
                && detail.group() != null) {
              shown.add(detail.group());
            }
            return !shown.isEmpty();
          });
    }
    return shown.get(0);
  }

  /** Number of records on the topic of alerts. */
  private static long stored(KafkaClients clients) {
    try (KafkaConsumer<byte[], byte[]> reader = clients.follower()) {
      return reader
          .endOffsets(TopicSpans.partitions(reader, TOPICS.alerts().name()))
          .values()
          .stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  private static List<String> actions(RecordingServer pager) {
    return pager.taken().stream().map(r -> r.body().path("event_action").asText()).toList();
  }

  private static AlertRole role(
      KafkaClients clients, List<ReceiverSettings> receivers, String instance) {
    return new AlertRole(
        clients,
        TOPICS,
        Topics.DEFAULT_PREFIX,
        instance,
        new AlertingSettings(
            receivers,
            List.of(),
            Optional.empty(),
            Duration.ofDays(1),
            new GroupSettings(Duration.ofSeconds(5), 3),
            Optional.empty()),
        List::of,
        AlertListener.NONE,
        Tracing.OFF);
  }

  private static void publish(
      KafkaProducer<byte[], byte[]> producer, int from, int to, State state) {
    String topic = TOPICS.incidents().name();
    for (int i = from; i < to; i++) {
      String source = "press-" + i;
      byte[] incident =
          TOPICS
              .incidents()
              .write(
                  Incidents.with(
                      of -> {
                        of.id = "incident-" + source;
                        of.source = source;
                        of.labels = Map.of("lamp", "3", "scene", "press");
                        of.state = state;
                        of.sequence = state.open() ? 100 : 200;
                      }));
      producer.send(
          new ProducerRecord<>(
              topic,
              i % PARTITIONS,
              ("incident-" + source).getBytes(StandardCharsets.UTF_8),
              incident));
    }
    producer.flush();
  }
}
