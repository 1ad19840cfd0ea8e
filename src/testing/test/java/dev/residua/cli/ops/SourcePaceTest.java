package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SourcePaceTest {
  /** Frames of a week at 20 per second. */
  private static final double WEEK = 12_096_000;

  /** A source at 20 frames per second whose two detectors give one false alarm per week. */
  private static SourcePace fine(String name) {
    return new SourcePace(name, 20, 20, 1, 2 * WEEK, Double.NaN, Double.NaN, false);
  }

  private static List<Finding> findings(SourcePace... sources) {
    return SourcePace.findings(List.of(sources), OptionalLong.of(0));
  }

  @Test
  void shouldExpectTheBudgetOfEachSource() {
    // When
    List<Finding> findings = findings(fine("cam1"), fine("cam2"), fine("cam3"));

    // Then
    assertThat(fine("cam1").alarmsPerWeek()).isCloseTo(1, within(1e-12));
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).level()).isEqualTo(Level.OK);
    assertThat(findings.get(0).text())
        .isEqualTo(
            "3 sources send 20 frames per second each, 60 in total, with 3 false alarms per week to"
                + " be expected");
  }

  @Test
  void shouldExpectWhatIsSetUntilASourceIsWatchedAtItsRate() {
    // Given
    SourcePace learning = new SourcePace("cam1", 20, 20, 0.5, 1e9, Double.NaN, Double.NaN, true);
    SourcePace unmeasured =
        new SourcePace("cam2", Double.NaN, 20, 0.25, 1e9, Double.NaN, Double.NaN, false);

    // When
    List<Finding> findings = findings(learning, unmeasured);

    // Then
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).text())
        .contains("2 sources send 20 frames per second", "0.75 false alarms", "1 of the sources");
  }

  @Test
  void shouldWarnOfARateThatIsNotTheSetOne() {
    // Given rates within a quarter of 20, and beyond it
    SourcePace slower =
        new SourcePace("b", 16, 20, 1, 2 * WEEK * 0.8, Double.NaN, Double.NaN, false);
    SourcePace slow =
        new SourcePace("a", 15.9, 20, 1, 2 * WEEK * 0.795, Double.NaN, Double.NaN, false);

    // When, Then
    assertThat(findings(slower)).hasSize(1);
    List<Finding> found = findings(slow, slower);
    assertThat(found).hasSize(2);
    assertThat(found.get(1).level()).isEqualTo(Level.WARNING);
    assertThat(found.get(1).text()).isEqualTo("a: measured 15.9 frames per second, and 20 are set");
    assertThat(found.get(1).next()).contains("residua.incidents.frames-per-second");
  }

  @Test
  void shouldWarnWhereThePromiseIsLimited() {
    // Given a budget of 0.001 per week at 20 frames per second: a run length beyond 1e9 frames
    SourcePace limited = new SourcePace("cam1", 20, 20, 0.001, 1e9, Double.NaN, Double.NaN, false);

    // When
    List<Finding> found = findings(limited);

    // Then two detectors of 1e9 frames are 2 * 12,096,000 / 1e9 = 0.0242 per week
    assertThat(found).hasSize(2);
    assertThat(found.get(1).text())
        .isEqualTo(
            "cam1: 0.0242 false alarms per week are the fewest that can be promised, and 0.001 are"
                + " set");
  }

  @Test
  void shouldWarnOfRunLengthsThatAreSurelyShort() {
    // Given
    SourcePace isShort = new SourcePace("cam1", 20, 20, 1, 2 * WEEK, 1e5, 1e6, false);
    SourcePace perhaps = new SourcePace("cam2", 20, 20, 1, 2 * WEEK, 1e5, 3 * WEEK, false);

    // When, Then
    assertThat(findings(perhaps)).hasSize(1);
    List<Finding> found = findings(isShort, isShort, perhaps);
    assertThat(found).hasSize(2);
    assertThat(found.get(1).text())
        .isEqualTo(
            "cam1: quiet frames show a false alarm every 100,000 frames, expected are 24,192,000;"
                + " likewise for 1 further source");
  }

  @Test
  void shouldWarnOfFramesThatWait() {
    // Given 20 frames per second: a minute of them is 1,200
    List<SourcePace> sources = List.of(fine("cam1"));

    // When, Then
    assertThat(SourcePace.findings(sources, OptionalLong.of(1_200))).hasSize(1);
    assertThat(SourcePace.findings(sources, OptionalLong.empty())).hasSize(1);
    assertThat(SourcePace.findings(sources, OptionalLong.of(1_201)))
        .extracting(Finding::text)
        .contains("1,201 frames wait for their score");
  }
}
