package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.causal.Finding.Severity;
import dev.residua.frame.SceneName;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.model.ModelBundle;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.testing.Incidents;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Bodies and headers, against what the protocols' documents say. */
class ProtocolsTest {
  private static final Instant SINCE = Instant.parse("2026-05-01T10:00:01Z");
  private static final Instant NOW = Instant.parse("2026-05-01T10:05:00Z");
  private static final Links LINKS = new Links(Optional.of(URI.create("https://residua.test/")));
  private static final String PAGE = "https://residua.test/#/incidents/incident-1";

  private static Notification notification(Action action, Incident incident, NotifiedState before) {
    Instant changed = incident.open() ? SINCE : SINCE.plusSeconds(60);
    return new Notification(
        action,
        new AlertEntry(incident.id(), incident, 7, SINCE, changed, Optional.empty(), Map.of()),
        before);
  }

  private static NotifiedState firing(Severity severity, String kind) {
    return new NotifiedState(
        NotifiedState.Stage.FIRING,
        5,
        severity,
        kind,
        "mechanism:shadow_length",
        0,
        SINCE,
        false,
        0);
  }

  private static JsonNode body(ReceiverSettings receiver, Notification... notifications) {
    return Json.read(Protocol.of(receiver, LINKS).request(List.of(notifications), NOW).body());
  }

  @Test
  void shouldIdentifyAnAlertByItsLabelsAndSayTheRestInAnnotations() {
    // When
    ReceiverSettings receiver = Receivers.alertmanager(r -> {});
    OutgoingRequest request =
        Protocol.of(receiver, LINKS)
            .request(
                List.of(notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING)), NOW);

