package dev.residua.bench.experiment;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.EdgeReading;
import dev.residua.intervention.EdgeVerdict;
import dev.residua.intervention.GraphCheck;
import dev.residua.intervention.GraphReference;
import dev.residua.intervention.MechanismReference;
import dev.residua.intervention.MechanismWindow;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioEvent.Kind;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedScene;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams in which one edge of the graph is cut or halved, or something else happens to a caused
 * latent. Counts diagnoses of the frames since then that name the right edge, and those that name
 * another one; likewise for a check of the graph over a long period, compared with the model's
 * calibration frames.
 */
final class EdgeTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "edges",
          Experiment.Needs.MODEL,
          "Streams of the pendulum in which one edge of the graph is cut or halved, or something else"
              + " happens: how often the active model names the right edge, and another one.",
          (cells, scale) -> cells.addRows("pendulum", EdgeTrial::rows));

  private static final int STREAMS = 20;

  private static final int QUIET = 64;
  private static final int FIRST = Diagnosis.WINDOW;
  private static final int SECOND = 96;
  private static final int PERIOD = 1_000;
  private static final int CHUNK = 64;

  /** Streams in which nothing happens, for each stream of another row. */
  private static final int HEALTHY = 10;

  private final SimulatedScene scene;
  private final List<Double> noise;
  private final ResidualScorer scorer;
  private final CausalGraph graph;
  private final AnomalyCalibration calibration;
  private final MechanismReference reference;
  private final Optional<GraphReference> calibrated;
  private final long seed;
  private final int streams;

  /** Events in the streams of one row, which differ in the node and the cause. */
  private record Script(String name, List<ScenarioEvent> variants) {
    boolean healthy() {
      return variants.isEmpty();
    }
  }

  /**
   * @param bundle model of the scene's frames, whose latents are named like the factors
   * @param streams of each row in which something happens, a tenth of those in which nothing does
   */
  EdgeTrial(
      SimulatedScene scene,
      List<Double> noise,
      ModelBundle bundle,
      ResidualScorer scorer,
      long seed,
      int streams)
      throws BadBundleException {
    this.scene = scene;
    this.noise = List.copyOf(noise);
    this.scorer = scorer;
    this.graph = bundle.graph();
    this.calibration = AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
    this.reference = MechanismReference.fromBytes(bundle.entry(ModelBundle.MECHANISM_REFERENCE));
    this.calibrated =
        GraphReference.of(
            graph, bundle.network().equations(), bundle.manifest().latents(), calibration);
    this.seed = seed;
    this.streams = streams;
  }

  List<ResultLog.Row> run(String prefix, long rowSeed, DoubleConsumer progress) {
    List<ResultLog.Row> rows = new ArrayList<>();
    List<Script> scripts = scripts();
    for (double memory : new double[] {0, 0.9}) {
      for (Script script : scripts) {
        Tally tally = new Tally();
        int count = script.healthy() ? HEALTHY * streams : streams;
        for (int k = 0; k < count; k++) {
          ScenarioEvent event =
              script.healthy() ? null : script.variants().get(k % script.variants().size());
          watch(event, memory, seed * 1_000_003 + 7_919L * k, tally);
        }
        rows.add(
            new ResultLog.Row(
                "%s: %s, lag one %s".formatted(prefix, script.name(), memory),
                rowSeed,
                tally.figures()));
        progress.accept(rows.size() / (2.0 * scripts.size()));
      }
    }
    return rows;
  }

  private List<Script> scripts() {
    List<ScenarioEvent> cut = new ArrayList<>();
    List<ScenarioEvent> halved = new ArrayList<>();
    List<ScenarioEvent> offset = new ArrayList<>();
    List<ScenarioEvent> noisier = new ArrayList<>();
    for (int node : scene.caused()) {
      String name = scene.graph().name(node);
      for (String cause : scene.graph().parentNames(node)) {
        cut.add(event(Kind.EDGE_CHANGE, name, 0, cause));
        halved.add(event(Kind.EDGE_CHANGE, name, 0.5, cause));
      }
      offset.add(event(Kind.OFFSET, name, 2, null));
      noisier.add(event(Kind.NOISE_CHANGE, name, 2.5, null));
    }
    return List.of(
        new Script("one edge cut", cut),
        new Script("one edge halved", halved),
        new Script("caused +2 noise sd", offset),
        new Script("caused noise x2.5", noisier),
        new Script("nothing", List.of()));
  }

  private static ScenarioEvent event(Kind kind, String node, double size, @Nullable String cause) {
    return new ScenarioEvent(kind, node, QUIET, PERIOD, size, ScenarioEvent.DEFAULT_RATE, cause);
  }

  private void watch(@Nullable ScenarioEvent event, double memory, long streamSeed, Tally tally) {
    ImageShape shape = scorer.imageShape();
    int d = graph.size();
    int frames = QUIET + PERIOD;
    ScenarioStream stream =
        new ScenarioStream(
            new Scenario(
                scene,
                noise,
                20,
                streamSeed,
                memory,
                frames + CHUNK,
                event == null ? List.of() : List.of(event)),
            shape);
    MechanismWindow window = new MechanismWindow(d);
    float[][] observed = new float[PERIOD][];
    float[][] expected = new float[PERIOD][];
    byte[] pixels = new byte[CHUNK * shape.size()];
    for (int at = 0; at < frames; at += CHUNK) {
      int n = Math.min(CHUNK, frames - at);
      for (int i = 0; i < n; i++) {
        stream.next(pixels, i * shape.size());
      }
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, n));
      for (int i = 0; i < n; i++) {
        float[] seen = Arrays.copyOfRange(batch.observed(), i * d, (i + 1) * d);
        float[] explained = Arrays.copyOfRange(batch.expected(), i * d, (i + 1) * d);
        window.push(
            seen, explained, calibration.statistics(batch, i, 0).standardized(), false, false);
        int since = at + i + 1 - QUIET;
        if (since > 0) {
          observed[since - 1] = seen;
          expected[since - 1] = explained;
        }
        if (since == FIRST || since == SECOND) {
          Diagnosis diagnosis = Diagnosis.of(reference, graph, window, since);
          tally.add(since == FIRST ? "64 frames" : "96 frames", event, diagnosis.edges());
        }
      }
    }
    long[] sequences = new long[PERIOD];
    Arrays.setAll(sequences, t -> t);
    GraphCheck check = GraphCheck.of(graph, observed, expected, sequences, calibrated);
    tally.add("check", event, check.edges());
    tally.add(check);
  }

  private static final class Tally {
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private int streams;
    private int missing;
    private int broken;

    void add(String window, @Nullable ScenarioEvent event, List<EdgeReading> edges) {
      boolean right = false;
      boolean gone = false;
      boolean wrong = false;
      for (EdgeReading edge : edges) {
        boolean changed =
            event != null && edge.from().equals(event.cause()) && edge.to().equals(event.node());
        right |= changed && edge.isClaim();
        gone |= changed && edge.verdict() == EdgeVerdict.REMOVED;
        wrong |= !changed && edge.isClaim();
      }
      counts.merge(window + ": right edge %", right ? 1 : 0, Integer::sum);
      counts.merge(window + ": said to be gone %", gone ? 1 : 0, Integer::sum);
      counts.merge(window + ": another edge %", wrong ? 1 : 0, Integer::sum);
    }

    void add(GraphCheck check) {
      missing += check.missing().isEmpty() ? 0 : 1;
      broken += check.misfits().isEmpty() && check.missing().isEmpty() ? 0 : 1;
      streams++;
    }

    Map<String, Double> figures() {
      Map<String, Double> figures = new LinkedHashMap<>();
      counts.forEach((name, count) -> figures.put(name, 100.0 * count / streams));
      figures.put("check: missing edge %", 100.0 * missing / streams);
      figures.put("check: any edge called broken %", 100.0 * broken / streams);
      return figures;
    }
  }

  private static List<ResultLog.Row> rows(Workbench bench, long seed) throws BadBundleException {
    ModelBundle bundle = bench.model();
    DataSpec spec = DataSpec.usual("pendulum", 1, seed);
    try (ResidualScorer scorer = bench.scorer(bundle)) {
      return new EdgeTrial(spec.simulated(), spec.noise(), bundle, scorer, seed, STREAMS)
          .run("pendulum", seed, done -> bench.progress().at("watching streams", done, null));
    }
  }
}
