package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.testing.Incidents;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** Fields and size of the cards for Teams. */
class TeamsProtocolTest {
  private static final Links LINKS = new Links(Optional.of(URI.create("https://residua.test/")));

  private static OutgoingRequest request(Action action, Incident incident, String by) {
    AlertEntry entry = StoredAlerts.entry(incident);
    return Protocol.of(Receivers.teams(r -> {}), LINKS)
        .request(
            List.of(new Notification(action, entry, NotifiedState.NOTHING, Optional.of(by))),
            Incidents.OPENED);
  }

  private static JsonNode card(OutgoingRequest request) {
    JsonNode message = Json.read(request.body());
    assertThat(message.path("type").asText()).isEqualTo("message");
    JsonNode attachment = message.at("/attachments/0");
    assertThat(attachment.path("contentType").asText())
        .isEqualTo("application/vnd.microsoft.card.adaptive");
    JsonNode card = attachment.path("content");
    assertThat(card.path("type").asText()).isEqualTo("AdaptiveCard");
    assertThat(card.path("version").asText()).isEqualTo("1.4");
    return card;
  }

  private static List<String> lines(JsonNode card) {
    return StreamSupport.stream(card.path("body").spliterator(), false)
        .map(block -> String.join("", block.findValuesAsText("text")))
        .toList();
  }

  @Test
  void shouldShowTheHeadlineFirstAndLinkToTheIncident() {
    // Given
    Incident critical = Incidents.with(i -> i.severity = Severity.CRITICAL);

    // When
    OutgoingRequest request = request(Action.OPEN, critical, "nobody");

    // Then
    assertThat(request.url()).isEqualTo(URI.create("https://flow.test/invoke?api-version=1&sig=S"));
    JsonNode card = card(request);
    assertThat(card.at("/body/0/inlines/0/color").asText()).isEqualTo("attention");
    assertThat(lines(card))
        .startsWith(
            "Shadow length deviates more than usual from its causes (cam1): opened",
            "Shadow length deviates more than usual from what pendulum explains, 5.2 standard errors.",
            "Source: cam1",
            "Severity: critical",
            "Since: 2026-05-01 10:00:00 UTC",
            "Advice: Check what drives shadow length, and what is attached to it.")
        .contains(
            "Threshold: Crossed the threshold of the false-alarm budget alone: no minimum effect applies.",
            "Subject: mechanism:shadow_length");
    assertThat(card.at("/actions/0"))
        .isEqualTo(
            Json.object()
                .put("type", "Action.OpenUrl")
                .put("title", "dashboard")
                .put("url", "https://residua.test/#/incidents/incident-1"));
    assertThat(card.path("actions")).hasSize(4);
  }

  @Test
  void shouldSayThatItIsOverAndWhoLooksAfterIt() {
    JsonNode over = card(request(Action.RESOLVE, Incidents.resolved(), "nobody"));
    assertThat(over.at("/body/0/inlines/0/color").asText()).isEqualTo("good");
    assertThat(lines(over).get(0)).endsWith("(cam1): resolved");
    assertThat(lines(card(request(Action.ACKNOWLEDGE, Incidents.opened(), "Kim"))))
        .containsExactly(
            "Kim looks after it: Shadow length deviates more than usual from its causes (cam1)");
  }

  @Property(tries = 200)
  void shouldTakeAnyText(
      @ForAll @NotBlank @StringLength(max = 50) String source,
      @ForAll @NotBlank @StringLength(max = 9_000) String explanation,
      @ForAll @NotBlank String id) {
    // When
    OutgoingRequest request =
        request(
            Action.OPEN,
            Incidents.with(
                i -> {
                  i.id = id;
                  i.source = source;
                  i.explanation = explanation;
                }),
            "nobody");

    // Then: text is only in runs, which know no Markdown
    assertThat(request.body()).hasSizeLessThanOrEqualTo(TeamsProtocol.MAX_BYTES);
    JsonNode card = card(request);
    assertThat(lines(card).get(0)).contains("Shadow length deviates").endsWith(": opened");
    assertThat(card.findValuesAsText("type"))
        .isSubsetOf("AdaptiveCard", "RichTextBlock", "TextRun", "Action.OpenUrl");
  }

  @Test
  void shouldShortenTextsThatTeamsWouldRefuse() {
    // When
    OutgoingRequest request =
        request(
            Action.OPEN,
            Incidents.with(
                i -> {
                  i.id = "\u0001".repeat(5_000);
                  i.source = "\u4e2d".repeat(5_000);
                  i.kind = "\u0001".repeat(5_000);
                  i.explanation = "\u0001".repeat(5_000);
                }),
            "nobody");

    // Then
    assertThat(request.body()).hasSizeBetween(5_000, TeamsProtocol.MAX_BYTES);
    assertThat(lines(card(request)).get(1)).endsWith("...");
  }
}
