package dev.residua.teaching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.dataset.LabelTable;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtAnswer.Answer;
import dev.residua.dataset.TaughtHold;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TeachingProgressTest {
  private static final Instant START = Instant.parse("2026-05-04T09:00:00Z");
  private static final List<TaughtFactor> TWO =
      List.of(new TaughtFactor("level", 0, 1), new TaughtFactor("angle", 0, 1));

  private static List<TaughtAnswer> answers(int count, String factor, double seconds) {
    List<TaughtAnswer> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String when = START.plusMillis((long) (1_000 * seconds * i)).toString();
      answers.add(new TaughtAnswer(i, i + 1, factor, Answer.A, "ann", when));
    }
    return answers;
  }

  private static TeachingState state(List<TaughtAnswer> answers, List<TaughtHold> holds) {
    return new TeachingState(TWO, answers, holds, TaughtLabels.of(LabelTable.empty(2_000)));
  }

  private static TeachingProgress of(TeachingState state) {
    return TeachingProgress.of(state, Map.of(), "ann");
  }

  private static List<TaughtAnswer> both(int each) {
    List<TaughtAnswer> all = new ArrayList<>(answers(each, "level", 2));
    all.addAll(answers(each, "angle", 2));
    return all;
  }

  @Test
  void shouldBeCompleteWithAnswersAndPairsOrTwiceTheAnswers() {
    // Given
    List<TaughtHold> holds =
        List.of(new TaughtHold(0, 250, "level", "", ""), new TaughtHold(500, 750, "angle", "", ""));

    // When, Then
    assertThat(of(state(both(200), holds)).share()).isEqualTo(1);
    assertThat(of(state(both(400), List.of())).share()).isEqualTo(1);
    assertThat(of(state(both(200), List.of())).share()).isEqualTo(0.5);
    assertThat(of(state(both(200), List.of())).answersLeft()).isEqualTo(400);
    assertThat(of(state(List.of(), holds)).share()).isEqualTo(0.5);
    assertThat(
            TeachingProgress.of(state(both(200), List.of()), Map.of("level", 250), "ann").share())
        .isEqualTo(0.75);
  }

  @Test
  void shouldNotCompleteNamesByPairsAlone() {
    assertThat(of(state(List.of(), List.of(new TaughtHold(0, 1_999, "level", "", "")))).share())
        .isEqualTo(0.25);
  }

  @Test
  void shouldBeCompleteWithLabelsAlone() throws TeachingConflictException {
    // Given
    TeachingState state = state(List.of(), List.of());
    for (int i = 0; i < 100; i++) {
      state = new TeachingChange.Labelled(i, "level", Double.NaN, i).applyTo(state);
    }

    // When
    TeachingProgress progress = of(state);

    // Then
    assertThat(progress.factors().get(0).share()).isEqualTo(1);
    assertThat(progress.factors().get(0).answersLeft()).isZero();
    assertThat(progress.share()).isEqualTo(0.5);
  }

  @Test
  void shouldNotCountAnswersThatSawNothing() {
    // Given
    TaughtAnswer unknown = new TaughtAnswer(0, 1, "level", Answer.UNKNOWN, "ann", "");

    // When, Then
    assertThat(of(state(List.of(unknown), List.of())).share()).isZero();
  }

  @Test
  void shouldMeasureThePaceOfAPersonWithoutPauses() {
    // Given
    List<TaughtAnswer> answers = new ArrayList<>(answers(20, "level", 2.5));
    String later = START.plusSeconds(7_200).toString();
    answers.add(new TaughtAnswer(50, 51, "level", Answer.A, "ann", later));
    answers.add(new TaughtAnswer(50, 51, "level", Answer.A, "bob", later));

    // When
    TeachingProgress progress = of(state(answers, List.of()));

    // Then
    assertThat(progress.secondsPerAnswer()).isEqualTo(2.5);
    assertThat(progress.timeLeft().toMillis() / 1e3)
        .isCloseTo(2.5 * progress.answersLeft(), within(0.5));
    assertThat(TeachingProgress.secondsPerAnswer(answers, "bob"))
        .isEqualTo(TeachingProgress.USUAL_SECONDS);
  }

  @Test
  void shouldShareTheTimeOfASortedSeriesAmongItsAnswers() {
    // Given
    List<TaughtAnswer> answers = new ArrayList<>();
    answers.add(new TaughtAnswer(0, 1, "level", Answer.A, "ann", START.toString()));
    List<Integer> ten = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    answers.addAll(SortedSeries.answers(ten, "level", "ann", START.plusSeconds(90).toString()));

    // When, Then
    assertThat(TeachingProgress.secondsPerAnswer(answers, "ann")).isEqualTo(2);
  }
}
