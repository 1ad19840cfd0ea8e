package dev.residua.bench.experiment;

import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
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
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The experiments by name; those with trainings in the order of their cost, cheapest first. */
enum Experiments {
  VECTOR(
      Needs.VECTORS,
      "The graph of a four-node additive noise model whose variables are seen without images:"
          + " exact search against learning by gradient.",
      (cells, scale) -> {
        cells.add("exact search", (bench, seed) -> searched(seed));
        cells.add("learnt, SoftSort", learnt(g -> {}));
        cells.add(
            "learnt, Gumbel-Sinkhorn", learnt(g -> g.relaxation(OrderRelaxation.GUMBEL_SINKHORN)));
      }),
  TEMPERATURE(
      Needs.VECTORS,
      "The graph learner on the same vectors, over the temperature that its gates end at.",
      (cells, scale) -> {
        for (double end : new double[] {1, 0.5, 0.2, 0.1, 0.05}) {
          cells.add(
              "gates end at " + end, learnt(g -> g.edgeTemperature(new Cooling(1, end, 0.75))));
        }
      }),
  RATES(
      Needs.VECTORS,
      "The graph learner on the same vectors, over the learning rates of order and edges.",
      (cells, scale) -> {
        for (double[] rates :
            new double[][] {{1e-2, 9e-3}, {1e-2, 3e-3}, {1e-2, 1e-3}, {1e-2, 3e-4}}) {
          cells.add(
              String.format(
                  Locale.ROOT,
                  "order %s, edges %s, ratio %.1f",
                  rates[0],
                  rates[1],
                  rates[0] / rates[1]),
              learnt(
                  g -> {
                    g.orderRate(rates[0]);
                    g.edgeRate(rates[1]);
                  }));
        }
      }),
  OVERFIT(
      Needs.TRAININGS,
      "One batch of 64 frames, repeated: the limit of what the autoencoder can reproduce.",
      (cells, scale) ->
          cells.add(
              "64 frames", (bench, seed) -> overfit(bench.overfit(seed, scale.settings(seed))))),
  DETERMINISM(
      Needs.TRAININGS,
      "Deterministic against variational encoder on Flow, and the variational layer of"
          + " Deeplearning4j, whose latents labels name after its training.",
      (cells, scale) -> {
        cells.add("deterministic", scale.training("flow"));
        cells.add("variational", scale.training("flow", l -> l.encoder(Encoder.VARIATIONAL)));
        cells.add("Deeplearning4j VariationalAutoencoder", scale.layer("flow"));
      }),
  SCENES(
      Needs.TRAININGS,
      "The usual training on every scene; valve's noise is not additive.",
      (cells, scale) -> {
        for (String scene : List.of("pendulum", "flow", "candle", "valve")) {
          cells.add(scene, scale.training(scene));
        }
      }),
  MONITOR(
      Needs.TRAININGS,
      "Scripted events in windows of 50 frames at 1 % false alarms: detection and localisation by"
          + " residuals, by the same latents without equations, and by bounds that no model can"
          + " exceed.",
      (cells, scale) -> {
        for (String scene : List.of("pendulum", "flow", "valve")) {
          cells.addRows(scene, (bench, seed) -> monitor(bench, scale, scene, seed));
        }
      }),
  CANDLE(
      Needs.TRAININGS,
      "IRS on the CANDLE-like scene with its floor, its ceiling and the factors that are covered;"
          + " with categories, the share of the labels that is read.",
      (cells, scale) -> {
        for (int labels : new int[] {0, 100, 500}) {
          cells.add(
              labels + " labels", (bench, seed) -> candle(bench, scale.withLabels(labels), seed));
        }
        cells.add(
            "500 labels, categories",
            (bench, seed) -> categories(bench, scale.withLabels(500), seed));
      }),
  PRIOR(
      Needs.TRAININGS,
      "The distribution that residuals are compared with, and the structural term.",
      (cells, scale) -> {
        cells.add("permuted self", scale.training("pendulum"));
        cells.add(
            "N(0, I)", scale.training("pendulum", l -> l.prior(ResidualPrior.STANDARD_NORMAL)));
        cells.add("no comparison", scale.training("pendulum", l -> l.mmdWeight(0)));
        cells.add(
            "structural fit",
            scale.training("pendulum", l -> l.structural(StructuralTerm.STRUCTURAL_FIT)));
        cells.add("no structural term", scale.training("pendulum", l -> l.structuralWeight(0)));
      }),
  GRAPH(
      Needs.TRAININGS,
      "The graph that the network is trained with; the graph in use is searched afterwards in every"
          + " case.",
      (cells, scale) -> {
        CausalGraph truth = SimulatedScene.named("pendulum", NoiseKind.ADDITIVE).graph();
        boolean[][] reversed = new boolean[truth.size()][truth.size()];
        for (CausalGraph.Edge edge : truth.edgeList()) {
          reversed[edge.to()][edge.from()] = true;
        }
        boolean[][] empty = new boolean[truth.size()][truth.size()];
        cells.add("learnt", scale.training("pendulum"));
        cells.add("empty", scale.training("pendulum", l -> fix(l, empty)));
        cells.add("true", scale.training("pendulum", l -> fix(l, truth.edges())));
        cells.add("reversed", scale.training("pendulum", l -> fix(l, reversed)));
        cells.add("no causal terms", scale.training("pendulum", l -> l.causalTerms(false)));
      }),
  NOISE(
      Needs.TRAININGS,
      "Size and kind of the noise of the caused factors.",
      (cells, scale) -> {
        cells.add("additive, usual (0.5, 0.4)", scale.training("pendulum"));
        cells.add("additive, half", scale.on("pendulum", spec -> spec.withNoiseFactor(0.5)));
        cells.add("additive, a fifth", scale.on("pendulum", spec -> spec.withNoiseFactor(0.2)));
        cells.add(
            "multiplicative, usual",
            scale.on("pendulum", spec -> spec.withKind(NoiseKind.MULTIPLICATIVE)));
        cells.add("Flow, additive, usual (0.5, 0.4)", scale.training("flow"));
        cells.add("Flow, additive, half", scale.on("flow", spec -> spec.withNoiseFactor(0.5)));
        cells.add(
            "Flow, multiplicative, usual",
            scale.on("flow", spec -> spec.withKind(NoiseKind.MULTIPLICATIVE)));
      }),
  WEAK(
      Needs.TRAININGS,
      "No factor labels: the value of announced holds of one factor at a time, and of frames with a"
          + " mechanism broken on purpose.",
      (cells, scale) -> {
        Scale none = scale.withLabels(0);
        for (double share : new double[] {0.05, 0.2}) {
          cells.add(
              "no labels, holds in %.0f %% of the frames".formatted(100 * share),
              none.on("pendulum", spec -> spec.withHolds(share)));
        }
        cells.add("no labels, nothing announced", none.training("pendulum"));
        cells.add(
            "100 labels, mechanisms broken in 15 % of the frames",
            scale.on("pendulum", spec -> spec.withCommissioning(0.15)));
      }),
  LABELS(
      Needs.TRAININGS,
      "The number of labelled frames of a training.",
      (cells, scale) -> {
        for (int labels : new int[] {0, 30, 60, 100, 200, 500}) {
          cells.add(labels + " labels", scale.withLabels(labels).training("pendulum"));
        }
      }),
  ORACLE_FREE(
      Needs.TRAININGS,
      "One of three runs chosen without the truth, against the best (oracle) and the worst of them by"
          + " each figure.",
      (cells, scale) -> {
        cells.add(
            "pendulum, 60 labels, 3 runs",
            (bench, seed) -> selection(bench, scale.withLabels(60), "pendulum", seed));
        cells.add(
            "candle, 500 labels, 3 runs",
            (bench, seed) -> selection(bench, scale.withLabels(500), "candle", seed));
      }),
  SIZE(
      Needs.TRAININGS,
      "Cost and quality of models of the pendulum at four sizes. All frames are drawn at the largest"
          + " one and reduced.",
      (cells, scale) -> {
        for (int side : new int[] {64, 96, 128, 192}) {
          cells.add(side + "x" + side, (bench, seed) -> size(bench, scale, side, seed));
        }
      }),
  LOCALISATION(
      Needs.MODEL,
      "Streams of the pendulum with one event each, watched with the active model at one false"
          + " alarm per week: detection, delay, the latent named as cause and the kind, by"
          + " residuals and by four baselines.",
      (cells, scale) -> cells.addRows("pendulum", Experiments::localisation)),
  EDGES(
      Needs.MODEL,
      "Streams of the pendulum in which one edge of the graph is cut or halved, or something else"
          + " happens: how often the active model names the right edge, and another one.",
      (cells, scale) -> cells.addRows("pendulum", Experiments::edges)),
  COMMISSIONING(
      Needs.MODEL,
      "Sources that learn what is normal from their own first frames: run length over target and"
          + " delays, over autocorrelation and law, with thresholds that pay for the learning. Each"
          + " seed draws another reference of the detector.",
      (cells, scale) -> cells.addRows("source", Experiments::commissioning)),
  COMMISSIONING_RARE(
      Needs.MODEL,
      "The same at one false alarm per million frames, for independent residuals.",
      (cells, scale) -> cells.addRows("source", Experiments::commissioningRare)),
  COMMISSIONING_COSTS(
      Needs.MODEL,
      "Delays until independent sources that lose half a gain are found: with a known distribution,"
          + " and with each part of learning.",
      (cells, scale) -> cells.addRows("source", Experiments::commissioningCosts)),
  UNIFORMITY(
      Needs.MODEL,
      "Sources that learned what is normal: how often their p-values are found not to be uniform,"
          + " while nothing changes and after changes of one residual.",
      (cells, scale) -> cells.addRows("source", Experiments::uniformity)),
  DETAILS(
      Needs.MODEL,
      "Dots and scratches of 1 to 32 pixels in pictures of 1024x1024: how often tiles of a detail"
          + " picture find them, and the reconstruction error of the active model, at one false"
          + " alarm per 1,000 frames.",
      (cells, scale) -> cells.addRows("no defect", Experiments::details));

