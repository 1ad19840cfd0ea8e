package dev.residua.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.EscalationSettings;
import dev.residua.alerting.HeartbeatSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.alerting.TestAlert;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.Finding.Severity;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receivers and routes from properties, and what is said of wrong ones. */
class AlertingSetupTest {
  private static final String RECEIVERS = "residua.alerting.receivers.";

  @TempDir Path folder;

  private AlertingSettings settings(String... lines) throws Exception {
    Path file =
        Files.writeString(folder.resolve("application.properties"), String.join("\n", lines));
    return AlertingSetup.configured(file);
  }

  @Test
  void shouldHaveNobodyToTellByDefault() throws Exception {
    assertThat(AlertingSetup.configured(folder.resolve("none")).receivers()).isEmpty();
  }

  @Test
  void shouldReadReceiversRoutesAndSecretsFromFiles() throws Exception {
    // Given
    Path key = Files.writeString(folder.resolve("key"), "0123456789abcdef0123456789abcdef\n");
    Path url =
        Files.writeString(folder.resolve("url"), "https://chat.example.org/services/T/B/X\n");

    // When
    AlertingSettings settings =
        settings(
            RECEIVERS + "pager.type=pagerduty",
            RECEIVERS + "pager.key-file=" + key,
            RECEIVERS + "pager.limit-per-minute=5",
            RECEIVERS + "chat.type=slack",
            RECEIVERS + "chat.url-file=" + url,
            RECEIVERS + "am.type=alertmanager",
            RECEIVERS + "am.url=http://alertmanager:9093",
            "residua.alerting.routes.night.receivers=pager,am",
            "residua.alerting.routes.night.severity=critical",
            "residua.alerting.give-up-after=PT2H");

    // Then
    assertThat(settings.receivers())
        .extracting(r -> r.name() + " " + r.type())
        .containsExactly("am ALERTMANAGER", "chat SLACK", "pager PAGERDUTY");
    assertThat(settings.receivers().get(2).url())
        .isEqualTo(URI.create("https://events.pagerduty.com"));
    assertThat(settings.receivers().get(2).limitPerMinute()).hasValue(5);
    assertThat(settings.receivers().get(0).timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.routes())
        .singleElement()
        .satisfies(r -> assertThat(r.receivers()).containsExactlyInAnyOrder("pager", "am"));
    assertThat(settings.giveUpAfter()).isEqualTo(Duration.ofHours(2));
    assertThat(settings.toString()).doesNotContain("0123456789abcdef", "/services/T/B/X");
    assertThat(settings.receivers().get(1).type()).isEqualTo(ReceiverType.SLACK);
  }

  @Test
  void shouldNameEverythingThatIsWrongAtOnceAndShowNoSecret() {
    assertThatThrownBy(
            () ->
                settings(
                    RECEIVERS + "pager.type=pagerduty",
                    RECEIVERS + "pager.key=tooshortkey",
                    RECEIVERS + "chat.type=slack",
                    RECEIVERS + "chat.url=http://chat.example.org/services/secret",
                    RECEIVERS + "am.type=alertmanager",
                    RECEIVERS + "hook.type=webhook",
                    RECEIVERS + "hook.url=https://ann:pass@hook.example.org/",
                    "residua.alerting.routes.night.receivers=pager",
                    "residua.alerting.routes.night.sources=cam["))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(
            RECEIVERS + "am.url, the address of a receiver of type alertmanager, is missing")
        .hasMessageContaining(RECEIVERS + "chat.url must begin with https")
        .hasMessageContaining(RECEIVERS + "hook.url must not hold a user or password")
        .hasMessageContaining(
            RECEIVERS
                + "pager.key must be the routing key of an Events API v2 integration, 32 characters, but has 11")
        .hasMessageContaining("residua.alerting.routes.night.sources must be a regular expression")
        .message()
        .doesNotContain("tooshortkey", "/services/", "ann:pass");
  }

  @Test
  void shouldSayWhichReceiversARouteMayName() {
    assertThatThrownBy(
            () ->
                settings(
                    RECEIVERS + "am.type=alertmanager",
                    RECEIVERS + "am.url=http://alertmanager:9093",
                    "residua.alerting.routes.night.receivers=pager"))
        .isInstanceOf(StartFailedException.class)
        .hasMessage("residua.alerting.routes.night.receivers names 'pager', expected one of [am]");
  }

