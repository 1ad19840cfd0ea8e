package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.drift.DriftSettings;
import dev.residua.model.DecoderFactory;
import dev.residua.model.EngineFactory;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.NetworkPlan;
import dev.residua.training.metrics.PairDependence;
import dev.residua.training.metrics.ResidualIndependence;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes a model of a trained network in four phases, each with a record of its results: it fits
 * graph and equations, calibrates them on frames that the network was not trained on, checks the
 * result, and packs the bundle.
 */
final class ModelCompletion {
  private static final String NO_DETAILS =
      "the model that this one starts from finds small defects, this one does not: its frames have no detail pictures; train it on a data set that was imported with --details";

  private final Tools tools;
  private TrainingInput input; // frames without known residuals leave it
  private final TrainedNetwork network;
  private final BundleAssembly assembly;
  private final TrainingProgress progress;

  /** Figures by name, in the order in which the phases find them. */
  private final Map<String, Double> metrics;

  ModelCompletion(
      Tools tools,
      TrainingInput input,
      TrainedNetwork network,
      BundleAssembly assembly,
      TrainingProgress progress) {
    this.tools = tools;
    this.input = input;
    this.network = network;
    this.assembly = assembly;
    this.progress = progress;
    this.metrics = metrics(network);
  }

  /**
   * Methods and settings of all trainings of a pipeline.
   *
   * @param clock for the time in the provenance
   */
  record Tools(
      EngineFactory engines,
      DecoderFactory decoders,
      Clock clock,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      DriftSettings drift) {
    ResidualScorer open(NetworkPlan plan) throws TrainingFailedException {
      try {
        return plan.scorer(engines);
      } catch (IllegalArgumentException e) {
        throw cannotRun(e);
      }
    }

    NetworkEngine engine(NetworkPlan plan) throws TrainingFailedException {
      try {
        return engines.open(plan);
      } catch (IllegalArgumentException e) {
        throw cannotRun(e);
      }
    }

    private static TrainingFailedException cannotRun(IllegalArgumentException e) {
      return new TrainingFailedException("the network cannot be run: " + e.getMessage(), e);
    }
  }

  TrainingReport report() throws TrainingFailedException {
    Fitted fitted = fitted();
    try (ResidualScorer scorer = tools.open(fitted.plan)) {
      Calibrated calibrated = calibrated(fitted, scorer);
      return packed(fitted, calibrated, checked(fitted, calibrated));
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("calibration failed: " + e.getMessage(), e);
    }
  }

  /**
   * Graph and equations, and the plan that computes them after the network.
   *
   * @param z corrected and straightened latents of the training frames, shape {@code [trained][d]}
   * @param labels errors on the labels that the network was trained on
   */
  private record Fitted(
      double[][] z,
      LabelErrors labels,
      Variables variables,
      LatentLinearization linearization,
      GraphFit fit,
      NetworkPlan plan) {
    CausalGraph graph() {
      return fit.graph();
    }
  }

  private Fitted fitted() throws TrainingFailedException {
    StandardizedLatents latents = encoded();
    double[][] z = latents.z();
    LabelErrors labels = LabelErrors.of(input.data, input.labelled, z);
    LatentHead head = labels.head();
    if (head != null) {
      Arrays.setAll(z, i -> head.apply(z[i]));
    }
    Variables variables = VariableFit.of(input);
    GraphFit fit = graphFit(variables, z);
    LatentLinearization linearization = linearization(variables, z, fit.graph());
    if (!linearization.isNone()) {
      Arrays.setAll(z, i -> linearization.apply(z[i]));
      fit = graphFit(variables, z);
    }
    NetworkPlan plan =
        network
            .plan(latents.mean(), latents.scale(), linearization, head, fit.equations())
            .withDistributions(fit.distributions())
            .withDynamics(fit.dynamics())
            .withGiven(variables.given(input.latents.size()));
    return new Fitted(z, labels, variables, linearization, fit, plan);
  }

  private StandardizedLatents encoded() throws TrainingFailedException {
    NodeColumns columns = NodeColumns.of(input.latents);
    NetworkPlan plain = StandardizedLatents.plan(network, columns);
    try (NetworkEngine engine = tools.engine(plain)) {
      metrics.put("onnx.disagreement", EngineAgreement.check(input.data, network, engine, columns));
      ResidualScorer scorer = StandardizedLatents.plan(plain, columns).scorer(engine);
      return StandardizedLatents.of(input, scorer, progress);
    }
  }

  private GraphFit graphFit(Variables variables, double[][] z) throws TrainingFailedException {
    return GraphFit.of(
        input,
        VariableFit.joined(input.data, variables, z),
        tools.search,
        tools.mechanisms,
        progress);
  }

