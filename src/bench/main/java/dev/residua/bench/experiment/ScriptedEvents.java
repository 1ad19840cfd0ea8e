package dev.residua.bench.experiment;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioEvent.Kind;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import dev.residua.simulation.SimulatedScene;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events that every model is tested on: for each root held, narrowed and drifting, for each
 * caused node cut from its causes, shifted by one noise deviation, with doubled noise, with a gain
 * of 0.85 and off by four noise deviations in every frame, and the whole picture 3 % and 15 %
 * darker. Sizes are those of the scenario's units.
 */
final class ScriptedEvents {
  private static final int MOMENTS = 4_000;
  private static final ImageShape SMALLEST = new ImageShape(16, 16, 3);

  /**
   * One event.
   *
   * @param name of the row in tables
   * @param node index of the node that it happens to, -1 for the whole picture
   * @param event as a scenario plays it, from the first frame to the last
   */
  record Scripted(String name, int node, ScenarioEvent event) {}

  private ScriptedEvents() {}

  static List<Scripted> of(SimulatedScene scene, List<Double> noise, int frames) {
    CausalGraph graph = scene.graph();
    double[][] moments = moments(scene, noise);
    List<Scripted> events = new ArrayList<>();
    for (int node = 0; node < graph.size(); node++) {
      String name = graph.name(node);
      if (graph.isRoot(node)) {
        events.add(of(name + " held", Kind.HARD_INTERVENTION, node, name, frames, 0.5));
        events.add(of(name + " narrowed", Kind.STOCHASTIC_INTERVENTION, node, name, frames, 0.3));
        events.add(of(name + " drifts .35 sd", Kind.COVARIATE_DRIFT, node, name, frames, 0.35));
      }
    }
    int[] caused = scene.caused();
    for (int c = 0; c < caused.length; c++) {
      int node = caused[c];
      String name = graph.name(node);
      double sd = noise.get(c) * moments[node][2];
      events.add(
          of(
              name + " cut from causes",
              Kind.STOCHASTIC_INTERVENTION,
              node,
              name,
              frames,
              moments[node][0] / sd));
      events.add(of(name + " +1 noise sd", Kind.OFFSET, node, name, frames, 1));
      events.add(of(name + " noise x2", Kind.NOISE_CHANGE, node, name, frames, 2));
      events.add(
          of(
              name + " gain .85",
              Kind.MECHANISM_CHANGE,
              node,
              name,
              frames,
              -0.15 * moments[node][1] / sd));
      events.add(of(name + " +-4 noise sd", Kind.SPARSE_ANOMALIES, node, name, frames, 4));
    }
    events.add(of("picture x0.97", Kind.BRIGHTNESS, -1, null, frames, 0.97));
    events.add(of("picture x0.85", Kind.BRIGHTNESS, -1, null, frames, 0.85));
    return events;
  }

  private static Scripted of(
      String label, Kind kind, int node, @Nullable String name, int frames, double size) {
    return new Scripted(label, node, new ScenarioEvent(kind, name, 0, frames, size, 1));
  }

  /**
   * Of each node in nominal frames: its standard deviation, that of its explained part, and the
   * root mean square of the scale of its noise, {@code [d][3]}; of a root only the first.
   */
  static double[][] moments(SimulatedScene scene, List<Double> noise) {
    int d = scene.graph().size();
    ScenarioStream stream =
        new ScenarioStream(Scenario.nominal(scene, noise, 0xE7E27, 0), SMALLEST);
    byte[] picture = new byte[SMALLEST.size()];
    double[][] mean = new double[d][2];
    double[][] squares = new double[d][3];
    for (int n = 1; n <= MOMENTS; n++) {
      SimulatedFrame frame = stream.next(picture, 0);
      for (int i = 0; i < d; i++) {
        boolean root = scene.graph().isRoot(i);
        double scale = root ? 0 : scene.noiseScale(i, frame.factors());
        squares[i][2] += scale * scale;
        double[] x = {frame.factors()[i], root ? 0 : scene.mechanism(i, frame.factors())};
        for (int k = 0; k < 2; k++) {
          double before = x[k] - mean[i][k];
          mean[i][k] += before / n;
          squares[i][k] += before * (x[k] - mean[i][k]);
        }
      }
    }
    for (double[] row : squares) {
      row[0] = Math.sqrt(row[0] / (MOMENTS - 1));
      row[1] = Math.sqrt(row[1] / (MOMENTS - 1));
      row[2] = Math.sqrt(row[2] / MOMENTS);
    }
    return squares;
  }
}
