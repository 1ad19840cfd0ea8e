package dev.residua.bench.experiment;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.intervention.Diagnosis;
import dev.residua.intervention.InterventionKind;
import dev.residua.intervention.MechanismReference;
import dev.residua.intervention.MechanismWindow;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedScene;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams with one event each, watched frame by frame at one false-alarm contract: detection,
 * delay, the named latent, and the named kind of change.
 *
 * <p>Every stream is quiet for {@value #QUIET} frames, longer than the longest window of the
 * detector; then something happens until the end, {@value #CHANGED} frames on. The first alarm
 * after the change counts; an alarm before it is a false one, and the stream is then lost unless
 * the alarm ends and another starts in time. {@value Diagnosis#PATIENCE} frames after the alarm the
 * frames since the alarm's change point, at most the last {@value Diagnosis#WINDOW}, are diagnosed.
 * All methods have the same detector, the same contract and a calibration of their own on the same
 * nominal frames.
 */
final class LocalisationTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "localisation",
          Experiment.Needs.MODEL,
          "Streams of the pendulum with one event each, watched with the active model at one false"
              + " alarm per week: detection, delay, the latent named as cause and the kind, by"
              + " residuals and by four baselines.",
          (cells, scale) -> cells.addRows("pendulum", LocalisationTrial::rows));

  private static final int STREAMS = 20;

  static final int QUIET = 256;
  static final int CHANGED = 400;
  private static final int NOMINAL = 20_000;
  private static final int CHUNK = 64;

  /** Mean frames to a false alarm: a week at 20 frames per second, and a little over an hour. */
  private static final Map<String, Double> CONTRACTS = contracts();

  private static Map<String, Double> contracts() {
    Map<String, Double> contracts = new LinkedHashMap<>();
    contracts.put("one in a week", 7 * 86_400 * 20.0);
    contracts.put("one in 100,000", 100_000.0);
    return contracts;
  }

  /** Rows of the last frames that methods watch. */
  private enum Watched {
    RESIDUALS,
    LATENTS,
    RECONSTRUCTION,
    LINEAR
  }

  /** Methods that detect a change and name its latent. */
  private enum Method {
    RESIDUALS("residuals", Watched.RESIDUALS),
    LATENTS("latents without equations", Watched.LATENTS),
    RECONSTRUCTION("reconstruction", Watched.RECONSTRUCTION),
    LINEAR("linear residuals, CIRCA", Watched.LINEAR),
    TRAVERSAL("latents, smooth traversal", Watched.LATENTS);

    private final String label;
    private final Watched watched;

    Method(String label, Watched watched) {
      this.label = label;
      this.watched = watched;
    }
  }

  /**
   * Events in the streams of one row of the table.
   *
   * @param name of the row
   * @param kind right name of the change
   * @param variants events of which each stream has one, in turn
   */
  record Script(String name, InterventionKind kind, List<ScenarioEvent> variants) {}

  private record Outcome(int delay, int blamed, @Nullable InterventionKind kind) {}

  /** One frame as the channels have it, with the flags of the window. */
  private record Observed(
      float[][] rows, float[] observed, float[] expected, float[] standardized, boolean changed) {}

  private final SimulatedScene scene;
  private final List<Double> noise;
  private final ResidualScorer scorer;
  private final CausalGraph graph;
  private final AnomalyCalibration calibration;
  private final AnomalyRule rule;
  private final AppearanceReference appearance;
  private final int[] latentOf;
  private final long seed;
  private final int streams;
  private final ImageShape shape;
  private final int d;

  private LinearEquations linear = LinearEquations.none();
  private double[] centre = new double[0];
  private double[] deviation = new double[0];

  /**
   * @param bundle model of the scene's frames, whose latents are named like the factors
   * @param streams of each row
   */
  LocalisationTrial(
      SimulatedScene scene,
      List<Double> noise,
      ModelBundle bundle,
      ResidualScorer scorer,
      long seed,
      int streams) {
    this.scene = scene;
    this.noise = List.copyOf(noise);
    this.scorer = scorer;
    this.graph = bundle.graph();
    this.calibration = AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
    this.rule = AnomalyRule.of(AnomalySettings.DEFAULTS, calibration);
    this.appearance = AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE));
    this.seed = seed;
    this.streams = streams;
    this.shape = scorer.imageShape();
    this.d = graph.size();
    this.latentOf = scene.factors().stream().mapToInt(graph.names()::indexOf).toArray();
    if (Arrays.stream(latentOf).anyMatch(latent -> latent < 0)) {
      throw new IllegalArgumentException(
          "model %s has latents %s, expected those of %s: %s"
              .formatted(bundle.id(), graph.names(), scene.name(), scene.factors()));
    }
  }

  List<ResultLog.Row> run(String prefix, long rowSeed, DoubleConsumer progress) {
    List<Script> scripts = LocalisationScripts.of(scene, noise);
    double parts = scripts.size() + 6.0;
    List<Observed> nominal = new ArrayList<>();
    Player quiet = new Player(Scenario.nominal(scene, noise, streamSeed(0, 0), 0));
    while (nominal.size() < NOMINAL) {
      nominal.addAll(quiet.next());
      progress.accept(nominal.size() / (double) NOMINAL / parts);
    }
    float[][] latents = nominal.stream().map(Observed::observed).toArray(float[][]::new);
    learn(latents);
    List<Observed> judged = nominal.stream().map(this::complete).toList();
    MechanismReference mechanisms =
        MechanismReference.calibrate(
            graph,
            latents,
            judged.stream().map(Observed::expected).toArray(float[][]::new),
            judged.stream().map(Observed::standardized).toArray(float[][]::new));
    Map<Watched, DriftReference> references = new EnumMap<>(Watched.class);
    Map<Watched, float[][]> rows = new EnumMap<>(Watched.class);
    for (Watched watched : Watched.values()) {
      float[][] own =
          judged.stream().map(frame -> frame.rows()[watched.ordinal()]).toArray(float[][]::new);
      rows.put(watched, own);
      double done = 1.0 + watched.ordinal();
      references.put(
          watched,
          DriftReference.calibrate(
              doubles(own),
              DriftSettings.DEFAULTS,
              seed,
              part -> progress.accept((done + part) / parts)));
    }
    Baselines baselines = new Baselines(graph, doubles(need(rows, Watched.LATENTS)));

    List<ResultLog.Row> table = new ArrayList<>();
    for (int s = 0; s < scripts.size(); s++) {
      Script script = scripts.get(s);
      Map<String, Tally> tallies = new LinkedHashMap<>();
      CONTRACTS.keySet().forEach(name -> tallies.put(name, new Tally(script)));
      for (int k = 0; k < streams; k++) {
        ScenarioEvent event = script.variants().get(k % script.variants().size());
        int right = event.node() == null ? -1 : latentOf[scene.factors().indexOf(event.node())];
        watch(event, streamSeed(s + 1, k), references, mechanisms, baselines)
            .forEach((contract, outcomes) -> need(tallies, contract).add(outcomes, right));
        progress.accept((5 + s + (k + 1.0) / streams) / parts);
      }
      tallies.forEach(
          (contract, tally) ->
              table.add(
                  new ResultLog.Row(
                      "%s: %s, %s".formatted(prefix, contract, script.name()),
                      rowSeed,
                      tally.figures())));
    }
    return table;
  }

  private static <K, V> V need(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("there is no " + key);
    }
    return value;
  }

  private long streamSeed(int script, int stream) {
    return seed * 1_000_003 + script * 1_009L + stream + 77_000_000;
  }

  /** Learns the moments and linear equations of nominal latents for the baselines. */
  private void learn(float[][] latents) {
    centre = new double[d];
    deviation = new double[d];
    double[][] z = doubles(latents);
    for (int i = 0; i < d; i++) {
      int latent = i;
      double mean = Arrays.stream(z).mapToDouble(row -> row[latent]).average().orElse(0);
      double squares =
          Arrays.stream(z).mapToDouble(row -> (row[latent] - mean) * (row[latent] - mean)).sum();
      centre[i] = mean;
      deviation[i] = Math.sqrt(squares / (z.length - 1)) + 1e-12;
    }
    linear = LinearEquations.fit(graph, z);
  }

  /** Plays a scenario and scores it, a chunk of frames at a time. */
  private final class Player {
    private final ScenarioStream stream;
    private final byte[] pixels = new byte[CHUNK * shape.size()];

    Player(Scenario scenario) {
      this.stream = new ScenarioStream(scenario, shape);
    }

    List<Observed> next() {
      float[] deviations = new float[CHUNK];
      for (int i = 0; i < CHUNK; i++) {
        stream.next(pixels, i * shape.size());
        deviations[i] = appearance.usable() ? appearance.deviation(pixels, i * shape.size()) : 0;
      }
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, CHUNK));
      List<Observed> frames = new ArrayList<>();
      for (int i = 0; i < CHUNK; i++) {
        FrameStatistics statistics = calibration.statistics(batch, i, deviations[i]);
        float logError = (float) Math.log(batch.reconstructionErrors()[i] + 1e-12);
        frames.add(
            new Observed(
                new float[][] {statistics.standardized(), {}, {logError}, {}},
                Arrays.copyOfRange(batch.observed(), i * d, (i + 1) * d),
                Arrays.copyOfRange(batch.expected(), i * d, (i + 1) * d),
                statistics.standardized(),
                rule.appearanceChanged(statistics)));
      }
      return frames;
    }
  }

  /** Adds the rows that need nominal latents. */
  private Observed complete(Observed frame) {
    float[] z = new float[d];
    for (int i = 0; i < d; i++) {
      z[i] = (float) ((frame.observed()[i] - centre[i]) / deviation[i]);
    }
    float[][] rows = frame.rows().clone();
    rows[Watched.LATENTS.ordinal()] = z;
    rows[Watched.LINEAR.ordinal()] = linear.residuals(frame.observed());
    return new Observed(
        rows, frame.observed(), frame.expected(), frame.standardized(), frame.changed());
  }

  /** Watches one stream; outcomes by contract, then by method, null if nothing was found. */
  private Map<String, Outcome[]> watch(
      ScenarioEvent event,
      long streamSeed,
      Map<Watched, DriftReference> references,
      MechanismReference mechanisms,
      Baselines baselines) {
    Player player =
        new Player(
            new Scenario(scene, noise, 20, streamSeed, 0, QUIET + CHANGED + CHUNK, List.of(event)));
    List<Watch> watches = new ArrayList<>();
    references.forEach((watched, reference) -> watches.add(new Watch(watched, reference)));
    MechanismWindow window = new MechanismWindow(d);
    List<Observed> seen = new ArrayList<>();
    Map<String, Outcome[]> found = new LinkedHashMap<>();
    CONTRACTS.keySet().forEach(name -> found.put(name, new Outcome[Method.values().length]));
    while (seen.size() < QUIET + CHANGED) {
      for (Observed raw : player.next()) {
        Observed frame = complete(raw);
        seen.add(frame);
        window.push(
            frame.observed(), frame.expected(), frame.standardized(), frame.changed(), false);
        for (Watch watch : watches) {
          watch.take(frame.rows()[watch.watched.ordinal()]);
        }
        for (Watch watch : watches) {
          watch
              .due(seen.size())
              .forEach(
                  (contract, alarm) -> {
                    int frames =
                        (int) Math.min(Diagnosis.WINDOW, seen.size() - alarm.changePoint());
                    for (Method method : Method.values()) {
                      if (method.watched == watch.watched) {
                        need(found, contract)[method.ordinal()] =
                            outcome(method, alarm, frames, seen, window, mechanisms, baselines);
                      }
                    }
                  });
        }
      }
      if (watches.stream().allMatch(Watch::done)) {
        break;
      }
    }
    return found;
  }

  private Outcome outcome(
      Method method,
      DriftAlarm alarm,
      int frames,
      List<Observed> seen,
      MechanismWindow window,
      MechanismReference mechanisms,
      Baselines baselines) {
    int delay = (int) alarm.startedAt() - QUIET;
    double[][] last =
        seen.subList(seen.size() - frames, seen.size()).stream()
            .map(frame -> doubles(frame.rows()[method.watched.ordinal()]))
            .toArray(double[][]::new);
    return switch (method) {
      case RESIDUALS -> {
        Diagnosis diagnosis = Diagnosis.of(mechanisms, graph, window, frames);
        int blamed =
            diagnosis.causes().isEmpty()
                ? -1
                : graph.names().indexOf(diagnosis.causes().get(0).latent());
        yield new Outcome(delay, blamed, diagnosis.kind());
      }
      case LATENTS -> new Outcome(delay, baselines.largestStatistic(last), null);
      case RECONSTRUCTION -> new Outcome(delay, -1, null);
      case LINEAR -> new Outcome(delay, baselines.descendantAdjusted(last), null);
      case TRAVERSAL -> new Outcome(delay, baselines.smoothTraversal(last), null);
    };
  }

  /** One channel's detector, with an alarm for each contract. */
  private static final class Watch {
    final Watched watched;
    private final DriftDetector detector;
    private final DriftReading reading;
    private final Map<String, DriftAlarm.Levels> levels = new LinkedHashMap<>();
    private final Map<String, DriftAlarm> alarms = new LinkedHashMap<>();
    private final Map<String, DriftAlarm> first = new LinkedHashMap<>();

    Watch(Watched watched, DriftReference reference) {
      this.watched = watched;
      this.detector = new DriftDetector(reference);
      this.reading = detector.newReading();
      CONTRACTS.forEach(
          (name, frames) -> {
            levels.put(name, DriftAlarm.Levels.of(reference, frames));
            alarms.put(name, DriftAlarm.QUIET);
          });
    }

    void take(float[] row) {
      detector.update(row, reading);
      levels.forEach(
          (name, level) -> {
            DriftAlarm.Step step = need(alarms, name).next(reading, level);
            alarms.put(name, step.next());
            if (step.change() == DriftAlarm.Change.STARTED && detector.count() > QUIET) {
              first.putIfAbsent(name, step.next());
            }
          });
    }

    /** Alarms that are due for a diagnosis after this many frames. */
    Map<String, DriftAlarm> due(int frames) {
      Map<String, DriftAlarm> due = new TreeMap<>();
      first.forEach(
          (name, alarm) -> {
            if (alarm.startedAt() + Diagnosis.PATIENCE == frames) {
              due.put(name, alarm);
            }
          });
      return due;
    }

    boolean done() {
      return first.size() == levels.size()
          && first.values().stream()
              .allMatch(a -> a.startedAt() + Diagnosis.PATIENCE <= detector.count());
    }
  }

  private static final class Tally {
    private final Script script;
    private final int[] detected = new int[Method.values().length];
    private final int[] localised = new int[Method.values().length];
    private final List<List<Integer>> delays = new ArrayList<>();
    private final Map<InterventionKind, Integer> kinds = new LinkedHashMap<>();
    private int streams;
    private boolean named;

    Tally(Script script) {
      this.script = script;
      for (int i = 0; i < Method.values().length; i++) {
        delays.add(new ArrayList<>());
      }
      for (InterventionKind kind : InterventionKind.values()) {
        kinds.put(kind, 0);
      }
    }

    void add(@Nullable Outcome[] outcomes, int right) {
      streams++;
      named = right >= 0;
      for (int m = 0; m < outcomes.length; m++) {
        Outcome outcome = outcomes[m];
        if (outcome == null) {
          continue;
        }
        detected[m]++;
        localised[m] += outcome.blamed() == right ? 1 : 0;
        delays.get(m).add(outcome.delay());
        if (outcome.kind() != null) {
          kinds.merge(outcome.kind(), 1, Integer::sum);
        }
      }
    }

    Map<String, Double> figures() {
      Map<String, Double> figures = new LinkedHashMap<>();
      for (Method method : Method.values()) {
        int m = method.ordinal();
        figures.put(method.label + ": detected %", 100.0 * detected[m] / streams);
        if (named && method != Method.RECONSTRUCTION) {
          figures.put(method.label + ": detected and localised %", 100.0 * localised[m] / streams);
        }
        figures.put(method.label + ": delay, frames", median(delays.get(m)));
      }
      figures.put("right kind %", 100.0 * kinds.getOrDefault(script.kind(), 0) / streams);
      kinds.forEach((kind, count) -> figures.put("called " + kind + " %", 100.0 * count / streams));
      return figures;
    }

    private static double median(List<Integer> values) {
      if (values.isEmpty()) {
        return Double.NaN;
      }
      List<Integer> sorted = values.stream().sorted().toList();
      int n = sorted.size();
      return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2.0;
    }
  }

  private static double[] doubles(float[] row) {
    double[] values = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      values[i] = row[i];
    }
    return values;
  }

  private static double[][] doubles(float[][] rows) {
    return Arrays.stream(rows).map(LocalisationTrial::doubles).toArray(double[][]::new);
  }

  private static List<ResultLog.Row> rows(Workbench bench, long seed) throws BadBundleException {
    ModelBundle bundle = bench.model();
    DataSpec spec = DataSpec.usual("pendulum", 1, seed);
    try (ResidualScorer scorer = bench.scorer(bundle)) {
      return new LocalisationTrial(spec.simulated(), spec.noise(), bundle, scorer, seed, STREAMS)
          .run("pendulum", seed, done -> bench.progress().at("watching streams", done, null));
    }
  }
}
