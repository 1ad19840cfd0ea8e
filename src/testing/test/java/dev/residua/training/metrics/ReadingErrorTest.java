package dev.residua.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadingErrorTest {
  private static final double NAN = Double.NaN;
  private static final int FRAMES = 20_000;

  /**
   * The mean of {@code |e|} for normal errors is {@code sigma sqrt(2 / pi)}, and its standard error
   * {@code sigma sqrt((1 - 2 / pi) / n)}; a band of four of them fails once in 16,000 seeds.
   */
  @Test
  void shouldGiveTheMeanOfNormalErrors() {
    // Given readings of 0 to 50 with a standard deviation of 0.7
    Random random = new Random(1);
    double[] known = new double[FRAMES];
    double[] read = new double[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
      known[i] = 50.0 * i / (FRAMES - 1);
      read[i] = known[i] + 0.7 * random.nextGaussian();
    }
    // When
    ReadingError.OfNumber error = ReadingError.ofNumber(known, read, new boolean[FRAMES]);
    // Then
    double expected = 0.7 * Math.sqrt(2 / Math.PI);
    double band = 4 * 0.7 * Math.sqrt((1 - 2 / Math.PI) / FRAMES);
    assertThat(error.meanAbsolute()).isCloseTo(expected, within(band));
    assertThat(error.range()).isEqualTo(50);
    assertThat(error.shareOfRange()).isCloseTo(expected / 50, within(band / 50));
    assertThat(error.frames()).isEqualTo(FRAMES);
    assertThat(error.refused()).isZero();
  }

  @Test
  void shouldLeaveOutUnknownAndRefusedFrames() {
    // Given an unknown frame, and a refused one whose reading is far off
    double[] known = {1, NAN, 3, 9};
    double[] read = {1.5, 100, 2.5, NAN};
    boolean[] refused = {false, false, false, true};
    // When, Then: the range is that of all known values
    assertThat(ReadingError.ofNumber(known, read, refused))
        .isEqualTo(new ReadingError.OfNumber(3, 1, 0.5, 8));
  }

  @Test
  void shouldHaveNoShareOfTheRangeOfAConstantFactor() {
    ReadingError.OfNumber error =
        ReadingError.ofNumber(new double[] {4, 4}, new double[] {4, 5}, new boolean[2]);
    assertThat(error.meanAbsolute()).isEqualTo(0.5);
    assertThat(error.range()).isZero();
    assertThat(error.shareOfRange()).isNaN();
  }

  @Test
  void shouldHaveNoErrorIfAllFramesAreRefused() {
    boolean[] all = {true, true};
    double[] values = {1, 2};
    assertThat(ReadingError.ofNumber(values, values, all))
        .isEqualTo(new ReadingError.OfNumber(2, 2, NAN, 1));
    assertThat(ReadingError.ofCategory(values, values, all))
        .isEqualTo(new ReadingError.OfCategory(2, 2, NAN));
  }

  @Test
  void shouldCountTheCategoriesThatAreRight() {
    double[] known = {0, 1, 2, NAN, 2, 1};
    double[] read = {0, 1, 0, 0, 2, 0};
    boolean[] refused = {false, false, false, false, false, true};
    assertThat(ReadingError.ofCategory(known, read, refused))
        .isEqualTo(new ReadingError.OfCategory(5, 1, 0.75));
  }

  @Test
  void shouldRefuseWhatCannotBeAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ReadingError.ofNumber(new double[] {NAN}, new double[] {1}, new boolean[1]))
        .withMessageContaining("at least 1 frame");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadingError.ofNumber(new double[2], new double[3], new boolean[2]))
        .withMessageContaining("2 known values, 3 readings");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ReadingError.ofNumber(new double[] {1}, new double[] {NAN}, new boolean[1]))
        .withMessageContaining("mean absolute error");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadingError.OfNumber(3, 4, 1, 1))
        .withMessageContaining("3 and 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadingError.OfNumber(3, 1, 1, -1))
        .withMessageContaining("range");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReadingError.OfCategory(3, 1, 1.1))
        .withMessageContaining("[0, 1.0]");
    assertThatIllegalArgumentException().isThrownBy(() -> new ReadingError.NotRead(0));
  }
}
