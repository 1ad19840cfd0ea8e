package dev.residua.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.app.process.StartFailedException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  @Test
  void shouldSayWhichTypesThereAre() {
    assertThatThrownBy(() -> settings(RECEIVERS + "x.type=email"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(RECEIVERS + "x.type")
        .hasMessageContaining("email");
  }
}
