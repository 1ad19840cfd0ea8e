package dev.residua.bench.experiment;

import dev.residua.bench.experiment.LocalisationTrial.Script;
import dev.residua.causal.CausalGraph;
import dev.residua.intervention.InterventionKind;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioEvent.Kind;
import dev.residua.simulation.SimulatedScene;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events of the streams of {@link LocalisationTrial}; sizes are in the scenario's units. */
final class LocalisationScripts {
  private LocalisationScripts() {}

  static List<Script> of(SimulatedScene scene, List<Double> noise) {
    CausalGraph graph = scene.graph();
    double[][] moments = ScriptedEvents.moments(scene, noise);
    int[] caused = scene.caused();
    List<Integer> roots = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      if (graph.isRoot(i)) {
        roots.add(i);
      }
    }
    List<ScenarioEvent> heldRoots = new ArrayList<>();
    List<ScenarioEvent> narrowedRoots = new ArrayList<>();
    List<ScenarioEvent> shiftedRoots = new ArrayList<>();
    List<ScenarioEvent> driftingRoots = new ArrayList<>();
    for (double sign : new double[] {-1, 1}) {
      for (int root : roots) {
        heldRoots.add(event(Kind.HARD_INTERVENTION, graph.name(root), 0.7 * sign, 1));
        narrowedRoots.add(event(Kind.STOCHASTIC_INTERVENTION, graph.name(root), 0.3, 1));
        shiftedRoots.add(event(Kind.OFFSET, graph.name(root), sign, 1));
        driftingRoots.add(event(Kind.COVARIATE_DRIFT, graph.name(root), sign, 1));
      }
    }
    List<ScenarioEvent> held = new ArrayList<>();
    List<ScenarioEvent> cut = new ArrayList<>();
    List<ScenarioEvent> weaker = new ArrayList<>();
    List<ScenarioEvent> shifted = new ArrayList<>();
    List<ScenarioEvent> noisier = new ArrayList<>();
    List<ScenarioEvent> sparse = new ArrayList<>();
    List<ScenarioEvent> single = new ArrayList<>();
    for (double sign : new double[] {-1, 1}) {
      for (int c = 0; c < caused.length; c++) {
        String name = graph.name(caused[c]);
        double sd = noise.get(c);
        held.add(event(Kind.HARD_INTERVENTION, name, 2 * sign, 1));
        cut.add(event(Kind.STOCHASTIC_INTERVENTION, name, moments[caused[c]][0] / sd, 1));
        weaker.add(event(Kind.MECHANISM_CHANGE, name, -0.5 * moments[caused[c]][1] / sd, 1));
        shifted.add(event(Kind.OFFSET, name, 2 * sign, 1));
        noisier.add(event(Kind.NOISE_CHANGE, name, 2.5, 1));
        sparse.add(event(Kind.SPARSE_ANOMALIES, name, 6 * sign, 0.1));
        single.add(event(Kind.SINGLE_SHOCK, name, 8 * sign, 1));
      }
    }
    return List.of(
        new Script("root held", InterventionKind.HARD_INTERVENTION, heldRoots),
        new Script("caused held", InterventionKind.HARD_INTERVENTION, held),
        new Script("root narrowed", InterventionKind.STOCHASTIC_INTERVENTION, narrowedRoots),
        new Script("caused cut from causes", InterventionKind.STOCHASTIC_INTERVENTION, cut),
        new Script("caused gain 0.5", InterventionKind.MECHANISM_CHANGE, weaker),
        new Script("root +-1 sd", InterventionKind.OFFSET, shiftedRoots),
        new Script("caused +-2 noise sd", InterventionKind.OFFSET, shifted),
        new Script("caused noise x2.5", InterventionKind.NOISE_CHANGE, noisier),
        new Script("root drifts 1 sd", InterventionKind.COVARIATE_DRIFT, driftingRoots),
        new Script("caused +-6 noise sd, 1 in 10", InterventionKind.OUTLIER, sparse),
        new Script("caused +-8 noise sd, once", InterventionKind.OUTLIER, single),
        new Script(
            "picture darker",
            InterventionKind.APPEARANCE_SHIFT,
            List.of(event(Kind.BRIGHTNESS, null, 0.97, 1), event(Kind.BRIGHTNESS, null, 0.85, 1))),
        new Script(
            "camera frozen",
            InterventionKind.FROZEN_CAMERA,
            List.of(event(Kind.FROZEN_CAMERA, null, 0, 1))));
  }

  private static ScenarioEvent event(Kind kind, @Nullable String node, double size, double rate) {
    int frames = kind == Kind.SINGLE_SHOCK ? 1 : LocalisationTrial.CHANGED;
    return new ScenarioEvent(kind, node, LocalisationTrial.QUIET, frames, size, rate);
  }
}
