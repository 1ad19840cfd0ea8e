package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.ImageShape;
import dev.residua.testing.Spots;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TeachingTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  @Test
  void shouldKeepBackTheLastFramesThatWereHeldAndEverySeventhAnswer() {
    // Given 16 held frames of each factor, and 21 answers of which one sees no difference
    Spots data = new Spots(SHAPE, 100, 0, 16, 21, 1);
    // When
    Teaching teaching = Teaching.of(data, TrainingSettings.DEFAULTS);
    // Then two of each 16 held frames are kept back: one pair
    assertThat(teaching.unseenPairs())
        .containsExactly(new HeldPair(28, 29, 0), new HeldPair(30, 31, 1));
    assertThat(teaching.pairs()).hasSize(14).doesNotContainAnyElementsOf(teaching.unseenPairs());
    assertThat(teaching.answers().size() + teaching.unseenAnswers().size()).isEqualTo(21);
    assertThat(teaching.unseenAnswers()).hasSize(11 / 7 + 10 / 7);
    assertThat(teaching.checked()).contains(28, 29, 30, 31).isSorted();
  }

  @Test
  void shouldDropPairsAcrossTheCutOfARun() {
    // Given one run of 32 frames in which factor 0 is held
    Spots data =
        new Spots(SHAPE, 100, 0, 1, 1) {
          @Override
          public List<HeldPair> heldPairs() {
            return IntStream.range(0, 31)
                .boxed()
                .flatMap(
                    i ->
                        IntStream.of(1, 2, 4)
                            .filter(apart -> i + apart < 32)
                            .mapToObj(apart -> new HeldPair(i, i + apart, 0)))
                .toList();
          }
        };
    // When
    Teaching teaching = Teaching.of(data, TrainingSettings.DEFAULTS);
    // Then the frames from 28 on are kept back
    assertThat(teaching.pairs()).allMatch(pair -> pair.second() < 28);
    assertThat(teaching.unseenPairs()).allMatch(pair -> pair.first() >= 28).hasSize(3 + 2);
  }

  @Test
  void shouldTreatAnswersWithoutADifferenceAsPairs() {
    // Given
    Spots data =
        new Spots(SHAPE, 100, 0, 1, 1) {
          @Override
          public List<HeldPair> heldPairs() {
            return List.of();
          }

          @Override
          public List<OrderAnswer> answers() {
            return List.of(new OrderAnswer(7, 3, 1, 0));
          }
        };
    // When
    Teaching teaching = Teaching.of(data, TrainingSettings.DEFAULTS);
    // Then
    assertThat(teaching.pairs()).containsExactly(new HeldPair(7, 3, 1));
    assertThat(teaching.names(1)).isTrue();
    assertThat(teaching.names(0)).isFalse();
    assertThat(Teaching.of(data, TrainingSettings.DEFAULTS.with(c -> c.orderWeight(0))).isEmpty())
        .isTrue();
  }
}