    // Then
    assertThat(request.url()).isEqualTo(URI.create("http://am.test:9093/api/v2/alerts"));
    JsonNode alerts = Json.read(request.body());
    assertThat(alerts).hasSize(1);
    JsonNode alert = alerts.get(0);
    assertThat(alert.get("labels"))
        .isEqualTo(
            Json.object()
                .put("alertname", "ResiduaIncident")
                .put("incident", "incident-1")
                .put("source", "cam1")
                .put("kind", "DRIFT.RESIDUAL")
                .put("severity", "warning"));
    assertThat(alert.at("/annotations/summary").asText())
        .isEqualTo("Shadow length deviates more than usual from its causes");
    assertThat(alert.at("/annotations/causes").asText())
        .isEqualTo("shadow_length (80 %) given pendulum, light");
    assertThat(alert.at("/annotations/expected").asText())
        .isEqualTo("https://residua.test/api/incidents/incident-1/evidence/expected");
    assertThat(alert.get("generatorURL").asText()).isEqualTo(PAGE);
    assertThat(alert.get("startsAt").asText()).isEqualTo(SINCE.toString());
    assertThat(Instant.parse(alert.get("endsAt").asText()))
        .isEqualTo(NOW.plus(Duration.ofMinutes(5)));
  }

  @Test
  void shouldShowTheHeadlineFirstAtEveryReceiver() {
    // Given
    Notification opened = notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING);
    String headline = "Shadow length deviates more than usual from its causes";
    String explanation =
        "Shadow length deviates more than usual from what pendulum explains, 5.2 standard errors.";
    String advice = "Check what drives shadow length, and what is attached to it.";
    String changed = "2026-05-01 09:59:59 UTC, frame residua.frames-0@4";

    // When
    JsonNode alert = body(Receivers.alertmanager(r -> {}), opened).get(0).get("annotations");
    JsonNode page = body(Receivers.pagerduty(r -> {}), opened).get("payload");
    JsonNode event = body(Receivers.webhook(r -> {}), opened).get("data");
    JsonNode message = body(Receivers.slack(r -> {}), opened);

    // Then
    assertThat(alert.get("summary").asText()).isEqualTo(headline);
    assertThat(alert.get("description").asText()).isEqualTo(explanation);
    assertThat(alert.get("advice").asText()).isEqualTo(advice);
    assertThat(alert.get("changed").asText()).isEqualTo(changed);
    assertThat(page.get("summary").asText()).isEqualTo(headline + " (cam1)");
    assertThat(page.get("custom_details")).isEqualTo(event);
    assertThat(event.get("headline").asText()).isEqualTo(headline);
    assertThat(event.get("explanation").asText())
        .isEqualTo(Incidents.opened().summary().explanation());
    assertThat(event.get("advice").asText()).isEqualTo(advice);
    assertThat(event.get("modelDigest").asText()).isEqualTo("ab12");
    assertThat(event.at("/changePoint/frame/offset").asLong()).isEqualTo(4);
    assertThat(message.get("text").asText()).isEqualTo(":warning: " + headline + " (cam1): opened");
    JsonNode attachment = message.at("/attachments/0");
    assertThat(attachment.get("text").asText()).isEqualTo(explanation);
    assertThat(attachment.get("fields").findValuesAsText("value")).contains(advice, changed);
  }

  @Test
  void shouldPassTheLabelsOfTheRuleOnToAlerts() {
    // Given
    Notification notification =
        notification(
            Action.OPEN,
            Incidents.opened().withLabels(Map.of("site", "north")),
            NotifiedState.NOTHING);

    // When
    JsonNode alert =
        Json.read(
                Protocol.of(Receivers.alertmanager(r -> {}), LINKS)
                    .request(List.of(notification), NOW)
                    .body())
            .get(0);
    JsonNode event =
        Json.read(
            Protocol.of(Receivers.webhook(r -> {}), LINKS)
                .request(List.of(notification), NOW)
                .body());

    // Then
    assertThat(alert.at("/labels/site").asText()).isEqualTo("north");
    assertThat(alert.at("/labels/alertname").asText()).isEqualTo("ResiduaIncident");
    assertThat(event.at("/data/labels/site").asText()).isEqualTo("north");
  }

  @Test
  void shouldEndTheAlertWithTheOldLabelsWhenTheSeverityHasChanged() {
    // Given
    Incident worse =
        Incidents.with(
            i -> {
              i.state = State.ESCALATED;
              i.severity = Severity.CRITICAL;
            });

    // When
    JsonNode alerts =
        body(
            Receivers.alertmanager(r -> {}),
            notification(Action.UPDATE, worse, firing(Severity.WARNING, "DRIFT.RESIDUAL")));

    // Then
    assertThat(alerts).hasSize(2);
    assertThat(alerts.get(0).at("/labels/severity").asText()).isEqualTo("warning");
    assertThat(alerts.get(0).get("endsAt").asText()).isEqualTo(NOW.toString());
    assertThat(alerts.get(1).at("/labels/severity").asText()).isEqualTo("critical");
    assertThat(Instant.parse(alerts.get(1).get("endsAt").asText())).isAfter(NOW);
  }

  @Test
  void shouldEndAResolvedAlertWhenItsRecordWasWrittenAndNotBeforeItBegan() {
    // When
    JsonNode alert =
        body(
                Receivers.alertmanager(r -> {}),
                notification(
                    Action.RESOLVE,
                    Incidents.resolved(),
                    firing(Severity.WARNING, "DRIFT.RESIDUAL")))
            .get(0);

    // Then
    assertThat(alert.get("startsAt").asText()).isEqualTo(SINCE.toString());
    assertThat(alert.get("endsAt").asText()).isEqualTo(SINCE.plusSeconds(60).toString());
  }

  @Test
  void shouldTriggerAcknowledgeAndResolveInPagerDutyUnderOneDedupKey() {
    // Given
    ReceiverSettings pager = Receivers.pagerduty(r -> {});
    NotifiedState notified = firing(Severity.WARNING, "DRIFT.RESIDUAL");

    // When
    JsonNode trigger =
        body(pager, notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING));
    JsonNode acknowledge =
        body(pager, notification(Action.ACKNOWLEDGE, Incidents.opened(), notified));
    JsonNode resolve = body(pager, notification(Action.RESOLVE, Incidents.resolved(), notified));

    // Then
    assertThat(trigger.get("event_action").asText()).isEqualTo("trigger");
    assertThat(trigger.get("routing_key").asText()).isEqualTo(Receivers.ROUTING_KEY);
    assertThat(trigger.at("/payload/source").asText()).isEqualTo("cam1");
    assertThat(trigger.at("/payload/severity").asText()).isEqualTo("warning");
    assertThat(trigger.at("/payload/component").asText()).isEqualTo("shadow_length");
    assertThat(trigger.at("/links/0/href").asText()).isEqualTo(PAGE);
    assertThat(trigger.at("/images/0/src").asText())
        .isEqualTo("https://residua.test/api/incidents/incident-1/evidence/frame");
    assertThat(acknowledge.get("event_action").asText()).isEqualTo("acknowledge");
    assertThat(resolve.get("event_action").asText()).isEqualTo("resolve");
    assertThat(List.of(trigger, acknowledge, resolve))
        .allMatch(event -> event.get("dedup_key").asText().equals("incident-1"));
  }

  @Test
  void shouldKeepToTheLengthsThatPagerDutyTakes() {
    // Given
    String id = "i".repeat(300);
    Incident large =
        Incidents.with(
            i -> {
              i.id = id;
              i.source = "s".repeat(940) + "\uD83D\uDD25".repeat(60);
            });

    // When
    JsonNode event =
        body(Receivers.pagerduty(r -> {}), notification(Action.OPEN, large, NotifiedState.NOTHING));

    // Then
    String summary = event.at("/payload/summary").asText();
    assertThat(summary.length()).isBetween(1_022, 1_024);
    assertThat(summary).endsWith("...");
    assertThat(Character.isHighSurrogate(summary.charAt(summary.length() - 4))).isFalse();
    assertThat(event.get("dedup_key").asText())
        .isEqualTo(ModelBundle.sha256(id.getBytes(StandardCharsets.UTF_8)))
        .hasSize(64);
  }

  @Test
  void shouldLeaveOutPicturesThatPagerDutyDoesNotShow() {
    // When
    Links plain = new Links(Optional.of(URI.create("http://residua.test")));
    JsonNode event =
        Json.read(
            Protocol.of(Receivers.pagerduty(r -> {}), plain)
                .request(
                    List.of(notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING)),
                    NOW)
                .body());

    // Then
    assertThat(event.get("images")).isEmpty();
    assertThat(event.get("links")).hasSize(4);
  }

  @Test
  void shouldTellPagerDutyOfAModelAsAChangeThatNotifiesNobody() {
    // When
    OutgoingRequest request =
        Protocol.of(Receivers.pagerduty(r -> {}), LINKS).change(activation(), NOW).orElseThrow();

    // Then
    assertThat(request.url())
        .isEqualTo(URI.create("https://events.pagerduty.com/v2/change/enqueue"));
    JsonNode event = Json.read(request.body());
    assertThat(event.has("event_action")).isFalse();
    assertThat(event.at("/payload/summary").asText())
        .isEqualTo("model m-2 is active (promotion by ann): new lens");
    assertThat(event.at("/payload/timestamp").asText()).isEqualTo(NOW.toString());
  }

  @Test
  void shouldSendAnIncidentWhoseIdCannotBeInAHeader() {
    // Given
    Protocol hook = Protocol.of(Receivers.webhook(r -> {}), LINKS);
    Notification notification =
        notification(Action.OPEN, Incidents.with(i -> i.id = "\n\r\u0000"), NotifiedState.NOTHING);

    // When
    String id =
        Objects.requireNonNull(
            hook.request(List.of(notification), NOW).headers().get("webhook-id"));

    // Then
    assertThat(
            HttpRequest.newBuilder(URI.create("http://localhost/"))
                .header("webhook-id", id)
                .build())
        .isNotNull();
  }

  @Test
  void shouldGiveTheSameEventTheSameIdHoweverOftenItIsSent() {
    // Given
    Protocol hook = Protocol.of(Receivers.webhook(r -> {}), LINKS);
    Notification notification =
        notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING);

    // When
    OutgoingRequest first = hook.request(List.of(notification), NOW);
    OutgoingRequest again = hook.request(List.of(notification), NOW.plusSeconds(5));

    // Then
    assertThat(again.headers().get("webhook-id")).isEqualTo(first.headers().get("webhook-id"));
    assertThat(again.body()).isEqualTo(first.body());
    JsonNode event = Json.read(first.body());
    assertThat(event.get("specversion").asText()).isEqualTo("1.0");
    assertThat(event.get("id").asText()).isEqualTo(first.headers().get("webhook-id"));
    assertThat(event.get("type").asText()).isEqualTo("dev.residua.incident.opened");
    assertThat(event.get("source").asText()).isEqualTo("/residua/sources/cam1");
    assertThat(event.at("/data/causes/0/latent").asText()).isEqualTo("shadow_length");
    assertThat(first.contentType()).isEqualTo("application/cloudevents+json; charset=UTF-8");
    assertThat(
            body(
                    Receivers.webhook(r -> {}),
                    notification(Action.RESOLVE, Incidents.resolved(), NotifiedState.NOTHING))
                .get("id")
                .asText())
        .isNotEqualTo(event.get("id").asText());
  }

  @Test
  void shouldSignAsStandardWebhooksSay() {
    // Given: the same with openssl: printf 'msg_1.1614265330.{"test": 2432232314}' | openssl dgst
    // -sha256 -mac HMAC -macopt hexkey:$(printf MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | base64 -d | xxd
    // -p) -binary | base64
    byte[] key = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    // When
    String signature =
        Signature.of(key, "msg_1", 1_614_265_330, "{\"test\": 2432232314}".getBytes());

    // Then
    assertThat(signature).isEqualTo("v1,9o7UeFkn1GjVbcY4emAJruJCYqgH2EIf8u/slvVRBZI=");
    assertThat(Receivers.webhook(r -> {}).signingKey()).hasValue(key);
  }

  @Test
  void shouldNotLetASourceMentionEverybodyInAChat() {
    // Given
    Incident odd = Incidents.with(i -> i.source = "<!channel> & co");

    // When
    JsonNode message =
        body(Receivers.slack(r -> {}), notification(Action.OPEN, odd, NotifiedState.NOTHING));

    // Then
    assertThat(message.get("text").asText())
        .isEqualTo(
            ":warning: Shadow length deviates more than usual from its causes"
                + " (&lt;!channel&gt; &amp; co): opened");
    assertThat(message.toString()).doesNotContain("<!channel");
    assertThat(message.at("/attachments/0/color").asText()).isEqualTo("warning");
    assertThat(message.at("/attachments/0/fields").findValuesAsText("value"))
        .last(InstanceOfAssertFactories.STRING)
        .contains("|dashboard>", "|frame>", "|expected>", "|heatmap>");
  }

  @Test
  void shouldSayInAChatThatItIsOver() {
    // When
    JsonNode message =
        body(
            Receivers.slack(r -> {}),
            notification(Action.RESOLVE, Incidents.resolved(), firing(Severity.WARNING, "K")));

    // Then
    assertThat(message.get("text").asText())
        .startsWith(":large_green_circle: Shadow length")
        .endsWith("(cam1): resolved");
    assertThat(message.at("/attachments/0/color").asText()).isEqualTo("good");
  }

  @Test
  void shouldHaveAButtonWhereClicksComeBack() {
    // Given
    ReceiverSettings app = Receivers.slack(r -> r.key = Optional.of(new Secret("of the app")));
    Notification opened = notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING);
    Notification over =
        notification(Action.RESOLVE, Incidents.resolved(), firing(Severity.WARNING, "K"));
    Notification taken =
        new Notification(opened.action(), opened.entry(), opened.before(), Optional.of("Kim"));

    // When
    JsonNode button = body(app, opened).at("/attachments/1/blocks/0/elements/0");

    // Then
    assertThat(button.get("action_id").asText()).isEqualTo(SlackProtocol.BUTTON);
    assertThat(button.get("value").asText()).isEqualTo("incident-1");
    assertThat(body(app, opened).toString()).doesNotContain("of the app");
    for (JsonNode message :
        List.of(body(Receivers.slack(r -> {}), opened), body(app, over), body(app, taken))) {
      assertThat(message.get("attachments")).hasSize(1);
    }
  }

  @Test
  void shouldSayInAChatWhoLooksAfterIt() {
    // Given
    Notification opened = notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING);
    // When
    JsonNode message =
        body(
            Receivers.slack(r -> {}),
            new Notification(
                Action.ACKNOWLEDGE, opened.entry(), opened.before(), Optional.of("Kim <K>")));
    // Then
    assertThat(message.get("text").asText())
        .startsWith(":eyes: Kim &lt;K&gt; looks after it: Shadow length");
    assertThat(message.has("attachments")).isFalse();
  }

  @Test
  void shouldHaveNoLinksWithoutADashboard() {
    // When
    JsonNode alert =
        Json.read(
            Protocol.of(Receivers.alertmanager(r -> {}), new Links(Optional.empty()))
                .request(
                    List.of(notification(Action.OPEN, Incidents.opened(), NotifiedState.NOTHING)),
                    NOW)
                .body());

    // Then
    assertThat(alert.get(0).has("generatorURL")).isFalse();
    assertThat(alert.get(0).get("annotations").has("dashboard")).isFalse();
  }

  private static Activation activation() {
    return new Activation(
        4, SceneName.DEFAULT, "m-2", "ab", Activation.Kind.PROMOTION, NOW, "ann", "new lens");
  }
}
