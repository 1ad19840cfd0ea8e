package dev.residua.simulation.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.simulation.service.Installation.Scale;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** A few seeds, and whether the checker finds violations; {@link SimulationTrialTest} runs many. */
@Tag("slow")
class SimulationTest {
  @ParameterizedTest
  @ValueSource(
      longs = {
        1,
        2,
        3,
        4,
        31 // a cut-off process overwrote the alerts that its successor had stored
      })
  void shouldKeepItsPromisesUnderFaults(long seed) {
    // When
    List<String> violations = SimulationTrialTest.violations(seed);
    // Then
    assertThat(violations).as(SimulationTrialTest.replay(seed)).isEmpty();
  }

  @Test
  void shouldDeliverEachAlertOnceWithoutFaults() {
    // Given
    Installation installation = new Installation(1, Scale.UNDISTURBED);
    // When, Then
    assertThat(SimulationTrialTest.violations(installation)).isEmpty();
    assertThat(installation.receiver.deliveries()).isNotEmpty();
  }

  @Test
  void shouldRepeatTheSameHistoryForTheSameSeed() {
    // Given a seed under which transactions time out, as under 11 of the first 13
    Installation first = new Installation(2, Scale.SMALL);
    Installation second = new Installation(2, Scale.SMALL);
    Installation other = new Installation(6, Scale.SMALL);
    // When
    first.run();
    second.run();
    other.run();
    // Then
    assertThat(first.fingerprint())
        .isEqualTo(second.fingerprint())
        .isNotEqualTo(other.fingerprint());
    assertThat(first.broker.counts())
        .as("the faults did something")
        .containsKeys("aborted", "sessions ended", "transactions timed out");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void shouldFindADefect(Sabotage defect) {
    // Given
    Scale scale = defect.ofAlerts() ? Scale.UNDISTURBED : Scale.SMALL;
    // When some seed lets it matter
    boolean found =
        LongStream.rangeClosed(7, 26)
            .anyMatch(
                seed ->
                    SimulationTrialTest.violations(new Installation(seed, scale, defect)).stream()
                        .anyMatch(violation -> violation.contains(defect.sign)));
    // Then
    assertThat(found).isTrue();
  }
}
