package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReconstructionPlanTest {
  private static Frame frame(String source, long sequence) {
    return new Frame(
        source, sequence, Instant.EPOCH, 1, 1, PixelFormat.GRAY8, new byte[1], Map.of());
  }

  @Test
  void shouldSampleTheShareAskedForInAnySource() {
    // Given
    ReconstructionPlan plan = new ReconstructionPlan(0.1, 0);
    for (String source : new String[] {"cam1", "cam2", "a much longer name"}) {
      // When
      int n = 100_000;
      int sampled = 0;
      int pairs = 0;
      for (int i = 0; i < n; i++) {
        if (plan.samples(frame(source, i))) {
          sampled++;
          pairs += plan.samples(frame(source, i + 1)) ? 1 : 0;
        }
      }
      // Then: five standard deviations, 0.0009; for independent draws a hundredth are pairs
      assertThat(sampled / (double) n).isCloseTo(0.1, within(0.005));
      assertThat(pairs / (double) n).isCloseTo(0.01, within(0.002));
    }
  }

  @Test
  void shouldMakeTheSameChoiceAgain() {
    // Given
    ReconstructionPlan plan = new ReconstructionPlan(0.5, 0);
    // When, Then
    for (int i = 0; i < 100; i++) {
      assertThat(plan.samples(frame("cam", i))).isEqualTo(plan.samples(frame("cam", i)));
    }
  }

  @Test
  void shouldTakeAllFramesOrNoneAtTheEnds() {
    // Given
    ReconstructionPlan none = new ReconstructionPlan(0, 0);
    // When, Then
    for (int i = 0; i < 1_000; i++) {
      assertThat(ReconstructionPlan.EVERY_FRAME.samples(frame("cam", i))).isTrue();
      assertThat(none.samples(frame("cam", i))).isFalse();
    }
    assertThat(none.asks(1e-6f)).isFalse();
    assertThat(new ReconstructionPlan(0, 0.01).asks(0.009f)).isTrue();
  }

  @Test
  void shouldRefuseAShareThatIsNone() {
    // When, Then
    assertThatThrownBy(() -> new ReconstructionPlan(1.5, 0))
        .hasMessage("residua.scoring.reconstruction-rate must be in [0, 1] but was 1.5");
    assertThatThrownBy(() -> new ReconstructionPlan(1, Double.NaN))
        .hasMessageContaining("reconstruction-below");
  }
}
