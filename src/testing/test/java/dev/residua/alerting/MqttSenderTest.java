package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.residua.incident.Incident;
import dev.residua.testing.Certificates;
import dev.residua.testing.Incidents;
import dev.residua.testing.Mosquitto;
import dev.residua.testing.MqttSubscriber;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages to Mosquitto over TLS, on loopback. */
@Timeout(60)
class MqttSenderTest {
  private static final Links LINKS = new Links(Optional.of(URI.create("https://residua.test/")));
  private static final String PASSWORD = "of-the-broker";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static Mosquitto broker;
  private static TrustManagerFactory trust;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Mosquitto.problem() == null, "skipped: mosquitto is not installed");
    Certificates certificates = new Certificates(folder, "mqtt");
    certificates.keystore("localhost", 1, 30);
    trust = certificates.trust();
    broker =
        Mosquitto.start(
            folder,
            "residua",
            PASSWORD,
            certificates.certificate("localhost"),
            certificates.key("localhost"));
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static ReceiverSettings receiver(Consumer<Receivers> changes) {
    return Receivers.mqtt(
        r -> {
          r.url = URI.create("mqtts://localhost:%d/plant/residua".formatted(broker.port()));
          r.user = Optional.of("residua");
          r.token = Optional.of(new Secret(PASSWORD));
          r.timeout = Duration.ofSeconds(10);
          changes.accept(r);
        });
  }

  private static DeliveryResult send(ReceiverSettings receiver, OutgoingRequest request)
      throws InterruptedException {
    return new MqttSender(receiver, trust).send(request, Incidents.OPENED);
  }

  private static DeliveryResult send(Incident incident) throws InterruptedException {
    ReceiverSettings receiver = receiver(r -> {});
    Notification notification =
        new Notification(
            incident.open() ? Action.OPEN : Action.RESOLVE,
            StoredAlerts.entry(incident),
            NotifiedState.NOTHING,
            Optional.empty());
    return send(
        receiver,
        new MqttProtocol(receiver, LINKS).request(List.of(notification), Incidents.OPENED));
  }

  private static MqttSubscriber subscribe(String filter) {
    return MqttSubscriber.secure(broker.port(), filter, trust, "residua", PASSWORD);
  }

  private static JsonNode json(Mqtt5Publish message) throws Exception {
    return JSON.readTree(message.getPayloadAsBytes());
  }

  @Test
  void shouldRetainAnIncidentWhileItIsOpen() throws Exception {
    // Given
    String topic = "plant/residua/incidents/line3/cam 1/incident-1".replace(" ", "%20");
    Incident open = Incidents.with(i -> i.source = "line3/cam 1");
    Incident ended =
        Incidents.with(
            i -> {
              i.source = "line3/cam 1";
              i.state = Incident.State.RESOLVED;
            });
    // When
    assertThat(send(open)).isEqualTo(new DeliveryResult.Accepted("published to " + topic));
    // Then who subscribes later gets it
    try (MqttSubscriber later = subscribe("plant/residua/incidents/line3/#")) {
      List<Mqtt5Publish> received = later.received();
      assertThat(received).hasSize(1);
      assertThat(received.get(0).getTopic()).hasToString(topic);
      assertThat(received.get(0).isRetain()).isTrue();
      assertThat(received.get(0).getContentType().orElseThrow()).hasToString("application/json");
      JsonNode incident = json(received.get(0));
      assertThat(incident.path("incidentId").asText()).isEqualTo("incident-1");
      assertThat(incident.path("source").asText()).isEqualTo("line3/cam 1");
      // When
      send(ended);
      // Then
      List<Mqtt5Publish> end = later.received();
      assertThat(end).hasSize(2);
      assertThat(json(end.get(0)).path("state").asText()).isEqualTo("RESOLVED");
      assertThat(end.get(1).getPayloadAsBytes()).isEmpty();
    }
    try (MqttSubscriber afterwards = subscribe("plant/residua/incidents/line3/#")) {
      assertThat(afterwards.received()).isEmpty();
    }
  }

  @Test
  void shouldSendHeartbeatsThatNobodyGetsLater() throws Exception {
    try (MqttSubscriber subscriber = subscribe("plant/residua/heartbeat")) {
      // When
      ReceiverSettings receiver = receiver(r -> {});
      send(
          receiver,
          new MqttProtocol(receiver, LINKS)
              .heartbeat(Duration.ofMinutes(5), Incidents.OPENED)
              .orElseThrow());
      // Then
      JsonNode heartbeat = json(subscriber.received().get(0));
      assertThat(heartbeat.path("time").asText()).isEqualTo(Incidents.OPENED.toString());
      assertThat(heartbeat.path("interval").asText()).isEqualTo("PT5M");
    }
    try (MqttSubscriber later = subscribe("plant/residua/heartbeat")) {
      assertThat(later.received()).isEmpty();
    }
  }

  @Test
  void shouldSayThatTheBrokerRefusesThePassword() throws Exception {
    // When
    ReceiverSettings receiver = receiver(r -> r.token = Optional.of(new Secret("wrong-password")));
    DeliveryResult result =
        send(
            receiver,
            new MqttProtocol(receiver, LINKS)
                .heartbeat(Duration.ofMinutes(5), Incidents.OPENED)
                .orElseThrow());
    // Then
    assertThat(result).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(result.detail())
        .isEqualTo(
            "mqtts://localhost:%d refuses user or password (not authorized)"
                .formatted(broker.port()));
  }

  @Test
  void shouldTrustNoUnknownAuthority() throws Exception {
    // When
    ReceiverSettings receiver = receiver(r -> {});
    DeliveryResult result =
        new MqttSender(receiver)
            .send(
                new MqttProtocol(receiver, LINKS)
                    .heartbeat(Duration.ofMinutes(5), Incidents.OPENED)
                    .orElseThrow(),
                Incidents.OPENED);
    // Then
    assertThat(result).isInstanceOf(DeliveryResult.Unavailable.class);
    assertThat(result.detail()).contains("cannot be reached (").contains("certification path");
  }
}
