package dev.residua.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.Suppression;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActiveControlsTest {
  private static final Instant T = Instant.parse("2026-05-01T10:00:00Z");
  private static final Period HOUR = new Period(T, T.plusSeconds(3_600));

  private static Order order(String id, String sources) {
    return new Order(id, sources, "kim", "belt change", T);
  }

  @Test
  void shouldKnowMaintenanceByWholeSourceNameAndTime() {
    // When
    ActiveControls board = ActiveControls.EMPTY.with(new Maintenance(order("1", "cam[12]"), HOUR));
    // Then
    assertThat(board.maintained("cam1", T)).isTrue();
    assertThat(board.maintained("cam12", T)).isFalse();
    assertThat(board.maintained("cam1", T.plusSeconds(3_600))).isFalse();
    assertThat(board.maintained("cam1", T.minusMillis(1))).isFalse();
    assertThat(board.without("1").maintained("cam1", T)).isFalse();
  }

  @Test
  void shouldMatchAnnouncementsByLatent() {
    // When
    ActiveControls board =
        ActiveControls.EMPTY.with(new Announcement(order("1", ".*"), HOUR, "light"));
    // Then
    assertThat(board.expectsChange("cam1", T)).isTrue();
    assertThat(board.announced("cam1", "light", T)).isPresent();
    assertThat(board.announced("cam1", "pendulum", T)).isEmpty();
    assertThat(board.expectsChange("cam1", T.minusSeconds(1))).isFalse();
  }

  @Test
  void shouldSuppressUpToTheMargin() {
    // When
    ActiveControls board =
        ActiveControls.EMPTY.with(new Suppression(order("1", "cam1"), "light", 0.5));
    // Then
    assertThat(board.suppressed("cam1", "light", -0.5)).isTrue();
    assertThat(board.suppressed("cam1", "light", 0.51)).isFalse();
    assertThat(board.suppressed("cam1", "pendulum", 0.1)).isFalse();
    assertThat(board.suppressed("cam2", "light", 0.1)).isFalse();
  }

  @Test
  void shouldReplaceACommandOfTheSameId() {
    // When
    ActiveControls board =
        ActiveControls.EMPTY
            .with(new Suppression(order("1", "cam1"), "light", 0.5))
            .with(new Suppression(order("1", "cam1"), "light", 2));
    // Then
    assertThat(board.suppressed("cam1", "light", 1.5)).isTrue();
  }

  @Test
  void shouldGiveOrdersOnceByOffsetWithAnySendersClock() {
    // Given a first order from a clock that is a day ahead
    ActiveControls board =
        ActiveControls.EMPTY
            .with(new AcceptNormal(new Order("a", "cam1", "kim", "lamp", T.plusSeconds(86_400))), 7)
            .with(new AcceptNormal(new Order("b", "cam1", "kim", "new lens", T)), 9);
    // When, Then
    assertThat(board.since(-1)).extracting(ActiveControls.Given::offset).containsExactly(7L, 9L);
    assertThat(board.since(7))
        .extracting(given -> given.command().order().id())
        .containsExactly("b");
    assertThat(board.since(board.lastOffset())).isEmpty();
    assertThat(board.without("b").since(-1))
        .extracting(ActiveControls.Given::offset)
        .containsExactly(7L);
    assertThat(board.without("b").lastOffset()).as("a deletion does not bring back").isEqualTo(9);
  }

  @Test
  void shouldUndoOnlyTheOrderThatIsDeleted() {
    // Given two orders of each kind that cover the same source and overlap
    ActiveControls both =
        ActiveControls.EMPTY
            .with(new Maintenance(order("m1", "cam1"), HOUR))
            .with(new Maintenance(order("m2", ".*"), new Period(T, T.plusSeconds(1_800))))
            .with(new Announcement(order("a1", "cam1"), HOUR, "light"))
            .with(new Announcement(order("a2", ".*"), HOUR, "light"))
            .with(new Suppression(order("s1", "cam1"), "light", 0.5))
            .with(new Suppression(order("s2", "cam1"), "light", 2))
            .with(new Feedback(order("f1", ".*"), "i1", FeedbackVerdict.TRUE_ALARM))
            .with(new Feedback(order("f2", ".*"), "i1", FeedbackVerdict.TRUE_ALARM));
    List<String> deleted = List.of("m1", "a1", "s1", "f1");

    // When
    ActiveControls rest = both;
    for (String id : deleted) {
      rest = rest.without(id);
    }

    // Then
    assertThat(rest.maintained("cam1", T)).isTrue();
    assertThat(rest.maintained("cam1", T.plusSeconds(1_800))).as("only m1 was on").isFalse();
    assertThat(rest.announced("cam1", "light", T))
        .get()
        .extracting(a -> a.order().id())
        .isEqualTo("a2");
    assertThat(rest.suppressed("cam1", "light", 1.5)).isTrue();
    assertThat(rest.count(FeedbackVerdict.TRUE_ALARM)).isEqualTo(1);
    assertThat(rest.lastOffset()).isEqualTo(both.lastOffset());
    assertThat(rest.without("unknown")).isSameAs(rest);
    assertThat(both.maintained("cam1", T.plusSeconds(1_800))).as("immutable").isTrue();
  }

  @Test
  void shouldEndEachPeriodAtItsOwnEnd() {
    // Given
    Instant half = T.plusSeconds(1_800);
    Instant end = T.plusSeconds(3_600);
    ActiveControls board =
        ActiveControls.EMPTY
            .with(new Maintenance(order("m1", "cam1"), new Period(T, half)))
            .with(new Maintenance(order("m2", "cam1"), HOUR))
            .with(new Announcement(order("a1", "cam1"), new Period(T, half), "light"))
            .with(new Announcement(order("a2", "cam1"), HOUR, "pendulum"));

    // When, Then
    assertThat(board.announced("cam1", "light", half.minusNanos(1_000))).isPresent();
    assertThat(board.announced("cam1", "light", half)).isEmpty();
    assertThat(board.announced("cam1", "pendulum", half)).isPresent();
    assertThat(board.expectsChange("cam1", end)).isFalse();
    assertThat(board.maintained("cam1", half)).as("the longer period goes on").isTrue();
    assertThat(board.maintained("cam1", end)).isFalse();
    assertThat(board.without("m2").maintained("cam1", half)).isFalse();
  }

  @Test
  void shouldKeepTheNewestOfMoreCommandsThanItAllows() {
    // When
    ActiveControls board = ActiveControls.EMPTY;
    for (int i = 0; i < ActiveControls.MOST + 2; i++) {
      board = board.with(new Suppression(order("s" + i, "cam" + i), "light", 0.5));
      board = board.with(new Feedback(order("f" + i, ".*"), "i" + i, FeedbackVerdict.TRUE_ALARM));
      board =
          board.with(
              new ControlCommand.Retrain(order("r" + i, ".*"), SceneName.DEFAULT, List.of()));
    }
    // Then
    assertThat(board.size()).isEqualTo(ActiveControls.MOST);
    assertThat(board.count(FeedbackVerdict.TRUE_ALARM)).isEqualTo(ActiveControls.MOST);
    assertThat(board.suppressed("cam1", "light", 0.1)).isFalse();
    assertThat(board.suppressed("cam2", "light", 0.1)).isTrue();
    assertThat(board.suppressed("cam1001", "light", 0.1)).isTrue();
  }

  @Test
  void shouldCountFeedback() {
    // When
    ActiveControls board =
        ActiveControls.EMPTY
            .with(new Feedback(order("1", ".*"), "i1", FeedbackVerdict.FALSE_ALARM))
            .with(new Feedback(order("2", ".*"), "i2", FeedbackVerdict.TRUE_ALARM))
            .with(new Feedback(order("3", ".*"), "i3", FeedbackVerdict.TRUE_ALARM));
    // Then
    assertThat(board.count(FeedbackVerdict.TRUE_ALARM)).isEqualTo(2);
    assertThat(board.count(FeedbackVerdict.FALSE_ALARM)).isEqualTo(1);
  }

  @Test
  void shouldSayWhatIsWrongWithACommand() {
    assertThatThrownBy(() -> order("1", "cam["))
        .hasMessageContaining("sources of control command 1: invalid regular expression 'cam['");
    assertThatThrownBy(() -> new Order("1", ".*", "", "x", T)).hasMessageContaining("by=''");
    assertThatThrownBy(() -> new Period(T, T)).hasMessageContaining("must end after it begins");
    assertThat(new Period(Instant.EPOCH, ValidTimeRange.END).contains(T)).isTrue();
    assertThatThrownBy(() -> new Period(T, ValidTimeRange.END.plusNanos(1)))
        .hasMessageContaining("a period must lie between");
    assertThatThrownBy(() -> new Suppression(order("1", ".*"), "light", 0))
        .hasMessageContaining("must be above 0 standard deviations but was 0.0");
  }
}
