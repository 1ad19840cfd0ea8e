package dev.residua.simulation.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A few seeds; {@link SimulationTrialTest} runs many. */
class SimulationTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldKeepItsPromisesUnderFaults(long seed) {
    // When
    List<String> violations = SimulationTrialTest.violations(seed);
    // Then
    assertThat(violations).as(SimulationTrialTest.replay(seed)).isEmpty();
  }
}