  /** Maps of the latents that pairs and answers name, and no label. */
  private LatentLinearization linearization(Variables variables, double[][] z, CausalGraph graph) {
    int d = NodeColumns.of(input.latents).columns();
    boolean[] free = new boolean[d];
    boolean any = false;
    for (int k = 0; k < input.latents.size() && input.labelled.length == 0; k++) {
      free[k] = input.latents.get(k).anchored();
      any |= free[k];
    }
    if (!any) {
      return LatentLinearization.none(d);
    }
    int[] complete = IntStream.range(0, z.length).filter(input.data::hasVariables).toArray();
    return LatentLinearization.of(
        selected(VariableFit.joined(input.data, variables, z), complete),
        Arrays.stream(complete).mapToObj(i -> input.holds[i]).toArray(boolean[][]::new),
        graph,
        free,
        input.settings.seed());
  }

  /**
   * Scores of the calibration frames.
   *
   * @param usual nodes of these frames, shape {@code [n][nodes]}
   * @param pixelVariance see {@link TrainingPipeline#pixelVariance}
   */
  private record Calibrated(
      ResidualScorer scorer,
      LatentBatch scores,
      double[][] usual,
      double error,
      double pixelVariance) {
    double errorShare() {
      return error / pixelVariance;
    }
  }

  private Calibrated calibrated(Fitted fitted, ResidualScorer scorer) {
    KnownScores known =
        KnownScores.of(
            fitted.fit.dynamics(),
            input.data,
            input.nominal,
            FrameScores.of(
                scorer, input.data, fitted.variables, input.nominal, "calibrating", progress));
    input = input.withNominal(known.frames());
    LatentBatch scores = known.scores();
    double error = 0;
    for (float one : scores.reconstructionErrors()) {
      error += one / scores.frames();
    }
    Calibrated calibrated =
        new Calibrated(
            scorer,
            scores,
            FrameScores.rows(scores.observed(), scores.frames(), input.nodes.size()),
            error,
            TrainingPipeline.pixelVariance(input.data, input.nominal));
    metrics.put("reconstruction.mse", error);
    metrics.put("reconstruction.shareOfVariance", calibrated.errorShare());
    for (int i = 0; i < input.nodes.size(); i++) {
      if (!Double.isNaN(fitted.fit.explainedVariance(i))) {
        metrics.put("explained." + i, fitted.fit.explainedVariance(i));
      }
    }
    return calibrated;
  }

  /** Findings and warnings of a model, and the figures that compare it with other trainings. */
  private record Checked(
      List<ModelFinding> findings,
      List<String> warnings,
      RunSelection.Run run,
      Optional<Monitorability> monitorability) {}

  private Checked checked(Fitted fitted, Calibrated calibrated) {
    int[] frames = checkedFrames();
    double[][] nodes = checkedNodes(frames, fitted, calibrated);
    LabelErrors labels = fitted.labels.with(input.data, frames, nodes);
    metrics.putAll(labels.metrics());
    List<ModelFinding> findings = findings(fitted, calibrated, labels, frames, nodes);
    double[][] residuals =
        FrameScores.rows(calibrated.scores.residuals(), input.nominal.length, input.nodes.size());
    RunSelection.Run run = run(fitted, calibrated, labels, residuals);
    metrics.putAll(ownPixels(fitted, calibrated).metrics());
    List<String> warnings = warnings(fitted, calibrated, labels, residuals, run);
    Optional<Monitorability> measured =
        ModelCalibration.monitorability(
            fitted.graph(), fitted.fit.dynamics(), input.data, input.nominal, calibrated.scores);
    measured.ifPresent(m -> metrics.put(ModelCalibration.LEAKAGE, m.leakage()));
    if (measured.isPresent()) {
      return new Checked(findings, warnings, run, measured);
    }
    Optional<Monitorability> leaning =
        Leaning.of(fitted.graph(), metrics, input.latents.size(), calibrated.usual, residuals);
    leaning.ifPresent(m -> metrics.put(Leaning.LEAKAGE, m.leakage()));
    return new Checked(findings, warnings, run, leaning);
  }

  /**
   * Frames whose labels check the model; none if the number of labels is limited: the limit
   * simulates a lack of labels, so further labels must not evaluate the run.
   */
  private int[] checkedFrames() {
    return input.labelled.length == 0 || input.settings.maxLabels() < Integer.MAX_VALUE
        ? new int[0]
        : IntStream.concat(IntStream.of(input.checked), IntStream.of(input.nominal)).toArray();
  }

  private double[][] checkedNodes(int[] frames, Fitted fitted, Calibrated calibrated) {
    double[][] joined = VariableFit.joined(input.data, fitted.variables, fitted.z);
    return frames.length == 0
        ? new double[0][]
        : Stream.concat(
                Arrays.stream(selected(joined, input.checked)), Arrays.stream(calibrated.usual))
            .toArray(double[][]::new);
  }

  private List<ModelFinding> findings(
      Fitted fitted, Calibrated calibrated, LabelErrors labels, int[] frames, double[][] nodes) {
    return TrainingFindings.of(
        labels,
        new HeldOutLabels(labels.realLabels(input.data, frames), nodes),
        input.nodes,
        fitted.graph(),
        fitted.fit.equations(),
        node -> !Double.isNaN(fitted.fit.explainedVariance(node)),
        input.labelled.length > 0
            ? Double.NaN
            : FoldCheck.share(
                input.data,
                input.nominal,
                calibrated.usual,
                input.latents.size(),
                calibrated.pixelVariance),
        calibrated.errorShare(),
        metrics);
  }

