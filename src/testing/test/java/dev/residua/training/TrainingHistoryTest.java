package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingHistoryTest {
  @Test
  void shouldReadBackWhatItWrote() {
    // Given
    List<TrainingLosses> losses =
        List.of(
            new TrainingLosses(235.25, 0.1, 0, 0.7, 41, -0.0352, 1e-9, 4.9, 0),
            new TrainingLosses(1.0 / 3, 0, 2, 0, 0, Double.NaN, -7, 0, 1e30));
    List<String> warnings = List.of("only 20 labelled frames", "a < b & c");
    // When, Then
    assertThat(TrainingHistory.fromCsv(TrainingHistory.toCsv(losses))).isEqualTo(losses);
    assertThat(TrainingHistory.fromCsv(TrainingHistory.toCsv(List.of()))).isEmpty();
    assertThat(TrainingHistory.fromLines(TrainingHistory.toLines(warnings))).isEqualTo(warnings);
    assertThat(TrainingHistory.fromLines(TrainingHistory.toLines(List.of()))).isEmpty();
  }

  @Test
  void shouldTakeALossWithoutAColumnAsZero() {
    assertThat(
            TrainingHistory.fromCsv(
                "label,reconstruction\n0.5,7\n".getBytes(StandardCharsets.UTF_8)))
        .containsExactly(new TrainingLosses(7, 0.5, 0, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void shouldRejectAnInvalidTableOfLosses() {
    String header = new String(TrainingHistory.toCsv(List.of()), StandardCharsets.UTF_8);
    assertThatThrownBy(() -> TrainingHistory.fromCsv(new byte[0]))
        .hasMessageContaining("losses start with ''");
    assertThatThrownBy(
            () -> TrainingHistory.fromCsv((header + "1,2\n").getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("the line '1,2', expected 9 numbers");
  }

  @Test
  void shouldNotCountTheStepsThatWarmUp() {
    // Given ten steps of 1 ms of which two slow first ones and one slow later one
    long[] steps = {900, 90, 1, 1, 1, 1, 1, 1, 1, 3};
    long[] waits = {900, 90, 0, 0, 0, 0, 0, 0, 0, 2};
    long[] processor = {900, 90, 4, 4, 4, 4, 5, 5, 5, 6};
    for (int i = 0; i < steps.length; i++) {
      steps[i] *= 1_000_000;
      waits[i] *= 1_000_000;
      processor[i] *= 1_000_000;
    }
    // When
    StepTimes times = StepTimes.of(steps, waits, processor);
    // Then
    assertThat(times).isEqualTo(new StepTimes(1, 3, 5, 0.2));
    assertThat(StepTimes.of(new long[] {5_000_000}, new long[] {0}, new long[] {4_000_000}))
        .isEqualTo(new StepTimes(5, 5, 4, 0));
  }
}
