package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.testing.Incidents;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcknowledgementsResourceTest {
  private static final Instant NOW = Incidents.OPENED.plusSeconds(60);
  private static final byte[] SECRET = "a secret of the receiver".getBytes(StandardCharsets.UTF_8);
  private static final String EVENT =
      """
      {"event": {"id": "e1", "event_type": "incident.acknowledged", "resource_type": "incident",
        "agent": {"id": "P1", "summary": "Kim Lee", "type": "user_reference"},
        "data": {"id": "Q1", "type": "incident", "incident_key": "i1"}}}
      """;

  private final LiveHistory history = new LiveHistory();
  private final ControlOrders orders = new ControlOrders();
  private final Map<String, @Nullable ControlCommand> written = new LinkedHashMap<>();
  private final AcknowledgementsResource resource =
      new AcknowledgementsResource(
          history, orders, new AuditTrail(), Clock.fixed(NOW, ZoneOffset.UTC));

  @BeforeEach
  void open() {
    history.incident(Incidents.with(i -> i.id = "i1"));
    orders.open(written::put);
    resource.open(Map.of("pager", SECRET));
  }

  /** As {@code printf BODY | openssl dgst -sha256 -hmac SECRET} signs. */
  private static String signature(byte[] secret, String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return "v1=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  private Response post(String body, @Nullable String signature) {
    return resource.post("pager", signature, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldAcknowledgeWhatAPersonAcknowledgedThere() throws Exception {
    // When the event comes twice
    Response first = post(EVENT, signature(SECRET, EVENT));
    post(EVENT, "v1=00, " + signature(SECRET, EVENT));
    // Then it is one order
    assertThat(first.getStatus()).isEqualTo(202);
    assertThat(first.getEntity()).isEqualTo(Map.of("acknowledged", true));
    assertThat(written).containsOnlyKeys("pager-e1");
    Acknowledgement order = (Acknowledgement) written.get("pager-e1");
    assertThat(order.incidentId()).isEqualTo("i1");
    assertThat(order.assignee()).isEqualTo("Kim Lee (pager)");
    assertThat(order.order().by()).isEqualTo("Kim Lee (pager)");
  }

  @ParameterizedTest
  @CsvSource({
    "incident.acknowledged, incident.resolved",
    "user_reference, inbound_integration_reference",
    "i1, of-another-service",
    "Kim Lee, ''"
  })
  void shouldLeaveOtherEventsAlone(String from, String to) throws Exception {
    // Given
    String event = EVENT.replace(from, to);
    // When
    Response answer = post(event, signature(SECRET, event));
    // Then
    assertThat(answer.getStatus()).isEqualTo(202);
    assertThat(answer.getEntity()).isEqualTo(Map.of("acknowledged", false));
    assertThat(written).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNotSignedByTheReceiver() throws Exception {
    // When, Then
    assertThat(post(EVENT, null).getStatus()).isEqualTo(401);
    assertThat(post(EVENT, "v1=").getStatus()).isEqualTo(401);
    assertThat(post(EVENT, signature(new byte[] {1}, EVENT)).getStatus()).isEqualTo(401);
    assertThat(post(EVENT + " ", signature(SECRET, EVENT)).getStatus()).isEqualTo(401);
    assertThat(resource.post("other", signature(SECRET, EVENT), null).getStatus()).isEqualTo(404);
    assertThat(resource.post("pager", null, null).getStatus()).isEqualTo(401);
    assertThat(written).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"event\": {}}"})
  void shouldRefuseASignedBodyThatIsNoEvent(String body) throws Exception {
    assertThat(post(body, signature(SECRET, body)).getStatus()).isEqualTo(400);
  }

  @Test
  void shouldRefuseAnIdentityThatNoOrderMayHave() throws Exception {
    // Given
    String event = EVENT.replace("\"e1\"", "\"" + "e".repeat(200) + "\"");
    // When, Then
    assertThat(post(event, signature(SECRET, event)).getStatus()).isEqualTo(400);
    assertThat(written).isEmpty();
  }

  @Test
  void shouldHaveTheEventSentAgainWhileKafkaIsAway() throws Exception {
    // Given
    orders.close();
    // When, Then
    assertThat(post(EVENT, signature(SECRET, EVENT)).getStatus()).isEqualTo(503);
  }

  /** Test case 2 of RFC 4231. */
  @Test
  void shouldSignAsTheStandardSays() {
    assertThat(
            PagerDutyWebhook.isSigned(
                "Jefe".getBytes(StandardCharsets.US_ASCII),
                "what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII),
                "v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
        .isTrue();
  }
}
