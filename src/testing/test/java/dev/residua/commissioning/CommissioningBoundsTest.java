package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.commissioning.CalibrationShift.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommissioningBoundsTest {
  private static SourceCalibration calibration(double location, double scale, double slope) {
    return new SourceCalibration(
        List.of(new LatentCalibration(location, scale, List.of(0.6), slope, 500)), 5_000, 1);
  }

  /** The spread of the accepted calibration is 2 / sqrt(1 - .36) = 2.5. */
  private static final SourceCalibration ACCEPTED = calibration(1, 2, 0.8);

  private static List<CalibrationShift> beyond(double location, double scale, double slope) {
    return CommissioningBounds.DEFAULTS.beyond(calibration(location, scale, slope), ACCEPTED, 1);
  }

  @Test
  void shouldAcceptSmallDifferences() {
    assertThat(beyond(1, 2, 0.8)).isEmpty();
    assertThat(beyond(1 + 7.4, 2.9, 1.15)).isEmpty();
    assertThat(beyond(1 - 7.4, 1.1, 0.45)).isEmpty();
  }

  @Test
  void shouldReportWhatIsBeyondTheBounds() {
    assertThat(beyond(1 + 7.6, 2, 0.8))
        .singleElement()
        .satisfies(each -> assertThat(each.kind()).isEqualTo(Kind.OFFSET))
        .satisfies(
            each ->
                assertThat(each.text())
                    .isEqualTo("is 3.0 standard deviations from its accepted level"));
    assertThat(beyond(1 - 7.6, 2, 0.8))
        .extracting(CalibrationShift::kind)
        .containsExactly(Kind.OFFSET);
    assertThat(beyond(1, 3.1, 0.8)).extracting(CalibrationShift::kind).containsExactly(Kind.SPREAD);
    assertThat(beyond(1, 0.9, 0.8)).extracting(CalibrationShift::kind).containsExactly(Kind.SPREAD);
    assertThat(beyond(1, 2, 1.25)).extracting(CalibrationShift::kind).containsExactly(Kind.SLOPE);
    assertThat(beyond(1, 2, 0.35)).extracting(CalibrationShift::kind).containsExactly(Kind.SLOPE);
    assertThat(beyond(1, 2, -0.8)).extracting(CalibrationShift::kind).containsExactly(Kind.SLOPE);
  }
}
