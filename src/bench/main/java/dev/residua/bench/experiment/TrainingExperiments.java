package dev.residua.bench.experiment;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.ResidualScorer;
import dev.residua.model.BadBundleException;
import dev.residua.model.NetworkPlan;
import dev.residua.simulation.NoiseKind;
import dev.residua.simulation.SimulatedScene;
import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettings.FixedGraph;
import dev.residua.training.LancaSettings.ResidualPrior;
import dev.residua.training.LancaSettings.StructuralTerm;
import dev.residua.training.LancaSettingsBuilder;
import dev.residua.training.RunSelection;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains variants of the usual model and compares their figures, in the order of their cost. */
final class TrainingExperiments {
  static final List<Experiment> ALL =
      List.of(
          OverfitCheck.EXPERIMENT,
          new Experiment(
              "determinism",
              Experiment.Needs.TRAININGS,
              "Deterministic against variational encoder on Flow, and the variational layer of"
                  + " Deeplearning4j, whose latents labels name after its training.",
              (cells, scale) -> {
                cells.add("deterministic", scale.training("flow"));
                cells.add(
                    "variational", scale.training("flow", l -> l.encoder(Encoder.VARIATIONAL)));
                cells.add("Deeplearning4j VariationalAutoencoder", scale.layer("flow"));
              }),
          new Experiment(
              "scenes",
              Experiment.Needs.TRAININGS,
              "The usual training on every scene; valve's noise is not additive.",
              (cells, scale) -> {
                for (String scene : List.of("pendulum", "flow", "candle", "valve")) {
                  cells.add(scene, scale.training(scene));
                }
              }),
          MonitorTrial.EXPERIMENT,
          new Experiment(
              "candle",
              Experiment.Needs.TRAININGS,
              "IRS on the CANDLE-like scene with its floor, its ceiling and the factors that are covered;"
                  + " with categories, the share of the labels that is read.",
              (cells, scale) -> {
                for (int labels : new int[] {0, 100, 500}) {
                  cells.add(
                      labels + " labels",
                      (bench, seed) -> candle(bench, scale.withLabels(labels), seed));
                }
                cells.add(
                    "500 labels, categories",
                    (bench, seed) -> categories(bench, scale.withLabels(500), seed));
              }),
          new Experiment(
              "prior",
              Experiment.Needs.TRAININGS,
              "The distribution that residuals are compared with, and the structural term.",
              (cells, scale) -> {
                cells.add("permuted self", scale.training("pendulum"));
                cells.add(
                    "N(0, I)",
                    scale.training("pendulum", l -> l.prior(ResidualPrior.STANDARD_NORMAL)));
                cells.add("no comparison", scale.training("pendulum", l -> l.mmdWeight(0)));
                cells.add(
                    "structural fit",
                    scale.training("pendulum", l -> l.structural(StructuralTerm.STRUCTURAL_FIT)));
                cells.add(
                    "no structural term", scale.training("pendulum", l -> l.structuralWeight(0)));
              }),
          new Experiment(
              "graph",
              Experiment.Needs.TRAININGS,
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
          new Experiment(
              "noise",
              Experiment.Needs.TRAININGS,
              "Size and kind of the noise of the caused factors.",
              (cells, scale) -> {
                cells.add("additive, usual (0.5, 0.4)", scale.training("pendulum"));
                cells.add(
                    "additive, half", scale.on("pendulum", spec -> spec.withNoiseFactor(0.5)));
                cells.add(
                    "additive, a fifth", scale.on("pendulum", spec -> spec.withNoiseFactor(0.2)));
                cells.add(
                    "multiplicative, usual",
                    scale.on("pendulum", spec -> spec.withKind(NoiseKind.MULTIPLICATIVE)));
                cells.add("Flow, additive, usual (0.5, 0.4)", scale.training("flow"));
                cells.add(
                    "Flow, additive, half", scale.on("flow", spec -> spec.withNoiseFactor(0.5)));
                cells.add(
                    "Flow, multiplicative, usual",
                    scale.on("flow", spec -> spec.withKind(NoiseKind.MULTIPLICATIVE)));
              }),
          new Experiment(
              "weak",
              Experiment.Needs.TRAININGS,
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
          OwnPixelsTrial.EXPERIMENT,
          SequenceTrial.EXPERIMENT,
          CoverTrial.EXPERIMENT,
          new Experiment(
              "labels",
              Experiment.Needs.TRAININGS,
              "The number of labelled frames of a training.",
              (cells, scale) -> {
                for (int labels : new int[] {0, 30, 60, 100, 200, 500}) {
                  cells.add(labels + " labels", scale.withLabels(labels).training("pendulum"));
                }
              }),
          new Experiment(
              "oracle-free",
              Experiment.Needs.TRAININGS,
              "The run that is chosen among three without the truth, against the best (oracle) and the worst by"
                  + " each figure.",
              (cells, scale) -> {
                cells.add(
                    "pendulum, 60 labels, 3 runs",
                    (bench, seed) -> selection(bench, scale.withLabels(60), "pendulum", seed));
                cells.add(
                    "candle, 500 labels, 3 runs",
                    (bench, seed) -> selection(bench, scale.withLabels(500), "candle", seed));
              }),
          new Experiment(
              "size",
              Experiment.Needs.TRAININGS,
              "Cost and quality of models of the pendulum at four sizes. All frames are drawn at the largest"
                  + " one and reduced.",
              (cells, scale) -> {
                for (int side : new int[] {64, 96, 128, 192}) {
                  cells.add(side + "x" + side, (bench, seed) -> size(bench, scale, side, seed));
                }
              }));

  /** Pixels on a side of the frames of the experiment on sizes as they are drawn. */
  private static final int LARGEST_SIDE = 192;

  /** Pixels by which frames are moved if categories are learnt. */
  private static final int CATEGORY_SHIFT = 4;

  private TrainingExperiments() {}

  private static void fix(LancaSettingsBuilder lanca, boolean[][] edges) {
    lanca.graph(lanca.graph().with(g -> g.fixed(new FixedGraph(edges))));
  }

  private static Map<String, Double> size(Workbench bench, Scale scale, int side, long seed)
      throws IOException, TrainingFailedException, BadBundleException {
    DataSpec spec = scale.data("pendulum", seed).withSides(LARGEST_SIDE, side);
    TrainingReport report = bench.train(spec, scale.settings(seed));
    NetworkPlan plan = report.bundle().network();
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("parameters", (double) plan.parameters());
    row.put("million multiply-adds", plan.multiplyAdds() / 1e6);
    try (ResidualScorer scorer = bench.scorer(report.bundle())) {
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
}