  private static String webhook(String name, String... more) {
    StringBuilder lines = new StringBuilder();
    lines.append(RECEIVERS).append(name).append(".type=webhook\n");
    lines.append(RECEIVERS).append(name).append(".url=https://example.org/").append(name);
    for (String line : more) {
      lines.append('\n').append(RECEIVERS).append(name).append('.').append(line);
    }
    return lines.toString();
  }

  @Test
  void shouldReadEscalationsAndTheHeartbeatAndNotRouteTheirReceivers() throws Exception {
    // When
    AlertingSettings settings =
        settings(
            webhook("first", "escalate-to=second", "escalate-after=PT5M"),
            webhook("second", "escalate-to=third"),
            webhook("third"),
            webhook("alive"),
            "residua.alerting.heartbeat.receiver=alive",
            "residua.alerting.heartbeat.interval=PT30S");

    // Then
    assertThat(settings.receiver("first").escalation())
        .hasValue(new EscalationSettings("second", Duration.ofMinutes(5)));
    assertThat(settings.receiver("second").escalation())
        .hasValue(new EscalationSettings("third", Duration.ofMinutes(15)));
    assertThat(settings.receiver("third").escalation()).isEmpty();
    assertThat(settings.heartbeat())
        .hasValue(new HeartbeatSettings("alive", Duration.ofSeconds(30)));
    assertThat(
            TestAlert.routed(
                settings, TestAlert.incident("cam1", Severity.CRITICAL, "s", false, Instant.EPOCH)))
        .containsExactly("first");
  }

  @Test
  void shouldRefuseEscalationsInACircle() {
    assertThatThrownBy(
            () ->
                settings(
                    webhook("a", "escalate-to=b"),
                    webhook("b", "escalate-to=c"),
                    webhook("c", "escalate-to=b")))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(
            RECEIVERS
                + "c.escalate-to leads back to a receiver that was notified before (a -> b -> c -> b); remove one of these steps");
    assertThatThrownBy(() -> settings(webhook("a", "escalate-to=a")))
        .hasMessageContaining("(a -> a)");
  }

  @Test
  void shouldRefuseAnEscalationToAnUnknownReceiverOrWithAnImpossibleTime() {
    assertThatThrownBy(() -> settings(webhook("a", "escalate-to=boss")))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(RECEIVERS + "a.escalate-to names 'boss', expected one of [a]");
    assertThatThrownBy(
            () -> settings(webhook("a", "escalate-to=b", "escalate-after=PT0S"), webhook("b")))
        .hasMessage(RECEIVERS + "a.escalate-after must be from PT1S to PT168H but was PT0S");
  }

  @Test
  void shouldRefuseAHeartbeatThatNobodyCanTake() {
    String receiver = "residua.alerting.heartbeat.receiver=";
    assertThatThrownBy(() -> settings(webhook("a"), receiver + "b"))
        .isInstanceOf(StartFailedException.class)
        .hasMessage("residua.alerting.heartbeat.receiver names 'b', expected one of [a]");
    assertThatThrownBy(
            () ->
                settings(
                    RECEIVERS + "chat.type=slack",
                    RECEIVERS + "chat.url=https://chat.example.org/x",
                    receiver + "chat"))
        .hasMessage(
            "residua.alerting.heartbeat.receiver must be of type alertmanager or webhook but chat is of type slack");
    assertThatThrownBy(
            () ->
                settings(webhook("a"), receiver + "a", "residua.alerting.heartbeat.interval=PT2H"))
        .hasMessage("residua.alerting.heartbeat.interval must be from PT1S to PT1H but was PT2H");
  }

