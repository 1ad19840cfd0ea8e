package dev.residua.bench.experiment;

import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.NoiseKind;
import dev.residua.simulation.SimulatedScene;
import dev.residua.training.ExactDagSearch;
import dev.residua.training.ExactDagSearchSettings;
import dev.residua.training.GraphLearner;
import dev.residua.training.GraphSettingsBuilder;
import dev.residua.training.LancaSettings.Cooling;
import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettings.FixedGraph;
import dev.residua.training.LancaSettings.OrderRelaxation;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import dev.residua.training.LancaSettingsBuilder;
import dev.residua.training.RunSelection;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import dev.residua.training.metrics.GraphDistance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The experiments by name. */
enum Experiments {
  VECTOR(
      "The graph of a four-node additive noise model whose variables are seen without images:"
          + " exact search against learning by gradient.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
          cells.add(Cell.of("exact search", seed, bench -> searched(seed)));
          cells.add(
              Cell.of(
                  "learnt, SoftSort", seed, bench -> learnt(bench, seed, vector(seed, g -> {}))));
          cells.add(
              Cell.of(
                  "learnt, Gumbel-Sinkhorn",
                  seed,
                  bench ->
                      learnt(
                          bench,
                          seed,
                          vector(seed, g -> g.relaxation(OrderRelaxation.GUMBEL_SINKHORN)))));
        }
        return cells;
      }),
  TEMPERATURE(
      "The graph learner on the same vectors, over the temperature that its gates end at.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (double end : new double[] {1, 0.5, 0.2, 0.1, 0.05}) {
          for (long seed : seeds) {
            cells.add(
                Cell.of(
                    "gates end at " + end,
                    seed,
                    bench ->
                        learnt(
                            bench,
                            seed,
                            vector(seed, g -> g.edgeTemperature(new Cooling(1, end, 0.75))))));
          }
        }
        return cells;
      }),
  OVERFIT(
      "One batch of 64 frames again and again: what the autoencoder can reproduce at all.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
          cells.add(
              Cell.of(
                  "64 frames",
                  seed,
                  bench -> {
                    TrainingSettings settings =
                        scale.settings(seed).withMaxLabels(0).withLanca(l -> l.causalTerms(false));
                    return Map.of(
                        "last reconstruction loss, squared error a frame",
                        bench.overfit(seed, settings));
                  }));
        }
        return cells;
      }),
  DETERMINISM(
      "Deterministic against variational encoder on Flow.",
      (seeds, scale) ->
          trainings(
              seeds,
              scale,
              "flow",
              List.of(
                  new Variant("deterministic", l -> {}),
                  new Variant("variational", l -> l.encoder(Encoder.VARIATIONAL))))),
  GRAPH(
      "The graph that the network is trained with; the graph in use is searched afterwards in every"
          + " case.",
      (seeds, scale) -> {
        CausalGraph truth = SimulatedScene.named("pendulum", NoiseKind.ADDITIVE).graph();
        boolean[][] reversed = new boolean[truth.size()][truth.size()];
        for (CausalGraph.Edge edge : truth.edgeList()) {
          reversed[edge.to()][edge.from()] = true;
        }
        return trainings(
            seeds,
            scale,
            "pendulum",
            List.of(
                new Variant("learnt", l -> {}),
                new Variant("empty", l -> fix(l, new boolean[truth.size()][truth.size()])),
                new Variant("true", l -> fix(l, truth.edges())),
                new Variant("reversed", l -> fix(l, reversed)),
                new Variant("no causal terms", l -> l.causalTerms(false))));
      }),
  PRIOR(
      "What residuals are compared with, and the structural term.",
      (seeds, scale) ->
          trainings(
              seeds,
              scale,
              "pendulum",
              List.of(
                  new Variant("permuted self", l -> {}),
                  new Variant("N(0, I)", l -> l.prior(ResidualPrior.STANDARD_NORMAL)),
                  new Variant("no comparison", l -> l.mmdWeight(0)),
                  new Variant("structural fit", l -> l.structural(StructuralTerm.STRUCTURAL_FIT)),
                  new Variant("no structural term", l -> l.structuralWeight(0))))),
  NOISE(
      "Size and kind of the noise of the caused factors.",
      (seeds, scale) -> {
        Map<String, UnaryOperator<DataSpec>> specs = new LinkedHashMap<>();
        specs.put("additive, usual (0.5, 0.4)", spec -> spec);
        specs.put("additive, half", spec -> spec.withNoiseFactor(0.5));
        specs.put("additive, a fifth", spec -> spec.withNoiseFactor(0.2));
        specs.put("multiplicative, usual", spec -> spec.withKind(NoiseKind.MULTIPLICATIVE));
        return onData(seeds, scale, "pendulum", specs);
      }),
  LABELS(
      "How many labelled frames a training has.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (int labels : new int[] {0, 30, 60, 100, 200, 500}) {
          for (long seed : seeds) {
            DataSpec spec = DataSpec.usual("pendulum", scale.frames(), seed);
            cells.add(
                Cell.of(
                    labels + " labels",
                    seed,
                    bench -> bench.figures(spec, scale.settings(seed).withMaxLabels(labels))));
          }
        }
        return cells;
      }),
  WEAK(
      "No factor labels: what announced holds of one factor at a time, and frames with a mechanism"
          + " broken on purpose, are worth.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
          DataSpec plain = DataSpec.usual("pendulum", scale.frames(), seed);
          for (double share : new double[] {0.05, 0.2}) {
            cells.add(
                Cell.of(
                    "no labels, holds in %.0f %% of the frames".formatted(100 * share),
                    seed,
                    bench ->
                        bench.figures(
                            plain.withHolds(share), scale.settings(seed).withMaxLabels(0))));
          }
          cells.add(
              Cell.of(
                  "no labels, nothing announced",
                  seed,
                  bench -> bench.figures(plain, scale.settings(seed).withMaxLabels(0))));
          cells.add(
              Cell.of(
                  "100 labels, mechanisms broken in 15 % of the frames",
                  seed,
                  bench -> bench.figures(plain.withCommissioning(0.15), scale.settings(seed))));
        }
        return cells;
      }),
  SCENES(
      "The usual training on every scene; valve's noise is not additive.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (String scene : List.of("pendulum", "flow", "candle", "valve")) {
          for (long seed : seeds) {
            DataSpec spec = DataSpec.usual(scene, scale.frames(), seed);
            cells.add(Cell.of(scene, seed, bench -> bench.figures(spec, scale.settings(seed))));
          }
        }
        return cells;
      }),
  CANDLE(
      "IRS on the CANDLE-like scene with its floor, its ceiling and the factors that are covered.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (int labels : new int[] {0, 100, 500}) {
          for (long seed : seeds) {
            DataSpec spec = DataSpec.usual("candle", scale.frames(), seed);
            cells.add(
                Cell.of(
                    labels + " labels",
                    seed,
                    bench -> {
                      TrainingReport report =
                          bench.train(spec, scale.settings(seed).withMaxLabels(labels));
                      Figures figures = new Figures(bench.evaluate(report.bundle(), spec));
                      Map<String, Double> row = new LinkedHashMap<>();
                      figures.copy("irs", row, "IRS");
                      figures.copy("floor.irs", row, "IRS floor");
                      figures.copy("ceiling.irs", row, "IRS ceiling");
                      figures.copy("irsRobust", row, "IRS robust");
                      figures.copy("irsParents", row, "factors covered");
                      figures.copy("mcc", row, "MCC");
                      figures.copy("dci.disentanglement", row, "DCI D");
                      figures.copy("dci.completeness", row, "DCI C");
                      figures.copy("shd", row, "spurious edges searched");
                      return row;
                    }));
          }
        }
        return cells;
      }),
  ORACLE_FREE(
      "One of three runs chosen without the truth, against the best of them by MCC (oracle).",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
          cells.add(Cell.of("60 labels, 3 runs", seed, bench -> selection(bench, scale, seed)));
        }
        return cells;
      }),
  MONITOR(
      "Scripted events in windows of 50 frames at 1 % false alarms: detection and localisation by"
          + " residuals, by the same latents without equations, and by what no model can beat.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (String scene : List.of("pendulum", "flow")) {
          for (long seed : seeds) {
            DataSpec spec = DataSpec.usual(scene, scale.frames(), seed);
            cells.add(new Cell(scene, seed, bench -> monitor(bench, spec, scale.settings(seed))));
          }
        }
        return cells;
      }),
  LOCALISATION(
      "Streams of the pendulum in which one thing happens, watched with the model in use at one"
          + " false alarm in a week: detection, delay, the latent blamed and the kind, by residuals"
          + " and by four baselines.",
      (seeds, scale) -> {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
          cells.add(new Cell("pendulum", seed, bench -> localisation(bench, seed)));
        }
        return cells;
      });

  private static final int STREAMS = 20;

  /**
   * Size of the trainings.
   *
   * @param frames of each data set, of which 70 % train
   * @param steps of each training
   * @param labels labelled frames where an experiment does not vary them
   */
  record Scale(int frames, int steps, int labels) {
    TrainingSettings settings(long seed) {
      return TrainingSettings.DEFAULTS.withSteps(steps).withMaxLabels(labels).withSeed(seed);
    }
  }

  private interface Plan {
    List<Cell> cells(List<Long> seeds, Scale scale);
  }

  private static final int VECTORS = 5_000;
  private static final int VECTOR_STEPS = 2_500;

  private final String purpose;
  private final Plan plan;

  Experiments(String purpose, Plan plan) {
    this.purpose = purpose;
    this.plan = plan;
  }

  String label() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  String purpose() {
    return purpose;
  }

  List<Cell> cells(List<Long> seeds, Scale scale) {
    return plan.cells(seeds, scale);
  }

  private static void fix(LancaSettingsBuilder lanca, boolean[][] edges) {
    lanca.graph(lanca.graph().with(g -> g.fixed(new FixedGraph(edges))));
  }

  /** One way to set the causal terms. */
  private record Variant(String name, Consumer<LancaSettingsBuilder> change) {}

  private static List<Cell> trainings(
      List<Long> seeds, Scale scale, String scene, List<Variant> variants) {
    List<Cell> cells = new ArrayList<>();
    for (Variant variant : variants) {
      for (long seed : seeds) {
        DataSpec spec = DataSpec.usual(scene, scale.frames(), seed);
        TrainingSettings settings = scale.settings(seed).withLanca(variant.change());
        cells.add(Cell.of(variant.name(), seed, bench -> bench.figures(spec, settings)));
      }
    }
    return cells;
  }

  private static List<Cell> onData(
      List<Long> seeds, Scale scale, String scene, Map<String, UnaryOperator<DataSpec>> specs) {
    List<Cell> cells = new ArrayList<>();
    specs.forEach(
        (name, change) -> {
          for (long seed : seeds) {
            DataSpec spec = change.apply(DataSpec.usual(scene, scale.frames(), seed));
            cells.add(Cell.of(name, seed, bench -> bench.figures(spec, scale.settings(seed))));
          }
        });
    return cells;
  }

  /**
   * Standardised vectors of {@code z3 = 0.8 sin(1.5 z1) + 0.5 z1 z2 + 0.6 n}, {@code z4 = 0.9 z3 -
   * 0.2 z3^2 + 0.6 n} with normal roots and noises.
   */
  private static double[][] vectors(long seed) {
    Random random = new Random(seed);
    double[][] z = new double[VECTORS][4];
    double[] mean = new double[4];
    double[] squares = new double[4];
    for (int n = 0; n < VECTORS; n++) {
      double[] row = z[n];
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian();
      row[2] = 0.8 * Math.sin(1.5 * row[0]) + 0.5 * row[0] * row[1] + 0.6 * random.nextGaussian();
      row[3] = 0.9 * row[2] - 0.2 * row[2] * row[2] + 0.6 * random.nextGaussian();
      for (int i = 0; i < 4; i++) {
        double before = row[i] - mean[i];
        mean[i] += before / (n + 1);
        squares[i] += before * (row[i] - mean[i]);
      }
    }
    for (double[] row : z) {
      for (int i = 0; i < 4; i++) {
        row[i] = (row[i] - mean[i]) / Math.sqrt(squares[i] / VECTORS);
      }
    }
    return z;
  }

  private static boolean[][] vectorGraph() {
    boolean[][] edges = new boolean[4][4];
    edges[0][2] = true;
    edges[1][2] = true;
    edges[2][3] = true;
    return edges;
  }

  private static Map<String, Double> searched(long seed) {
    CausalGraph found =
        ExactDagSearch.search(
            vectors(seed),
            List.of("z1", "z2", "z3", "z4"),
            ExactDagSearchSettings.DEFAULTS.withSeed(seed).withResamples(0));
    return Map.of("SHD", (double) GraphDistance.of(vectorGraph(), found.edges()).shd());
  }

  private static TrainingSettings vector(long seed, Consumer<GraphSettingsBuilder> change) {
    return TrainingSettings.DEFAULTS
        .withLatents(4)
        .withSteps(VECTOR_STEPS)
        .withBatches(256, 1)
        .withSeed(seed)
        .withLanca(l -> l.graph(l.graph().with(change)));
  }

  private static Map<String, Double> learnt(Workbench bench, long seed, TrainingSettings settings) {
    boolean[][] edges = GraphLearner.edges(bench.learner().learn(vectors(seed), settings));
    return Map.of("SHD", (double) GraphDistance.of(vectorGraph(), edges).shd());
  }

  private static Map<String, Double> selection(Workbench bench, Scale scale, long seed)
      throws IOException, TrainingFailedException {
    DataSpec spec = DataSpec.usual("pendulum", scale.frames(), seed);
    List<RunSelection.Run> runs = new ArrayList<>();
    List<Map<String, Double>> rows = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      TrainingReport report =
          bench.train(spec, scale.settings(1_000 * seed + run).withMaxLabels(60));
      runs.addAll(report.runs());
      rows.add(bench.figures(spec, report));
    }
    Map<String, Double> chosen = rows.get(RunSelection.choose(runs));
    Map<String, Double> result = new LinkedHashMap<>();
    for (String column : List.of("MCC", "SHD searched")) {
      double[] all =
          rows.stream().mapToDouble(row -> row.getOrDefault(column, Double.NaN)).sorted().toArray();
      boolean most = column.equals("MCC");
      result.put(column + " chosen", chosen.getOrDefault(column, Double.NaN));
      result.put(column + " oracle", most ? all[all.length - 1] : all[0]);
      result.put(column + " worst", most ? all[0] : all[all.length - 1]);
    }
    return result;
  }

  private static List<ResultLog.Row> monitor(
      Workbench bench, DataSpec spec, TrainingSettings settings)
      throws IOException, TrainingFailedException {
    TrainingReport report = bench.train(spec, settings);
    ModelBundle bundle = report.bundle();
    SimulatedScene scene = spec.drawn();
    Figures figures = new Figures(bench.evaluate(bundle, spec));
    int[] latents = figures.matching(scene.factors(), report.graph().names());
    List<ResultLog.Row> rows = new ArrayList<>();
    try (FrameScorer scorer = bench.scorer(bundle)) {
      for (MonitorTrial.Row event :
          MonitorTrial.run(
              scene,
              spec.noise(),
              scorer,
              report.graph(),
              AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE)),
              latents,
              spec.seed(),
              done -> bench.progress().at("playing events", done, null))) {
        Map<String, Double> columns = new LinkedHashMap<>();
        for (String channel : MonitorTrial.CHANNELS) {
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

  private static List<ResultLog.Row> localisation(Workbench bench, long seed)
      throws BadBundleException {
    ModelBundle bundle = bench.model();
    DataSpec spec = DataSpec.usual("pendulum", 1, seed);
    try (FrameScorer scorer = bench.scorer(bundle)) {
      return new LocalisationTrial(spec.drawn(), spec.noise(), bundle, scorer, seed, STREAMS)
          .run("pendulum", seed, done -> bench.progress().at("watching streams", done, null));
    }
  }
}