  private OwnPixels ownPixels(Fitted fitted, Calibrated calibrated) {
    progress.at("own pixels", 0, null);
    try (LatentDecoder decoder = tools.decoders.open(fitted.plan)) {
      return OwnPixels.of(
          calibrated.scorer,
          decoder,
          NodeColumns.of(input.latents),
          input.data,
          input.nominal,
          PixelOwners.of(
              input.data, input.labelled, input.latents.stream().map(Latent::name).toList()),
          input.settings.seed());
    }
  }

  private RunSelection.Run run(
      Fitted fitted, Calibrated calibrated, LabelErrors labels, double[][] residuals) {
    double dependence =
        ResidualIndependence.of(residuals, TrainingPipeline.INDEPENDENCE_ROWS, 1)
            .largestBut(categorical());
    metrics.put("residual.distanceCorrelation", dependence);
    OptionalDouble confidence =
        input.known.complete() || fitted.fit.dynamics() != null
            ? OptionalDouble.empty()
            : fitted.graph().meanConfidence();
    confidence.ifPresent(share -> metrics.put("graph.confidence", share));
    return new RunSelection.Run(
        input.settings.seed(), calibrated.errorShare(), labels.worst(), dependence, confidence);
  }

  private boolean[] categorical() {
    boolean[] categorical = new boolean[input.nodes.size()];
    input.nodes.forEach(node -> categorical[node.index()] = node.categorical());
    return categorical;
  }

  private List<String> warnings(
      Fitted fitted,
      Calibrated calibrated,
      LabelErrors labels,
      double[][] residuals,
      RunSelection.Run run) {
    TaughtErrors taught =
        TaughtErrors.of(input, calibrated.scorer, fitted.variables, calibrated.usual, progress);
    metrics.putAll(taught.metrics(input.latents));
    List<String> warnings =
        TrainingWarnings.of(
            run,
            fitted.fit,
            PairDependence.of(
                    residuals,
                    TrainingPipeline.INDEPENDENCE_ROWS,
                    TrainingPipeline.DEPENDENCE_SHIFTS,
                    1)
                .without(categorical()),
            labels,
            input,
            taught);
    warnings.addAll(network.warnings());
    if (input.data.details() == null && assembly.parentHasDetails()) {
      warnings.add(NO_DETAILS);
    }
    return warnings;
  }

  private TrainingReport packed(Fitted fitted, Calibrated calibrated, Checked checked) {
    ModelBundle bundle;
    try (LatentDecoder decoder = tools.decoders.open(fitted.plan)) {
      bundle =
          ModelCalibration.bundle(
              input,
              assembly.manifest(
                  network,
                  fitted.linearization,
                  scaledLatents(fitted, calibrated),
                  fitted.variables,
                  fitted.labels.head(),
                  metrics,
                  tools.clock.instant()),
              fitted.graph(),
              network,
              fitted.plan,
              calibrated.scorer,
              checked.warnings,
              calibrated.scores,
              checked.monitorability,
              DetailCalibration.of(input, progress),
              decoder,
              tools.drift,
              fraction -> progress.at("calibrating drift", fraction, null));
    }
    List<FactorReading> readings =
        checkedFrames().length == 0
            ? List.of()
            : ModelReadings.measured(bundle, input.data, input.nominal, calibrated.scores);
    metrics.putAll(ModelReadings.metrics(bundle.manifest(), readings));
    bundle = ModelReadings.with(bundle, readings);
    if (!checked.findings.isEmpty()) {
      bundle = bundle.with(ModelBundle.FINDINGS, ModelFinding.toLines(checked.findings));
    }
    return new TrainingReport(
        bundle,
        fitted.graph(),
        network.learntEdges(),
        metrics,
        checked.warnings,
        List.of(checked.run));
  }

  private List<Latent> scaledLatents(Fitted fitted, Calibrated calibrated) {
    return FactorScaleFit.scaled(
        input.latents,
        input.data,
        input.labelled,
        selected(fitted.z, input.labelled),
        calibrated.usual);
  }

  private static double[][] selected(double[][] rows, int[] which) {
    return Arrays.stream(which).mapToObj(i -> rows[i]).toArray(double[][]::new);
  }

  private static Map<String, Double> metrics(TrainedNetwork network) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    TrainingLosses losses = network.finalLosses();
    metrics.put("training.reconstruction", losses.reconstruction());
    metrics.put("training.label", losses.label());
    metrics.put("training.held", losses.held());
    metrics.put("training.mmd", losses.mmd());
    metrics.put("training.structural", losses.structural());
    metrics.put("training.learntEdges", losses.edges());
    metrics.put("training.stepMillis", network.stepTimes().medianMillis());
    return metrics;
  }
}
