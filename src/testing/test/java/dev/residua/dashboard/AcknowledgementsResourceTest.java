package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.ReceiverType;
import dev.residua.dashboard.AcknowledgementsResource.Signing;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.testing.Incidents;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  /** Secret, time, body and signature of the example in Slack's "Verifying requests from Slack". */
  private static final byte[] SLACK_SECRET =
      "8f742231b10e8888abcd99yyyzzz85a5".getBytes(StandardCharsets.US_ASCII);

  private static final long SLACK_TIME = 1_531_420_618;
  private static final String SLACK_BODY =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  private static final String SLACK_SIGNATURE =
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  private static final String CLICK =
      """
      {"type": "block_actions", "user": {"id": "U1", "username": "kim", "name": "kim.lee"},
        "actions": [{"action_id": "acknowledge", "value": "i1", "action_ts": "1548426417.840180"}]}
      """;

  private final LiveHistory history = new LiveHistory();
  private final ControlCommandWriter orders = new ControlCommandWriter();
  private final Map<String, @Nullable ControlCommand> written = new LinkedHashMap<>();
  private final AcknowledgementsResource resource =
      new AcknowledgementsResource(
          history, orders, new AuditTrail(), Clock.fixed(NOW, ZoneOffset.UTC));

  @BeforeEach
  void open() {
    history.incident(Incidents.with(i -> i.id = "i1"));
    orders.open(written::put);
    resource.open(
        Map.of(
            "pager", new Signing(ReceiverType.PAGERDUTY, SECRET),
            "chat", new Signing(ReceiverType.SLACK, SLACK_SECRET)));
  }

  /** As {@code printf BODY | openssl dgst -sha256 -hmac SECRET} signs. */
  private static String signature(byte[] secret, String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return "v1=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  private Response post(String body, @Nullable String signature) {
    return resource.post("pager", signature, null, null, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldAcknowledgeWhatAPersonAcknowledgedThere() throws Exception {
    // When the event comes twice
    Response first = post(EVENT, signature(SECRET, EVENT));
    post(EVENT, "v1=00, " + signature(SECRET, EVENT));
    // Then it is one order
    assertThat(first.getStatus()).isEqualTo(200);
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
    assertThat(answer.getStatus()).isEqualTo(200);
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
    assertThat(resource.post("other", signature(SECRET, EVENT), null, null, null).getStatus())
        .isEqualTo(404);
    assertThat(resource.post("pager", null, null, null, null).getStatus()).isEqualTo(401);
    assertThat(written).isEmpty();
  }

  /** An HMAC over a body of 1 MB for every comma of a header once took 13 s. */
  @Test
  void shouldCheckFewSignaturesAndShortBodiesOnly() throws Exception {
    // Given
    String right = signature(SECRET, EVENT);
    String wrong = "v1=" + "0".repeat(64) + ",";
    String longer = EVENT + " ".repeat(AcknowledgementsResource.MAX_BYTES);
    // When, Then
    assertThat(post(EVENT, wrong.repeat(3) + right).getStatus()).isEqualTo(200);
    assertThat(post(EVENT, wrong.repeat(4) + right).getStatus()).isEqualTo(401);
    assertThat(post(EVENT, ",".repeat(7_000) + right).getStatus()).isEqualTo(401);
    assertThat(post(longer, signature(SECRET, longer)).getStatus()).isEqualTo(413);
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

  private Response click(String payload, long secondsAgo) throws Exception {
    String body = "payload=" + URLEncoder.encode(payload, StandardCharsets.UTF_8);
    String time = String.valueOf(NOW.getEpochSecond() - secondsAgo);
    String signature =
        signature(SLACK_SECRET, "v0:%s:%s".formatted(time, body)).replace("v1=", "v0=");
    return resource.post("chat", null, time, signature, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldAcknowledgeWhatAPersonClicksInSlack() throws Exception {
    // When
    Response answer = click(CLICK, 2);
    // Then
    assertThat(answer.getStatus()).isEqualTo(200);
    assertThat(answer.getEntity()).isEqualTo(Map.of("acknowledged", true));
    Acknowledgement order = (Acknowledgement) written.get("chat-1548426417.840180");
    assertThat(order.incidentId()).isEqualTo("i1");
    assertThat(order.order().by()).isEqualTo("kim (chat)");
    assertThat(order.order().reason()).isEqualTo("acknowledged in Slack");
  }

  @ParameterizedTest
  @CsvSource({
    "acknowledge, open_page",
    "i1, of-another-service",
    "kim, ''",
    "1548426417.840180, ''"
  })
  void shouldLeaveOtherClicksAlone(String from, String to) throws Exception {
    // When
    Response answer = click(CLICK.replace(from + "\"", to + "\""), 2);
    // Then
    assertThat(answer.getStatus()).isEqualTo(200);
    assertThat(answer.getEntity()).isEqualTo(Map.of("acknowledged", false));
    assertThat(written).isEmpty();
  }

  @Test
  void shouldRefuseAnOldClickAndOneWithoutPayload() throws Exception {
    // When, Then
    assertThat(click(CLICK, 301).getStatus()).isEqualTo(401);
    assertThat(click(CLICK, -301).getStatus()).isEqualTo(401);
    assertThat(click("{", 0).getStatus()).isEqualTo(400);
    assertThat(written).isEmpty();
  }

  @Test
  void shouldVerifyTheExampleOfSlack() {
    // Given
    byte[] body = SLACK_BODY.getBytes(StandardCharsets.US_ASCII);
    String time = String.valueOf(SLACK_TIME);
    Instant then = Instant.ofEpochSecond(SLACK_TIME);
    // When, Then
    assertThat(SlackInteraction.isSigned(SLACK_SECRET, body, time, SLACK_SIGNATURE, then)).isTrue();
    for (String wrong : List.of("", "x", "1531420619", "9".repeat(18), "-" + "9".repeat(18))) {
      assertThat(SlackInteraction.isSigned(SLACK_SECRET, body, wrong, SLACK_SIGNATURE, then))
          .isFalse();
    }
    assertThat(SlackInteraction.isSigned(SLACK_SECRET, body, null, SLACK_SIGNATURE, then))
        .isFalse();
    assertThat(SlackInteraction.isSigned(SLACK_SECRET, body, time, null, then)).isFalse();
    body[7]++;
    assertThat(SlackInteraction.isSigned(SLACK_SECRET, body, time, SLACK_SIGNATURE, then))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "group.i1.0, i1",
    "group.i1.0.1, i1",
    "group.group.2.0, group.2",
    "group.cam.1.7.0, cam.1.7",
    "group.i1, ",
    "group.i1.x, "
  })
  void shouldAcknowledgeTheFirstIncidentOfAGroup(String alert, @Nullable String incident)
      throws Exception {
    // Given
    history.incident(Incidents.with(i -> i.id = "group.2"));
    history.incident(Incidents.with(i -> i.id = "cam.1.7"));
    // When
    boolean taken =
        resource.acknowledge("am", new ReportedAcknowledgement("s1", alert, "Kim", "seen"));
    // Then
    assertThat(taken).isEqualTo(incident != null);
    assertThat(written.values())
        .map(order -> ((Acknowledgement) order).incidentId())
        .isEqualTo(Stream.ofNullable(incident).toList());
  }

  @Test
  void shouldNotAcknowledgeAgainWhatIsStored() throws Exception {
    // Given
    ReportedAcknowledgement event = new ReportedAcknowledgement("s1", "i1", "Kim", "seen");
    resource.acknowledge("am", event);
    history.ordered("am-s1", written.get("am-s1"));
    written.clear();
    // When
    boolean taken = resource.acknowledge("am", event);
    // Then
    assertThat(taken).isTrue();
    assertThat(written).isEmpty();
  }

  @Test
  void shouldNotAcknowledgeAgainWhatWasTakenBack() throws Exception {
    // Given
    history.ordered("am-s1", null);
    // When
    boolean taken =
        resource.acknowledge("am", new ReportedAcknowledgement("s1", "i1", "Kim", "seen"));
    // Then
    assertThat(taken).isTrue();
    assertThat(written).isEmpty();
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
