package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.commissioning.CommissioningOutcome.Armed;
import dev.residua.commissioning.CommissioningOutcome.Learning;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every source, with and without faults. */
class CommissioningPropertiesTest {
  /**
   * One source.
   *
   * @param lagOne of its residuals
   * @param fault 0 none, 1 offset, 2 spread, 3 slope, 4 offset from the middle on
   * @param size of the fault, in [0, 1]; 0 is just beyond the bound, clear of the estimation error
   * @param gaps every so many frames one is left out; 0 never
   */
  record Plan(double lagOne, boolean heavy, int fault, double size, int gaps, long seed) {
    Commissioning run() {
      Sources source =
          heavy ? new Sources(2, lagOne, Sources::student, seed) : Sources.normal(2, lagOne, seed);
      Commissioning state =
          Commissioning.start(
              CommissioningTest.model(2),
              CommissioningBounds.DEFAULTS,
              Commissioning.ENOUGH_SAMPLES);
      int frames = (int) (2_600 * (1 + lagOne) / (1 - lagOne));
      Instant now = CommissioningTest.START;
      for (int t = 0; t < frames; t++) {
        boolean late = t >= 600 * (1 + lagOne) / (1 - lagOne);
        source.location = fault == 1 || (fault == 4 && late) ? 3.4 + 3 * size : 0;
        source.scale = fault == 2 ? 1.75 + 2 * size : 1;
        source.slope = fault == 3 ? 1.75 + size : 1;
        source.next();
        now = now.plus(Duration.ofMillis(50));
        state =
            gaps > 0 && t % gaps == gaps - 1
                ? state.skip()
                : state.next(now, source.residuals, source.expected, false);
      }
      return state;
    }
  }

  @Provide
  Arbitrary<Plan> plans() {
    return Combinators.combine(
            Arbitraries.of(0.0, 0.3, 0.6, 0.9),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 4),
            Arbitraries.doubles().between(0, 1),
            Arbitraries.of(0, 50, 300),
            Arbitraries.longs().between(0, 1_000_000))
        .as(Plan::new);
  }

  @Property(tries = 150, seed = "20261126", edgeCases = EdgeCasesMode.NONE)
  void shouldNeverArmOverAFault(@ForAll("plans") Plan plan) {
    // When
    CommissioningOutcome outcome = plan.run().outcome();
    // Then
    if (plan.fault() == 0) {
      assertThat(outcome).isInstanceOfAny(Armed.class, Learning.class);
    } else if (plan.fault() == 4) {
      // The change comes before there are enough samples to arm.
      assertThat(outcome).isInstanceOfAny(NeedsReview.class, Learning.class);
    } else {
      assertThat(outcome).isInstanceOf(NeedsReview.class);
    }
  }

  @Property(tries = 20, seed = "7", edgeCases = EdgeCasesMode.NONE)
  void shouldGiveTheSameResultOnReplay(@ForAll("plans") Plan plan) {
    assertThat(plan.run().outcome()).isEqualTo(plan.run().outcome());
  }

  /** A state is a value: going on from one twice, with other frames in between, changes nothing. */
  @Property(tries = 10, seed = "11", edgeCases = EdgeCasesMode.NONE)
  void shouldNotChangeAStateThatWasLeft(@ForAll("plans") Plan plan) {
    // Given
    Sources source = Sources.normal(2, plan.lagOne(), plan.seed());
    List<float[]> frames = new ArrayList<>();
    for (int t = 0; t < 2_000; t++) {
      source.next();
      frames.add(source.residuals.clone());
    }
    Commissioning middle =
        Commissioning.start(
            CommissioningTest.model(2), CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES);
    for (float[] frame : frames.subList(0, 1_000)) {
      middle = middle.next(CommissioningTest.START, frame, new float[2], false);
    }
    // When
    Commissioning first = middle;
    Commissioning second = middle;
    for (float[] frame : frames.subList(1_000, 2_000)) {
      first = first.next(CommissioningTest.START, frame, new float[2], false);
      middle.next(CommissioningTest.START, new float[] {9, 9}, new float[2], false);
    }
    for (float[] frame : frames.subList(1_000, 2_000)) {
      second = second.next(CommissioningTest.START, frame, new float[2], false);
    }
    // Then
    assertThat(second.outcome()).isEqualTo(first.outcome());
  }
}
