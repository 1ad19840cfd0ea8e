package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.commissioning.CommissioningOutcome.Armed;
import dev.residua.commissioning.CommissioningOutcome.Learning;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import dev.residua.commissioning.CommissioningOutcome.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CommissioningTest {
  static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  /** The model's own normal: location 0, standard deviation 1, independent. */
  static SourceCalibration model(int latents) {
    return new SourceCalibration(
        java.util.Collections.nCopies(latents, new LatentCalibration(0, 1, List.of(), 1, 5_000)),
        5_000,
        1);
  }

  private Instant now = START;

  private Commissioning feed(Commissioning from, Sources source, int frames, Duration each) {
    Commissioning state = from;
    for (int t = 0; t < frames; t++) {
      source.next();
      state = state.next(now, source.residuals, source.expected, false);
      now = now.plus(each);
    }
    return state;
  }

  private static Commissioning start(int latents) {
    return Commissioning.start(
        model(latents), CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES);
  }

  /**
   * Of sources with four independent normal residuals about 1 in 3,000 is sent to review. With
   * other seeds this would fail once in 1,000 times.
   */
  @Test
  @Tag("slow")
  void shouldRarelyReviewASourceThatDoesNotChange() {
    // When
    long reviewed =
        LongStream.rangeClosed(1, 3_000)
            .mapToObj(
                seed -> feed(start(4), Sources.normal(4, 0, seed), 1_300, Duration.ofMillis(50)))
            .filter(learnt -> learnt.outcome() instanceof NeedsReview)
            .count();

    // Then
    assertThat(reviewed).isLessThanOrEqualTo(5);
  }

  @Test
  void shouldArmOnceThereAreEnoughEffectiveSamples() {
    // Given
    Sources source = Sources.normal(2, 0.5, 1);
    source.location = 0.7;
    Duration each = Duration.ofMillis(50);

    // When
    Commissioning early = feed(start(2), source, 2_000, each);
    Commissioning later = feed(early, source, 4_000, each);

    // Then
    assertThat(early.outcome())
        .isInstanceOfSatisfying(
            Learning.class,
            learning -> {
              assertThat(learning.why())
                  .matches(
                      "[0-9]+ of 1000 effective samples in [0-9]+ frames, about .* more at .*");
              assertThat(learning.progress()).isBetween(0.3, 0.8);
            });
    assertThat(later.outcome())
        .isInstanceOfSatisfying(
            Armed.class,
            armed -> {
              assertThat(armed.stage()).isEqualTo(Stage.FAST);
              assertThat(armed.calibration().revision()).isEqualTo(2);
              assertThat(armed.calibration().effectiveSamples()).isGreaterThan(1_000);
              assertThat(later.accepted()).isSameAs(armed.calibration());
            });
  }

  @Test
  void shouldReachTheSlowStageAfterAFullDay() {
    // Given
    Sources source = Sources.normal(1, 0, 2);
    Duration each = Duration.ofSeconds(10);

    // When
    Commissioning fast = feed(start(1), source, 8_600, each);
    Commissioning slow = feed(fast, source, 100, each);
    Commissioning after = feed(slow, source, 100, each);

    // Then
    assertThat(fast.outcome())
        .isInstanceOfSatisfying(
            Armed.class, armed -> assertThat(armed.stage()).isEqualTo(Stage.FAST));
    assertThat(slow.outcome())
        .isInstanceOfSatisfying(
            Armed.class,
            armed -> {
              assertThat(armed.stage()).isEqualTo(Stage.SLOW);
              assertThat(armed.calibration().revision()).isEqualTo(3);
            });
    assertThat(after).isSameAs(slow);
  }

  @Test
  void shouldAskAPersonAboutStepsThatAddUp() {
    // Given a source that learns again after every step of 2.8 deviations
    Sources source = Sources.normal(1, 0, 8);
    Commissioning state = start(1);
    List<CommissioningOutcome> outcomes = new ArrayList<>();
    for (int step = 1; step <= 3; step++) {
      source.location = 2.8 * step;
      state = feed(state.again(), source, 1_300, Duration.ofMillis(50));
      outcomes.add(state.outcome());
    }
    // Then
    assertThat(outcomes.subList(0, 2)).allMatch(Armed.class::isInstance);
    assertThat(outcomes.get(2))
        .isInstanceOfSatisfying(
            NeedsReview.class,
            review ->
                assertThat(review.differences().get(0).text())
                    .matches("is 8\\.[0-9] standard deviations from its accepted level"));
    // When a person accepts it
    Commissioning restored =
        Commissioning.restore(
            state.accept().state(), CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES);
    source.location = 2.8 * 4;
    Commissioning next = feed(restored.again(), source, 1_300, Duration.ofMillis(50));
    // Then that is what is compared with
    assertThat(next.outcome()).isInstanceOf(Armed.class);
  }

  @Test
  void shouldArmACameraWithFewFramesFromWhatThereIs() {
    // Given 78 frames per day, each of which resembles the one before
    Sources source = Sources.normal(1, 0.6, 7);
    Duration each = Duration.ofDays(1).dividedBy(78);
    // When
    Commissioning seen = feed(start(1), source, 64, each);
    Commissioning first = feed(seen, source, 256 - 64, each);
    Commissioning complete = feed(first, source, 600, each);
    // Then
    assertThat(seen.outcome())
        .isEqualTo(
            new Learning(
                "64 frames seen, the first 256 show how many are needed: about 2 days more at 3.3 frames per hour",
                0));
    assertThat(first.outcome())
        .isInstanceOfSatisfying(
            Armed.class,
            armed -> {
              assertThat(armed.stage()).isEqualTo(Stage.FAST);
              assertThat(armed.calibration().frames()).isEqualTo(256);
              assertThat(armed.calibration().effectiveSamples()).isLessThan(100);
            });
    assertThat(complete.outcome())
        .isInstanceOfSatisfying(
            Armed.class,
            armed -> {
              assertThat(armed.stage()).isEqualTo(Stage.SLOW);
              assertThat(armed.calibration().frames()).isGreaterThanOrEqualTo(500);
            });
  }

  @Test
  void shouldArmASlowCameraAfterADay() {
    // Given: one frame per two minutes, 720 per day
    Sources source = Sources.normal(1, 0, 3);

    // When
    Commissioning before = feed(start(1), source, 700, Duration.ofMinutes(2));
    Commissioning after = feed(before, source, 300, Duration.ofMinutes(2));

    // Then
    assertThat(before.outcome()).isInstanceOf(Learning.class);
    assertThat(after.outcome())
        .isInstanceOfSatisfying(
            Armed.class, armed -> assertThat(armed.stage()).isEqualTo(Stage.SLOW));
  }

  @Test
  void shouldAskForAReviewAndAccept() {
    // Given
    Sources source = Sources.normal(2, 0, 4);
    source.location = 3.5;

    // When
    Commissioning state = feed(start(2), source, 4_000, Duration.ofMillis(50));

    // Then
    assertThat(state.outcome())
        .isInstanceOfSatisfying(
            NeedsReview.class,
            review ->
                assertThat(review.differences())
                    .hasSize(2)
                    .allSatisfy(
                        each -> assertThat(each.kind()).isEqualTo(CalibrationShift.Kind.OFFSET)));
    Commissioning accepted = state.accept();
    assertThat(accepted.outcome()).isInstanceOf(Armed.class);
    assertThat(accepted.accepted().latents().get(0).location()).isBetween(3.3, 3.7);
    assertThatThrownBy(accepted::accept).hasMessageContaining("needs a review");
  }

  /** Each recalibration is compared with the one that was accepted, which stays the same. */
  @Test
  void shouldNotLetSmallStepsAddUp() {
    // Given
    SourceCalibration accepted = model(1);

    // When
    int reviewed = 0;
    for (int step = 1; step <= 4; step++) {
      Sources source = Sources.normal(1, 0, 10 + step);
      source.location = step;
      Commissioning state =
          feed(
              Commissioning.start(
                  accepted, CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES),
              source,
              4_000,
              Duration.ofMillis(50));
      reviewed = state.outcome() instanceof NeedsReview ? step : 0;
    }

    // Then
    assertThat(reviewed).isEqualTo(4);
  }

  @Test
  void shouldNotJoinFramesAcrossAGap() {
    // Given
    Sources source = Sources.normal(1, 0.9, 5);
    Commissioning state = start(1);

    // When: every second frame is left out
    for (int t = 0; t < 1_000; t++) {
      source.next();
      state = t % 2 == 0 ? state.skip() : state.next(now, source.residuals, source.expected, false);
    }

    // Then
    assertThat(state.window().frames()).isEqualTo(500);
    assertThat(state.window().interval(3).kept).isEqualTo(1);
  }
}
