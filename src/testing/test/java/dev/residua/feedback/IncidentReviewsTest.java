package dev.residua.feedback;

import static dev.residua.feedback.Reviews.cause;
import static dev.residua.feedback.Reviews.onset;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.drift.DriftEvent.Channel;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.testing.Incidents;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncidentReviewsTest {
  private final IncidentReviews reviews = new IncidentReviews();

  private static ControlCommand verdict(String incident, boolean trueAlarm, int second) {
    return new Feedback(
        new Order("o" + second, ".*", "kim", "a test", Incidents.OPENED.plusSeconds(second)),
        incident,
        trueAlarm ? FeedbackVerdict.TRUE_ALARM : FeedbackVerdict.FALSE_ALARM);
  }

  private static Incident closed(String id, Reason reason, String into) {
    return Incidents.with(
        i -> {
          i.id = id;
          i.state = State.CLOSED;
          i.reason = reason;
          i.mergedInto = into;
        });
  }

  @Test
  void shouldKeepTheLargestShiftOfEachAlarm() {
    // Given
    reviews.incident(Incidents.with(i -> i.id = "i1"));
    // When
    reviews.alarmed(onset("i1", Channel.RESIDUAL, cause("level", -4)));
    reviews.alarmed(onset("i1", Channel.RESIDUAL, cause("level", 3.2)));
    reviews.alarmed(onset("i1", Channel.EVIDENCE));
    // Then over 16 frames
    ReviewedIncident one = reviews.all(List.of()).get(0);
    assertThat(one.alarms().onlyShift("level")).hasValue(-1);
    assertThat(one.alarms().onlyShift("ball")).isEmpty();
    assertThat(one.verdict()).isEmpty();
  }

  @Test
  void shouldNotCallItAShiftWhereAnythingElseAlarmed() {
    reviews.incident(Incidents.with(i -> i.id = "picture"));
    reviews.incident(Incidents.with(i -> i.id = "two"));
    reviews.incident(Incidents.with(i -> i.id = "reshaped"));
    for (String id : List.of("picture", "two", "reshaped")) {
      reviews.alarmed(onset(id, Channel.RESIDUAL, cause("level", 4)));
    }
    reviews.alarmed(onset("picture", Channel.PICTURE));
    reviews.alarmed(onset("two", Channel.RESIDUAL, cause("ball", 4)));
    reviews.alarmed(onset("reshaped", Channel.RESIDUAL));
    assertThat(reviews.all(List.of()))
        .hasSize(3)
        .allSatisfy(one -> assertThat(one.alarms().onlyShift("level")).isEmpty());
  }

  @Test
  void shouldCountAnIncidentThatGoesOnUnderAnotherNameOnce() {
    // Given: the second incident replaces the first, and the third is merged into the second
    reviews.incident(closed("first", Reason.REDIAGNOSED, null));
    reviews.incident(closed("part", Reason.MERGED, "second"));
    reviews.incident(
        Incidents.with(
            i -> {
              i.id = "second";
              i.follows = "first";
            }));
    reviews.alarmed(onset("first", Channel.RESIDUAL, cause("level", 8)));
    // When
    List<ReviewedIncident> all =
        reviews.all(List.of(verdict("second", true, 1), verdict("part", false, 2)));
    // Then the last verdict on any of them holds
    assertThat(all).hasSize(1);
    assertThat(all.get(0).incident().id()).isEqualTo("second");
    assertThat(all.get(0).alarms().onlyShift("level")).hasValue(2);
    assertThat(all.get(0).isFalse()).isTrue();
  }

  @Test
  void shouldEndWhereIncidentsFollowEachOther() {
    reviews.incident(
        Incidents.with(
            i -> {
              i.id = "a";
              i.follows = "b";
            }));
    reviews.incident(
        Incidents.with(
            i -> {
              i.id = "b";
              i.follows = "a";
            }));
    reviews.alarmed(onset("a", Channel.PICTURE));
    assertThat(reviews.all(List.of(verdict("a", true, 1)))).isEmpty();
  }

  @Test
  void shouldForgetTheOldest() {
    for (int i = 0; i <= IncidentReviews.MOST; i++) {
      String id = "i" + i;
      reviews.incident(Incidents.with(one -> one.id = id));
    }
    reviews.incident(Incidents.with(one -> one.id = "i1"));
    assertThat(reviews.all(List.of()))
        .hasSize(IncidentReviews.MOST)
        .extracting(one -> one.incident().id())
        .startsWith("i2")
        .endsWith("i1");
  }
}
