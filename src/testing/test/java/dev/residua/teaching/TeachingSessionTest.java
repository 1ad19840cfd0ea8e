package dev.residua.teaching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.LabelTable;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtAnswer.Answer;
import dev.residua.dataset.TaughtHold;
import dev.residua.teaching.TeachingChange.AnswersAdded;
import dev.residua.teaching.TeachingChange.FactorAdded;
import dev.residua.teaching.TeachingChange.FactorRemoved;
import dev.residua.teaching.TeachingChange.HoldAdded;
import dev.residua.teaching.TeachingChange.HoldRemoved;
import dev.residua.teaching.TeachingChange.Labelled;
import dev.residua.teaching.TeachingChange.RangeChanged;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TeachingSessionTest {
  private static final int FRAMES = 40;
  private static final TaughtFactor LEVEL = new TaughtFactor("level", 0, 100);

  private static TeachingState state() {
    List<String[]> rows = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      rows.add(new String[] {i % 4 == 0 ? Integer.toString(i) : ""});
    }
    return new TeachingState(
        List.of(LEVEL),
        List.of(),
        List.of(),
        TaughtLabels.of(LabelTable.of(List.of("level"), List.copyOf(rows))));
  }

  /** Some change that may or may not fit the state. */
  private static TeachingChange some(Random random, TeachingState state) {
    int frame = random.nextInt(FRAMES - 3);
    return switch (random.nextInt(6)) {
      case 0 ->
          new AnswersAdded(
              List.of(
                  new TaughtAnswer(
                      frame, frame + 1 + random.nextInt(2), "level", Answer.A, "", "")));
      case 1 ->
          new AnswersAdded(
              SortedSeries.answers(List.of(frame, frame + 2, frame + 1), "level", "", ""));
      case 2 -> new HoldAdded(new TaughtHold(frame, frame + 2, "level", "", ""));
      case 3 ->
          state.holds().isEmpty()
              ? new FactorAdded(0, new TaughtFactor("angle", 0, 1))
              : new HoldRemoved(state.holds().get(random.nextInt(state.holds().size())));
      case 4 -> {
        TaughtFactor before = state.factors().get(0);
        yield new RangeChanged(
            before, new TaughtFactor(before.name(), before.low(), before.high() + 1));
      }
      default ->
          new Labelled(
              frame,
              "level",
              state.labels().value(frame, "level"),
              random.nextBoolean() ? Double.NaN : random.nextInt(5));
    };
  }

  @Property(seed = "5", tries = 200)
  void shouldComeBackToTheStartByUndoAndToTheEndByRedo(@ForAll @LongRange(max = 1L << 40) long seed)
      throws TeachingConflictException {
    // Given
    Random random = new Random(seed);
    TeachingSession start = TeachingSession.of(state());
    TeachingSession session = start;
    int made = 0;
    while (made < 12) {
      try {
        session = session.after("ann", some(random, session.state()));
        made++;
      } catch (TeachingConflictException e) {
        // another change, then
      }
    }

    // When
    TeachingSession undone = session;
    while (undone.undoable("ann").isPresent()) {
      undone = undone.undo("ann");
    }
    TeachingSession redone = undone;
    while (redone.redoable("ann").isPresent()) {
      redone = redone.redo("ann");
    }

    // Then
    assertThat(undone.state()).isEqualTo(start.state());
    assertThat(redone.state()).isEqualTo(session.state());
    assertThat(session.state()).isNotEqualTo(start.state());
    assertThat(redone.revision()).isEqualTo(3L * made);
  }

  @Property(seed = "6", tries = 200)
  void shouldLeaveTheChangesOfOthersWhenOnePersonUndoes(
      @ForAll @LongRange(max = 1L << 40) long seed) throws TeachingConflictException {
    // Given
    Random random = new Random(seed);
    TeachingSession both = TeachingSession.of(state());
    TeachingSession annAlone = both;
    for (int i = 0; i < 20; i++) {
      boolean ann = random.nextBoolean();
      // even frames are Ann's, odd ones Bob's
      int frame = 2 * random.nextInt(FRAMES / 2) + (ann ? 0 : 1);
      TeachingChange change =
          random.nextBoolean()
              ? new AnswersAdded(
                  List.of(
                      new TaughtAnswer(
                          frame, (frame + 2) % FRAMES, "level", Answer.B, ann ? "ann" : "bob", "")))
              : new Labelled(frame, "level", both.state().labels().value(frame, "level"), i);
      both = both.after(ann ? "ann" : "bob", change);
      annAlone = ann ? annAlone.after("ann", change) : annAlone;
    }

    // When
    while (both.undoable("bob").isPresent()) {
      both = both.undo("bob");
    }

    // Then
    assertThat(both.state()).isEqualTo(annAlone.state());
  }

  @Test
  void shouldRefuseTheSecondOfTwoLabelsThatSawTheSameValue() throws TeachingConflictException {
    // Given
    TeachingSession session =
        TeachingSession.of(state()).after("ann", new Labelled(4, "level", 4, 7));

    // When, Then
    assertThatThrownBy(() -> session.after("bob", new Labelled(4, "level", 4, 9)))
        .isInstanceOf(TeachingConflictException.class)
        .hasMessageContaining("level of frame 4 was changed to 7.0");
  }

  @Test
  void shouldRefuseToUndoWhatSomebodyElseChangedSince() throws TeachingConflictException {
    // Given
    TeachingSession session =
        TeachingSession.of(state())
            .after("ann", new Labelled(4, "level", 4, 7))
            .after("bob", new Labelled(4, "level", 7, 9));

    // When, Then
    assertThatThrownBy(() -> session.undo("ann")).isInstanceOf(TeachingConflictException.class);
    assertThat(session.state().labels().value(4, "level")).isEqualTo(9);
  }

  @Test
  void shouldForgetWhatWasUndoneAfterAnotherChange() throws TeachingConflictException {
    // Given
    TeachingSession session =
        TeachingSession.of(state()).after("ann", new Labelled(4, "level", 4, 7)).undo("ann");
    assertThat(session.redoable("ann")).isPresent();

    // When
    TeachingSession next = session.after("ann", new Labelled(8, "level", 8, 1));

    // Then
    assertThat(next.redoable("ann")).isEmpty();
    assertThatThrownBy(() -> next.redo("ann")).isInstanceOf(TeachingConflictException.class);
  }

  @Test
  void shouldKeepAFactorThatSomethingWasTaughtAbout() {
    // When, Then
    assertThatThrownBy(() -> new FactorRemoved(0, LEVEL).applyTo(state()))
        .isInstanceOf(TeachingConflictException.class)
        .hasMessageContaining("undo that first");
  }

  @Test
  void shouldRefuseUnknownFramesFactorsAndOverlappingRuns() throws TeachingConflictException {
    // Given
    TeachingState held = new HoldAdded(new TaughtHold(3, 9, "level", "", "")).applyTo(state());

    // When, Then
    assertThatThrownBy(() -> new Labelled(FRAMES, "level", Double.NaN, 1).applyTo(state()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no frame 40");
    assertThatThrownBy(() -> new Labelled(0, "angle", Double.NaN, 1).applyTo(state()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no factor 'angle'");
    assertThatThrownBy(() -> new HoldAdded(new TaughtHold(9, 12, "level", "", "")).applyTo(held))
        .isInstanceOf(TeachingConflictException.class)
        .hasMessageContaining("frames 3 to 9 already");
  }

  @Test
  void shouldWriteChangedLabelsIntoTheTable() throws TeachingConflictException {
    // Given
    TeachingState changed =
        new Labelled(8, "level", 8, Double.NaN)
            .applyTo(new Labelled(1, "level", Double.NaN, 2.5).applyTo(state()));

    // When
    LabelTable table = changed.labels().table();

    // Then
    assertThat(table.value(1, "level")).isEqualTo(2.5);
    assertThat(table.text(8, "level")).isNull();
    assertThat(table.text(4, "level")).isEqualTo("4");
    assertThat(changed.labels().count("level"))
        .isEqualTo(10)
        .isEqualTo(changed.labels().labelled("level").size());
  }

  @Test
  void shouldRefuseNamesThatAreNoFactors() {
    for (String name : List.of("", " level", "=1+1", "residua.event", "variable.x", "a\nb")) {
      assertThatThrownBy(() -> new TaughtFactor(name, 0, 1))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new TaughtFactor("level", 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
