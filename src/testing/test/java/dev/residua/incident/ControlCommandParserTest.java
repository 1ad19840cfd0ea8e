package dev.residua.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Kind;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Note;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.Suppression;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlCommandParserTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

  private static ControlCommand command(Kind kind, String... namesAndValues) {
    Map<String, String> fields = new HashMap<>(Map.of("by", "ann", "reason", "test"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return new ControlCommandParser(kind, fields, "--"::concat).command("id-1", NOW);
  }

  @Test
  void shouldStartAPeriodNowWhereNothingElseIsSaid() {
    assertThat(((Maintenance) command(Kind.MAINTENANCE, "for", "2h")).period())
        .isEqualTo(new Period(NOW, NOW.plus(Duration.ofHours(2))));
    assertThat(
            ((Announcement)
                    command(
                        Kind.ANNOUNCEMENT,
                        "from",
                        "2026-05-02T00:00:00+02:00",
                        "until",
                        "2026-05-02T01:00:00+02:00",
                        "latent",
                        "light"))
                .period())
        .isEqualTo(
            new Period(
                Instant.parse("2026-05-01T22:00:00Z"), Instant.parse("2026-05-01T23:00:00Z")));
  }

  @Test
  void shouldReadWhatEachKindTakes() {
    assertThat(command(Kind.SUPPRESSION, "latent", "light", "margin", "0.5"))
        .isInstanceOfSatisfying(
            Suppression.class,
            suppression -> {
              assertThat(suppression.latent()).isEqualTo("light");
              assertThat(suppression.margin()).isEqualTo(0.5);
              assertThat(suppression.order().id()).isEqualTo("id-1");
              assertThat(suppression.order().sources()).hasToString(".*");
            });
    assertThat(command(Kind.FEEDBACK, "incident", "i", "verdict", "False"))
        .isInstanceOfSatisfying(
            Feedback.class,
            feedback -> assertThat(feedback.verdict()).isEqualTo(FeedbackVerdict.FALSE_ALARM));
    assertThat(command(Kind.ACKNOWLEDGEMENT, "incident", "i"))
        .isInstanceOfSatisfying(
            Acknowledgement.class, one -> assertThat(one.assignee()).isEqualTo("ann (claimed)"));
    assertThat(command(Kind.ACKNOWLEDGEMENT, "incident", "i", "assignee", "kim"))
        .isInstanceOfSatisfying(
            Acknowledgement.class, one -> assertThat(one.assignee()).isEqualTo("kim"));
    assertThat(command(Kind.NOTE, "incident", "i"))
        .isInstanceOfSatisfying(Note.class, note -> assertThat(note.incidentId()).isEqualTo("i"));
    assertThat(Kind.of("accept-normal")).isEqualTo(Kind.ACCEPT_NORMAL);
  }

  @Test
  void shouldNameWhatIsWrongTheWayItWasAsked() {
    assertRefused("--latent is missing", Kind.SUPPRESSION, "margin", "1");
    assertRefused("--incident is missing", Kind.NOTE);
    assertRefused("who looks after", Kind.ACKNOWLEDGEMENT, "incident", "i", "assignee", " ");
    assertRefused("--margin must be a number", Kind.SUPPRESSION, "latent", "a", "margin", "much");
    assertRefused("above 0", Kind.SUPPRESSION, "latent", "a", "margin", "NaN");
    assertRefused("either --until or --for", Kind.MAINTENANCE);
    assertRefused(
        "either --until or --for",
        Kind.MAINTENANCE,
        "for",
        "PT1H",
        "until",
        "2026-05-01T10:00:00Z");
    assertRefused("such as 2h or 1d 12h but was 'two hours'", Kind.MAINTENANCE, "for", "two hours");
    assertRefused("must end after it begins", Kind.MAINTENANCE, "for", "PT-1H");
    assertRefused("--from must be a time", Kind.MAINTENANCE, "from", "noon", "for", "PT1H");
    assertRefused(
        "--verdict must be true or false", Kind.FEEDBACK, "incident", "i", "verdict", "1");
    assertRefused("invalid regular expression", Kind.ACCEPT_NORMAL, "sources", "(");
    assertRefused("silence takes no --latent", Kind.MAINTENANCE, "latent", "light");
    assertRefused("say who gives it and why", Kind.ACCEPT_NORMAL, "by", " ");
  }

  private static void assertRefused(String message, Kind kind, String... namesAndValues) {
    assertThatThrownBy(() -> command(kind, namesAndValues))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldMarkAnAuthorThatNobodyAuthenticated() {
    // Given
    ControlCommandParser request =
        new ControlCommandParser(
            Kind.ACCEPT_NORMAL, Map.of("by", "kim", "reason", "x"), name -> name);
    ControlCommandParser anonymous =
        new ControlCommandParser(Kind.ACCEPT_NORMAL, Map.of("reason", "x"), name -> name);

    // When, Then
    assertThat(request.command("1", NOW).order().by()).isEqualTo("kim (claimed)");
    assertThat(request.command("1", NOW, "kim").order().by()).isEqualTo("kim");
    assertThat(anonymous.command("1", NOW, "kim").order().by()).isEqualTo("kim");
    assertThatThrownBy(() -> request.command("1", NOW, "berta"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("by is 'kim' but your token says 'berta'; leave it out");
    assertThatThrownBy(() -> anonymous.command("1", NOW)).hasMessageContaining("by=''");
    assertThat(AuthorName.claimed("kim (claimed) ")).as("marked once").isEqualTo("kim (claimed)");
  }

  @Test
  void shouldSayWhatRemainsAfterACommandIsTakenBack() {
    // When, Then
    assertThat(ControlCommand.Kind.ACCEPT_NORMAL.afterTakingBack())
        .startsWith("what sources have taken as normal remains");
    assertThat(ControlCommand.Kind.RESOLVE.afterTakingBack()).contains("remains closed");
    assertThat(ControlCommand.Kind.MAINTENANCE.afterTakingBack()).isEmpty();
  }

  @Test
  void shouldNameAllKindsWhereItIsNone() {
    assertThatThrownBy(() -> Kind.of("restart"))
        .hasMessageContaining(
            "silence, announce, suppress, accept-normal, resolve, arm, learn, retire, feedback, acknowledge, note, retrain, cancel-training")
        .hasMessageContaining("'restart'");
    assertThatThrownBy(() -> Kind.of(null)).hasMessageContaining("missing");
  }

  @Test
  void shouldRefusePeriodsBeyondAllCalendars() {
    assertThatThrownBy(() -> command(Kind.MAINTENANCE, "until", "+999999-01-01T00:00:00Z"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2262");
    assertThatThrownBy(() -> command(Kind.MAINTENANCE, "for", "P400000000D"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2262");
    assertThatThrownBy(() -> command(Kind.MAINTENANCE, "for", "PT9223372036854775807S"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT9223372036854775807S");
  }
}