  /** Pixels on a side of the frames of {@link #SIZE} as they are drawn. */
  private static final int LARGEST_SIDE = 192;

  private static final int STREAMS = 20;

  /** Pixels by which frames are moved where categories are learnt. */
  private static final int CATEGORY_SHIFT = 4;

  /** What an experiment is about. */
  enum Needs {
    /** Vectors of a size of their own. */
    VECTORS,
    /** Trainings of the size that is asked for. */
    TRAININGS,
    /** The active model, or sources without one. */
    MODEL
  }

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

    Scale withLabels(int other) {
      return new Scale(frames, steps, other);
    }

    DataSpec data(String scene, long seed) {
      return DataSpec.usual(scene, frames, seed);
    }

    /** The figures of the usual training on a scene. */
    Cell.Single training(String scene) {
      return training(scene, lanca -> {});
    }

    Cell.Single training(String scene, Consumer<LancaSettingsBuilder> change) {
      return (bench, seed) -> bench.figures(data(scene, seed), settings(seed).withLanca(change));
    }

    Cell.Single on(String scene, UnaryOperator<DataSpec> change) {
      return (bench, seed) -> bench.figures(change.apply(data(scene, seed)), settings(seed));
    }

    /** The figures of the layer that the network is compared with, on a scene. */
    Cell.Single layer(String scene) {
      return (bench, seed) -> {
        DataSpec spec = data(scene, seed);
        TrainingSettings settings =
            settings(seed)
                .withLanca(
                    l -> {
                      l.encoder(Encoder.VARIATIONAL);
                      l.causalTerms(false);
                    });
        return bench.figures(spec, bench.train(spec, settings, Workbench.Kind.LAYER));
      };
    }
  }

  /** Collects the cells of an experiment, one for each variant and seed. */
  private record Cells(List<Long> seeds, List<Cell> all) {
    void add(String variant, Cell.Single work) {
      addRows(
          variant,
          (bench, seed) -> List.of(new ResultLog.Row(variant, seed, work.run(bench, seed))));
    }

    void addRows(String variant, Cell.Work work) {
      seeds.forEach(seed -> all.add(new Cell(variant, seed, work)));
    }
  }

  private interface Plan {
    void add(Cells cells, Scale scale);
  }

  private static final int VECTORS = 5_000;
  private static final int VECTOR_STEPS = 2_500;

  private final Needs needs;
  private final String purpose;
  private final Plan plan;

  Experiments(Needs needs, String purpose, Plan plan) {
    this.needs = needs;
    this.purpose = purpose;
    this.plan = plan;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What it is about. */
  Needs needs() {
    return needs;
  }

  String purpose() {
    return purpose;
  }

  List<Cell> cells(List<Long> seeds, Scale scale) {
    Cells cells = new Cells(seeds, new ArrayList<>());
    plan.add(cells, scale);
    return cells.all();
  }

  private static void fix(LancaSettingsBuilder lanca, boolean[][] edges) {
    lanca.graph(lanca.graph().with(g -> g.fixed(new FixedGraph(edges))));
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
                ExactDagSearchSettings.DEFAULTS.withSeed(seed).withResamples(0))
            .graph();
    return Map.of("SHD", (double) GraphDistance.of(vectorGraph(), found.edges()).shd());
  }

  private static Cell.Single learnt(Consumer<GraphSettingsBuilder> change) {
    return (bench, seed) -> {
      TrainingSettings settings =
          TrainingSettings.DEFAULTS
              .withLatents(4)
              .withSteps(VECTOR_STEPS)
              .withBatches(256, 1)
              .withSeed(seed)
              .withLanca(l -> l.graph(l.graph().with(change)));
      boolean[][] edges = GraphLearner.edges(bench.learner().learn(vectors(seed), settings));
      return Map.of("SHD", (double) GraphDistance.of(vectorGraph(), edges).shd());
    };
  }

  private static Map<String, Double> size(Workbench bench, Scale scale, int side, long seed)
      throws IOException, TrainingFailedException, BadBundleException {
    DataSpec spec = scale.data("pendulum", seed).withSides(LARGEST_SIDE, side);
    TrainingReport report = bench.train(spec, scale.settings(seed));
    NetworkPlan plan = report.bundle().network();
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("parameters", (double) plan.parameters());
    row.put("million multiply-adds", plan.multiplyAdds() / 1e6);
    try (FrameScorer scorer = bench.scorer(report.bundle())) {
      row.putAll(new ScoringTime(scorer, bench.data(spec)).figures());
    }
    row.putAll(bench.figures(spec, report));
    return row;
  }

  private static Map<String, Double> candle(Workbench bench, Scale scale, long seed)
      throws IOException, TrainingFailedException {
    DataSpec spec = scale.data("candle", seed);
    TrainingReport report = bench.train(spec, scale.settings(seed));
    return new Figures(bench.evaluate(report.bundle(), spec))
        .columns(
            "irs", "IRS",
            "floor.irs", "IRS floor",
            "ceiling.irs", "IRS ceiling",
            "irsRobust", "IRS robust",
            "irsParents", "factors covered",
            "mcc", "MCC",
            "dci.disentanglement", "DCI D",
            "dci.completeness", "DCI C",
            "shd", "spurious edges searched");
  }

  private static Map<String, Double> categories(Workbench bench, Scale scale, long seed)
      throws IOException, TrainingFailedException {
    DataSpec spec = scale.data("candle", seed);
    TrainingReport report =
        bench.train(
            spec, scale.settings(seed).withShift(CATEGORY_SHIFT), Workbench.Kind.CATEGORIES);
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("spurious edges searched", (double) report.graph().edgeList().size());
    bench
        .accuracy(report.bundle(), spec)
        .forEach((factor, share) -> row.put("accuracy " + factor, share));
    return row;
  }

  private static Map<String, Double> overfit(OverfitCheck check) {
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("last reconstruction loss, squared error a frame", check.loss());
    row.put("share of variance %", check.share());
    row.put("mark %", OverfitCheck.MARK);
    row.put("passes", check.passes() ? 1.0 : 0.0);
    return row;
  }

  private static Map<String, Double> selection(
      Workbench bench, Scale scale, String scene, long seed)
      throws IOException, TrainingFailedException {
    DataSpec spec = scale.data(scene, seed);
    List<RunSelection.Run> runs = new ArrayList<>();
    List<Map<String, Double>> rows = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      TrainingReport report = bench.train(spec, scale.settings(1_000 * seed + run));
      runs.addAll(report.runs());
      rows.add(bench.figures(spec, report));
    }
    Map<String, Double> chosen = rows.get(RunSelection.choose(runs));
    Map<String, Double> result = new LinkedHashMap<>();
    for (String column : List.of("MCC", "IRS", "SHD searched")) {
      double[] all =
          rows.stream().mapToDouble(row -> row.getOrDefault(column, Double.NaN)).sorted().toArray();
      boolean most = !column.equals("SHD searched");
      result.put(column + " chosen", chosen.getOrDefault(column, Double.NaN));
      result.put(column + " oracle", most ? all[all.length - 1] : all[0]);
      result.put(column + " worst", most ? all[0] : all[all.length - 1]);
    }
    return result;
  }

  private static List<ResultLog.Row> monitor(
      Workbench bench, Scale scale, String sceneName, long seed)
      throws IOException, TrainingFailedException {
    DataSpec spec = scale.data(sceneName, seed);
    TrainingReport report = bench.train(spec, scale.settings(seed));
    ModelBundle bundle = report.bundle();
    SimulatedScene scene = spec.simulated();
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
      return new LocalisationTrial(spec.simulated(), spec.noise(), bundle, scorer, seed, STREAMS)
          .run("pendulum", seed, done -> bench.progress().at("watching streams", done, null));
    }
  }

  private static List<ResultLog.Row> edges(Workbench bench, long seed) throws BadBundleException {
    ModelBundle bundle = bench.model();
    DataSpec spec = DataSpec.usual("pendulum", 1, seed);
    try (FrameScorer scorer = bench.scorer(bundle)) {
      return new EdgeTrial(spec.simulated(), spec.noise(), bundle, scorer, seed, STREAMS)
          .run("pendulum", seed, done -> bench.progress().at("watching streams", done, null));
    }
  }

  private static List<ResultLog.Row> details(Workbench bench, long seed) throws BadBundleException {
    try (FrameScorer scorer = bench.scorer(bench.model())) {
      return new DetailTrial(
              DataSpec.usual("pendulum", 1, seed), scorer, seed, DetailTrial.Size.FULL)
          .run(done -> bench.progress().at("drawing defects", done, null));
    }
  }

  private static List<ResultLog.Row> commissioning(Workbench bench, long seed) {
    CommissioningTrial trial =
        CommissioningTrial.of(
            seed, done -> bench.progress().at("simulating thresholds", done, null));
    List<ResultLog.Row> rows = new ArrayList<>();
    double parts = 1 + SimulatedSource.Law.values().length * CommissioningTrial.LAGS.length;
    bench.progress().at("watching sources", 0, null);
    rows.add(new ResultLog.Row("source: nothing to learn", seed, trial.exact()));
    for (SimulatedSource.Law law : SimulatedSource.Law.values()) {
      for (double lagOne : CommissioningTrial.LAGS) {
        bench.progress().at("watching sources", rows.size() / parts, null);
        rows.add(
            new ResultLog.Row(
                "source: %s, lag one %s".formatted(law.label(), lagOne),
                seed,
                trial.commissioned(law, lagOne)));
      }
    }
    return rows;
  }

  private static List<ResultLog.Row> uniformity(Workbench bench, long seed) {
    List<ResultLog.Row> rows = new ArrayList<>();
    double parts = UniformityTrial.CASES.size();
    for (UniformityTrial.Case one : UniformityTrial.CASES) {
      bench.progress().at("watching sources", rows.size() / parts, null);
      rows.add(
          new ResultLog.Row(
              "source: " + one.label(), seed, new UniformityTrial(one, seed).figures()));
    }
    return rows;
  }

  private static List<ResultLog.Row> commissioningCosts(Workbench bench, long seed) {
    CommissioningTrial trial =
        CommissioningTrial.of(
            seed, done -> bench.progress().at("simulating thresholds", done, null));
    List<ResultLog.Row> rows = new ArrayList<>();
    for (SimulatedSource.Law law : SimulatedSource.Law.values()) {
      bench.progress().at("watching sources", rows.size() / 3.0, null);
      rows.add(
          new ResultLog.Row(
              "source: " + law.label(), seed, trial.costs(law, CommissioningTrial.COSTS)));
    }
    return rows;
  }

  private static List<ResultLog.Row> commissioningRare(Workbench bench, long seed) {
    CommissioningTrial trial =
        CommissioningTrial.of(
            seed, done -> bench.progress().at("simulating thresholds", done, null));
    bench.progress().at("watching sources", 0, null);
    List<ResultLog.Row> rows = new ArrayList<>();
    rows.add(new ResultLog.Row("source: nothing to learn", seed, trial.rareExact()));
    for (SimulatedSource.Law law : SimulatedSource.Law.values()) {
      bench.progress().at("watching sources", rows.size() / 4.0, null);
      rows.add(new ResultLog.Row("source: " + law.label(), seed, trial.rare(law)));
    }
    return rows;
  }
}
