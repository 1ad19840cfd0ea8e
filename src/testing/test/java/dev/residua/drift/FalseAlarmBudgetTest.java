package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FalseAlarmBudgetTest {
  @ParameterizedTest
  @CsvSource({
    "1/week@20, 12096000",
    "2/day@20, 864000",
    "0.5/hour@10, 72000",
    "1/Month@1, 2629800",
    "' 4/year@2.5 ', 19723500"
  })
  void shouldTurnABudgetIntoFrames(String text, double frames) {
    assertThat(FalseAlarmBudget.parse(text).runLength()).isEqualTo(frames);
  }

  @Test
  void shouldComeBackFromItsOwnText() {
    // Given
    FalseAlarmBudget budget = FalseAlarmBudget.parse("0.5/day@12.5");
    // When and then
    assertThat(budget).hasToString("0.5/day@12.5");
    assertThat(FalseAlarmBudget.parse(budget.toString())).isEqualTo(budget);
    assertThat(FalseAlarmBudget.parse("0.5/day", 12.5)).isEqualTo(budget);
    assertThat(FalseAlarmBudget.alarms(budget.runLength(), FalseAlarmBudget.Period.DAY, 12.5))
        .isCloseTo(0.5, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1/week | does not say frames per second",
        "weekly | budget is 'weekly', expected such as 1/week@20",
        "1/fortnight@20 | counts in 'fortnight'",
        "1.2.3/week@20 | has '1.2.3' instead of a number",
        "0/week@20 | must be above 0 but were 0.0",
        "1/week@0 | frames per second must be above 0",
        "1/year@200 | run length of 6.312e+09 frames, expected 50 to 1e+09",
        "1000/hour@1 | run length of 3.600 frames"
      })
  void shouldSayWhatIsWrong(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FalseAlarmBudget.parse(text))
        .withMessageContaining(reason);
  }

  @Test
  void shouldNotTakeFramesASecondTwice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FalseAlarmBudget.parse("1/week@20", 20))
        .withMessageContaining("given apart");
  }
}