  @Test
  void shouldReadTheAddressesOfMails() throws Exception {
    // When
    AlertingSettings settings =
        settings(
            RECEIVERS + "mail.type=email",
            RECEIVERS + "mail.url=smtp://mail.example.org",
            RECEIVERS + "mail.from=Residua <residua@example.org>",
            RECEIVERS + "mail.to=ops@example.org,line3@example.org",
            RECEIVERS + "mail.user=residua",
            RECEIVERS + "mail.token=of-the-mailbox");

    // Then
    assertThat(settings.receivers())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.from()).hasValue("Residua <residua@example.org>");
              assertThat(r.to()).containsExactly("ops@example.org", "line3@example.org");
            });
    assertThat(settings.toString()).doesNotContain("of-the-mailbox");
  }

  @Test
  void shouldSayWhatIsWrongWithReceiversOfMailAndTeams() {
    String mail = ".type=email";
    assertThatThrownBy(
            () ->
                settings(
                    RECEIVERS + "a" + mail,
                    RECEIVERS + "a.url=https://mail.example.org",
                    RECEIVERS + "b" + mail,
                    RECEIVERS + "b.url=smtp://mail.example.org/inbox",
                    RECEIVERS + "c" + mail,
                    RECEIVERS + "c.url=smtps://mail.example.org",
                    RECEIVERS + "d" + mail,
                    RECEIVERS + "d.url=smtps://mail.example.org",
                    RECEIVERS + "d.from=residua@example.org",
                    RECEIVERS + "e" + mail,
                    RECEIVERS + "e.url=smtps://mail.example.org",
                    RECEIVERS + "e.from=residua@example.org",
                    RECEIVERS + "e.to=ops@example.org,ops",
                    RECEIVERS + "f" + mail,
                    RECEIVERS + "f.url=smtps://mail.example.org",
                    RECEIVERS + "f.from=residua@example.org",
                    RECEIVERS + "f.to=ops@example.org",
                    RECEIVERS + "f.token=of-the-mailbox",
                    RECEIVERS + "g.type=teams",
                    RECEIVERS + "g.url=http://flow.example.org/invoke?sig=hidden",
                    RECEIVERS + "h.type=teams",
                    RECEIVERS + "h.url=https://flow.example.org/invoke?sig=hidden",
                    RECEIVERS + "h.to=ops@example.org"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(
            "a.url must be an address such as smtp://host:587 or smtps://host:465")
        .hasMessageContaining("b.url must be scheme, host and port of a mail server")
        .hasMessageContaining("c.from, the address that mails come from, is missing")
        .hasMessageContaining("d.to must be from 1 to 50 addresses, separated by commas, but has 0")
        .hasMessageContaining("e.to must be an address such as ops@example.org but was 'ops'")
        .hasMessageContaining("f.token is set but its user is not")
        .hasMessageContaining("g.url must begin with https")
        .hasMessageContaining("h.to is set, but a receiver of type teams has none")
        .message()
        .doesNotContain("hidden", "of-the-mailbox");
  }

  @Test
  void shouldSayWhatIsWrongWithReceiversOfMqtt() {
    String mqtt = ".type=mqtt";
    assertThatThrownBy(
            () ->
                settings(
                    RECEIVERS + "a" + mqtt,
                    RECEIVERS + "a.url=https://broker.example.org",
                    RECEIVERS + "b" + mqtt,
                    RECEIVERS + "b.url=mqtts://broker.example.org/plant/+/residua",
                    RECEIVERS + "c" + mqtt,
                    RECEIVERS + "c.url=mqtts://broker.example.org/plant/",
                    RECEIVERS + "d" + mqtt,
                    RECEIVERS + "d.url=mqtts://broker.example.org",
                    RECEIVERS + "d.token=of-the-broker",
                    RECEIVERS + "e" + mqtt,
                    RECEIVERS + "e.url=mqtt://broker.example.org",
                    RECEIVERS + "e.user=residua",
                    RECEIVERS + "e.token=of-the-broker",
                    RECEIVERS + "f" + mqtt,
                    RECEIVERS + "f.url=mqtts://broker.example.org",
                    RECEIVERS + "f.key=of-the-broker"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(
            "a.url must be an address such as mqtts://host:8883/topic or mqtt://host:1883/topic")
        .hasMessageContaining("b.url must end in the start of a topic, without wildcards")
        .hasMessageContaining("c.url must end in the start of a topic")
        .hasMessageContaining("d.token is set but its user is not")
        .hasMessageContaining("e.url must begin with mqtts, since its password is sent")
        .hasMessageContaining("f.key is set, but a receiver of type mqtt has none")
        .message()
        .doesNotContain("of-the-broker");
  }

  @Test
  void shouldSayWhichTypesThereAre() {
    assertThatThrownBy(() -> settings(RECEIVERS + "x.type=carrier-pigeon"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(RECEIVERS + "x.type")
        .hasMessageContaining("carrier-pigeon");
  }
}
