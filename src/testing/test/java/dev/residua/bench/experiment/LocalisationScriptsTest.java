package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.bench.experiment.LocalisationTrial.Script;
import dev.residua.intervention.InterventionKind;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.SimulatedScene;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalisationScriptsTest {
  @Test
  void shouldPlayEveryKindOfChange() {
    // Given
    SimulatedScene scene = new Pendulum();
    List<Double> noise = List.of(0.5, 0.4);

    // When
    List<Script> scripts = LocalisationScripts.of(scene, noise);

    // Then
    Set<InterventionKind> kinds =
        EnumSet.of(
            InterventionKind.UNKNOWN, // nothing is scripted so, and these need memory
            InterventionKind.BALANCE_CHANGE,
            InterventionKind.RESPONSE_CHANGE,
            InterventionKind.DELAY_CHANGE);
    scripts.forEach(script -> kinds.add(script.kind()));
    assertThat(kinds).containsExactlyInAnyOrder(InterventionKind.values());
    for (Script script : scripts) {
      for (ScenarioEvent event : script.variants()) {
        assertThat(event.at()).isEqualTo(LocalisationTrial.QUIET);
        // a scenario refuses an event that its scene cannot play
        new Scenario(scene, noise, 20, 1, 0, event.end(), List.of(event));
      }
    }
  }
}
