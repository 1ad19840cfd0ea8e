package dev.residua.bench.experiment;

import dev.residua.anomaly.AppearanceReference;
import dev.residua.bench.experiment.Channel.Rows;
import dev.residua.bench.experiment.ScriptedEvents.Scripted;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import dev.residua.simulation.SimulatedScene;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * Value of a model's residuals to a monitor: scripted events are played, and windows of frames are
 * evaluated at equal false-alarm rate by the residuals, by the same latents without the structural
 * equations, by the reconstruction error, by the pixels that never vary, and by the true residuals
 * and factors, which no model can beat.
 *
 * <p>Conditions: frames of one event are independent; windows of {@value #WINDOW} frames are drawn
 * from them at random, with thresholds at {@value #LEVEL} false alarms per window from other
 * nominal frames. Localisation is the share of detected windows whose largest statistic belongs to
 * the node that was touched.
 */
public final class MonitorTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "monitor",
          Experiment.Needs.TRAININGS,
          "Scripted events in windows of 50 frames at 1 % false alarms: detection and localisation by"
              + " residuals, by the same latents without equations, and by bounds that no model can"
              + " exceed.",
          (cells, scale) -> {
            for (String scene : List.of("pendulum", "flow", "valve")) {
              cells.addRows(scene, (bench, seed) -> rows(bench, scale, scene, seed));
            }
          });

  static final int WINDOW = 50;
  static final double LEVEL = 0.01;
  private static final int CHUNK = 64;

  /** Channels in the order of the tables. */
  public static final List<String> CHANNELS =
      List.of(
          "true residuals",
          "true factors",
          "residuals",
          "latents without equations",
          "reconstruction",
          "appearance");

  /**
   * Amount of simulation and evaluation.
   *
   * @param frames of each event, and half of the nominal ones that calibrate
   * @param windows of each event
   * @param nominalWindows that calibrate
   */
  record Size(int frames, int windows, int nominalWindows) {
    static final Size DEFAULTS = new Size(3_000, 400, 3_000);
  }

  /**
   * Result for one event.
   *
   * @param event its name; {@code "nothing"} for the nominal frames
   * @param detected share of windows that alarm, by channel
   * @param localised share of alarms that name the right node, by channel; without an entry if that
   *     has no meaning
   */
  public record Row(String event, Map<String, Double> detected, Map<String, Double> localised) {}

  private final SimulatedScene scene;
  private final List<Double> noise;
  private final ImageShape shape;
  private final ResidualScorer scorer;
  private final AppearanceReference appearance;
  private final int[] latentOf;
  private final List<Channel> channels;
  private final long seed;
  private final Size size;

  private MonitorTrial(
      SimulatedScene scene,
      List<Double> noise,
      ResidualScorer scorer,
      CausalGraph graph,
      AppearanceReference appearance,
      int[] latentOf,
      long seed,
      Size size) {
    this.size = size;
    this.scene = scene;
    this.noise = List.copyOf(noise);
    this.shape = scorer.imageShape();
    this.scorer = scorer;
    this.appearance = appearance;
    this.latentOf = latentOf.clone();
    this.seed = seed;
    int d = scene.graph().size();
    boolean[] truth = new boolean[d];
    boolean[] model = new boolean[d];
    for (int i = 0; i < d; i++) {
      truth[i] = !scene.graph().isRoot(i);
      model[i] = !graph.isRoot(latentOf[i]);
    }
    this.channels =
        List.of(
            new Channel(CHANNELS.get(0), d, false, truth),
            new Channel(CHANNELS.get(1), d, true, null),
            new Channel(CHANNELS.get(2), d, false, model),
            new Channel(CHANNELS.get(3), d, true, null),
            new Channel(CHANNELS.get(4), 1, false, null),
            new Channel(CHANNELS.get(5), 1, false, null));
  }

  /**
   * Simulates and evaluates every event; about a minute on one core.
   *
   * @param noise standard deviation of each caused node's noise
   * @param graph graph of the scorer's latents
   * @param latentOf latent that stands for each factor of the scene, shape {@code [d]}
   * @param progress receives the part done, in [0, 1]
   */
  public static List<Row> run(
      SimulatedScene scene,
      List<Double> noise,
      ResidualScorer scorer,
      CausalGraph graph,
      AppearanceReference appearance,
      int[] latentOf,
      long seed,
      DoubleConsumer progress) {
    return run(scene, noise, scorer, graph, appearance, latentOf, seed, Size.DEFAULTS, progress);
  }

  static List<Row> run(
      SimulatedScene scene,
      List<Double> noise,
      ResidualScorer scorer,
      CausalGraph graph,
      AppearanceReference appearance,
      int[] latentOf,
      long seed,
      Size size,
      DoubleConsumer progress) {
    if (latentOf.length != scene.graph().size()) {
      throw new IllegalArgumentException(
          "%d latents are matched to the %d factors of %s"
              .formatted(latentOf.length, scene.graph().size(), scene.name()));
    }
    for (int i = 0; i < latentOf.length; i++) {
      if (latentOf[i] < 0) {
        throw new IllegalArgumentException(
            "no latent is matched to the factor %s of %s"
                .formatted(scene.factors().get(i), scene.name()));
      }
    }
    return new MonitorTrial(scene, noise, scorer, graph, appearance, latentOf, seed, size)
        .run(progress);
  }

  private List<Row> run(DoubleConsumer progress) {
    List<Scripted> events = ScriptedEvents.of(scene, noise, size.frames());
    double parts = events.size() + 3.0;
    List<Rows> normal = play(Scenario.nominal(scene, noise, seed, 0), 2 * size.frames());
    progress.accept(2 / parts);
    List<WindowMonitor> monitors = new ArrayList<>();
    for (int c = 0; c < channels.size(); c++) {
      monitors.add(
          WindowMonitor.fit(
              channels.get(c), normal.get(c), WINDOW, size.nominalWindows(), LEVEL, seed + c));
    }
    List<Row> rows = new ArrayList<>();
    List<Rows> quiet = play(Scenario.nominal(scene, noise, seed + 1_000, 0), size.frames());
    rows.add(evaluate(monitors, "nothing", -1, quiet));
    progress.accept(3 / parts);
    for (int e = 0; e < events.size(); e++) {
      Scripted scripted = events.get(e);
      ScenarioEvent event = scripted.event();
      Scenario scenario =
          new Scenario(scene, noise, 20, seed + 2_000 + e, 0, size.frames(), List.of(event));
      rows.add(evaluate(monitors, scripted.name(), scripted.node(), play(scenario, size.frames())));
      progress.accept((4 + e) / parts);
    }
    return rows;
  }

  private Row evaluate(List<WindowMonitor> monitors, String event, int node, List<Rows> pools) {
    Map<String, Double> detected = new LinkedHashMap<>();
    Map<String, Double> localised = new LinkedHashMap<>();
    for (int c = 0; c < channels.size(); c++) {
      boolean names = channels.get(c).nodes() > 1;
      WindowMonitor.Rates rates =
          monitors
              .get(c)
              .evaluate(pools.get(c), WINDOW, size.windows(), names ? node : -1, seed + 77);
      detected.put(CHANNELS.get(c), rates.detected());
      if (!Double.isNaN(rates.localised())) {
        localised.put(CHANNELS.get(c), rates.localised());
      }
    }
    return new Row(event, detected, localised);
  }

  /** Rows of every channel for the first frames of a scenario. */
  private List<Rows> play(Scenario scenario, int frames) {
    int d = scene.graph().size();
    ScenarioStream stream = new ScenarioStream(scenario, shape);
    double[][] factors = new double[frames][];
    double[][] residuals = new double[frames][d];
    double[][] explained = new double[frames][d];
    double[][] z = new double[frames][d];
    double[][] e = new double[frames][d];
    double[][] f = new double[frames][d];
    double[][] reconstruction = new double[frames][1];
    double[][] deviation = new double[frames][1];
    byte[] pixels = new byte[CHUNK * shape.size()];
    for (int at = 0; at < frames; at += CHUNK) {
      int count = Math.min(CHUNK, frames - at);
      for (int i = 0; i < count; i++) {
        SimulatedFrame frame = stream.next(pixels, i * shape.size());
        int row = at + i;
        factors[row] = frame.factors();
        for (int k = 0; k < d; k++) {
          boolean root = scene.graph().isRoot(k);
          residuals[row][k] = root ? frame.factors()[k] : frame.noise()[k];
          explained[row][k] = root ? 0 : scene.mechanism(k, frame.factors());
        }
        if (appearance.usable()) {
          deviation[row][0] = appearance.deviation(pixels, i * shape.size());
        }
      }
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, count));
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < d; k++) {
          int from = i * batch.latents() + latentOf[k];
          z[at + i][k] = batch.observed()[from];
          e[at + i][k] = batch.residuals()[from];
          f[at + i][k] = batch.expected()[from];
        }
        reconstruction[at + i][0] = Math.log(batch.reconstructionErrors()[i] + 1e-12);
      }
    }
    return List.of(
        new Rows(residuals, explained),
        new Rows(factors, null),
        new Rows(e, f),
        new Rows(z, null),
        new Rows(reconstruction, null),
        new Rows(deviation, null));
  }

  private static List<ResultLog.Row> rows(Workbench bench, Scale scale, String sceneName, long seed)
      throws IOException, TrainingFailedException {
    DataSpec spec = scale.data(sceneName, seed);
    TrainingReport report = bench.train(spec, scale.settings(seed));
    ModelBundle bundle = report.bundle();
    SimulatedScene scene = spec.simulated();
    Figures figures = new Figures(bench.evaluate(bundle, spec));
    int[] latents = figures.matching(scene.factors(), report.graph().names());
    List<ResultLog.Row> rows = new ArrayList<>();
    try (ResidualScorer scorer = bench.scorer(bundle)) {
      for (Row event :
          run(
              scene,
              spec.noise(),
              scorer,
              report.graph(),
              AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE)),
              latents,
              spec.seed(),
              done -> bench.progress().at("playing events", done, null))) {
        Map<String, Double> columns = new LinkedHashMap<>();
        for (String channel : CHANNELS) {
          columns.put(
              channel + ": detected %", 100 * event.detected().getOrDefault(channel, Double.NaN));
          Double localised = event.localised().get(channel);
          if (localised != null) {
            columns.put(channel + ": localised %", 100 * localised);
          }
        }
        rows.add(new ResultLog.Row(spec.scene() + ": " + event.event(), spec.seed(), columns));
      }
    }
    return rows;
  }
}
