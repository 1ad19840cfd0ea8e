package dev.residua.training;

import dev.residua.causal.CategoricalLaw;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.Variables;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.PixelMask;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelProvenance;
import dev.residua.model.NetworkPlan;
import dev.residua.training.metrics.PairDependence;
import dev.residua.training.metrics.ResidualIndependence;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a model bundle from frames: the first part of the frames, in time order, trains the
 * network; the rest, unseen by the network, calibrates it. In between, it searches the graph over
 * the latents and the variables of the data, unless it is given, and fits the structural equations.
 */
public final class TrainingPipeline {
  /** Value of {@link ModelProvenance#LEARNT_GRAPH} if no graph was learnt. */
  public static final String NOT_LEARNT = "not learnt";

  private static final String NO_DETAILS =
      "the model that this one starts from finds small defects, this one does not: its frames have no detail pictures; train it on a data set that was imported with --details";

  /** Fewest frames left for calibration. */
  public static final int MIN_CALIBRATION = 256;

  /** Largest {@link #disagreement} of ONNX latents with the engine's. */
  private static final double AGREEMENT = 1e-5;

  private static final int AGREEMENT_FRAMES = 256;

  /** Rows of residuals whose dependence is tested. */
  static final int INDEPENDENCE_ROWS = 800;

  /** Shifts of that test; the smallest p-value is 0.002. */
  static final int DEPENDENCE_SHIFTS = 499;

  private static final int MOST_TRIES = 3;

  private final Trainer trainer;
  private final EngineFactory engines;
  private final Clock clock;
  private final String codeVersion;
  private final ExactDagSearchSettings search;
  private final MechanismSettings mechanisms;
  private final DriftSettings drift;

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   * @param drift how the drift detector is calibrated
   */
  public TrainingPipeline(
      Trainer trainer,
      EngineFactory engines,
      Clock clock,
      String codeVersion,
      DriftSettings drift) {
    this(
        trainer,
        engines,
        clock,
        codeVersion,
        ExactDagSearchSettings.DEFAULTS,
        MechanismSettings.DEFAULTS,
        drift);
  }

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   * @param search how graphs are searched
   * @param mechanisms how equations are fitted
   * @param drift how the drift detector is calibrated
   */
  public TrainingPipeline(
      Trainer trainer,
      EngineFactory engines,
      Clock clock,
      String codeVersion,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      DriftSettings drift) {
    this.trainer = trainer;
    this.engines = engines;
    this.clock = clock;
    this.codeVersion = codeVersion;
    this.search = search;
    this.mechanisms = mechanisms;
    this.drift = drift;
  }

  /**
   * Trains and calibrates a model.
   *
   * @param known what is known of the graph over the latents; null for nothing. A complete graph is
   *     used as it is; otherwise the search considers the graphs that agree with it
   * @param parent model whose weights to start from, or null
   * @throws TrainingFailedException with the reason and the remedy
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      TrainingProgress progress)
      throws TrainingFailedException {
    return run(data, settings, known, parent, null, progress);
  }

  /**
   * Trains as above, resuming an interrupted training.
   *
   * @param unfinished the last weights of {@link TrainingProgress#checkpoint}; null to start afresh
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      byte @Nullable [] unfinished,
      TrainingProgress progress)
      throws TrainingFailedException {
    Instant started = clock.instant();
    TrainingInput input = new TrainingInput(data, settings, known);
    byte[] start =
        unfinished != null || parent == null ? unfinished : parent.entry(ModelBundle.WEIGHTS);
    if (settings.untilStable() && input.teaching.isEmpty() && unfinished == null) {
      TrainingRounds.Result result =
          new TrainingRounds(trainer, engines, search).train(input, start, progress);
      try (TrainedNetwork network = result.network()) {
        return finish(
            input,
            network,
            assembly(input, parent, started).withSteps(result.steps(), result.stable()),
            progress);
      }
    }
    if (input.teaching.isEmpty()) {
      try (TrainedNetwork network =
          trainer.train(data, input.trained, input.labelled, settings, start, progress)) {
        return finish(input, network, assembly(input, parent, started), progress);
      }
    }
    return runTaught(input, known, parent, start, started, progress);
  }

  /**
   * Trains with the next seed, at most {@value #MOST_TRIES} times in all, until what was kept back
   * of pairs and answers passes; else it goes on with the training that fails least.
   */
  private TrainingReport runTaught(
      TrainingInput first,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      byte @Nullable [] start,
      Instant started,
      TrainingProgress progress)
      throws TrainingFailedException {
    Try best = attempt(first, start, progress);
    try {
      boolean paused = first.settings.stopAt() < first.settings.steps();
      for (int tries = 2; tries <= MOST_TRIES && best.failure > 0 && !paused; tries++) {
        TrainingSettings settings = first.settings.withSeed(first.settings.seed() + tries - 1);
        String prefix = "try %d of %d: ".formatted(tries, MOST_TRIES);
        // Without checkpoints: an interrupted training resumes with the first try.
        Try next =
            attempt(
                new TrainingInput(first.data, settings, known), null, progress.prefixed(prefix));
        Try worse = next.failure < best.failure ? best : next;
        best = worse == best ? next : best;
        worse.network.close();
      }
      return finish(best.input, best.network, assembly(best.input, parent, started), progress);
    } finally {
      best.network.close();
    }
  }

  /**
   * A trained network, to be closed.
   *
   * @param failure 0 if it passes what was kept back, else the larger the worse
   */
  private record Try(TrainingInput input, TrainedNetwork network, double failure) {}

  private Try attempt(TrainingInput input, byte @Nullable [] start, TrainingProgress progress)
      throws TrainingFailedException {
    TrainedNetwork network =
        trainer.train(input.data, input.trained, input.labelled, input.settings, start, progress);
    try {
      TaughtErrors errors = taughtErrors(input, network, progress);
      return new Try(input, network, errors.pass() ? 0 : errors.worst());
    } catch (TrainingFailedException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private BundleAssembly assembly(
      TrainingInput input, @Nullable ModelBundle parent, Instant started) {
    return new BundleAssembly(input, trainer, parent, codeVersion, started);
  }

  private TaughtErrors taughtErrors(
      TrainingInput input, TrainedNetwork network, TrainingProgress progress)
      throws TrainingFailedException {
    int d = network.latents(); // the columns: a training with pairs or answers has no categories
    double[] ones = new double[d];
    Arrays.fill(ones, 1);
    try (FrameScorer raw =
        open(network.plan(new double[d], ones, Straightening.none(d), null, null))) {
      double[][] usual =
          FrameScores.rows(
              score(raw, input.data, Variables.NONE, input.nominal, "checking", progress)
                  .observed(),
              input.nominal.length,
              d);
      return taughtErrors(input, raw, Variables.NONE, progress, usual);
    }
  }

  /**
   * Trains several times, with consecutive seeds, and returns the run that {@link RunSelection}
   * chooses.
   *
   * @param runs number of trainings, at least 1
   * @return the report of the chosen run; the figures of all runs are in the provenance
   */
  public TrainingReport best(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      int runs,
      TrainingProgress progress)
      throws TrainingFailedException {
    List<TrainingReport> reports = new ArrayList<>();
    List<RunSelection.Run> figures = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      String prefix = runs == 1 ? "" : "run %d of %d: ".formatted(i + 1, runs);
      TrainingReport report =
          run(
              data,
              settings.withSeed(settings.seed() + i),
              known,
              parent,
              progress.prefixed(prefix));
      reports.add(report);
      figures.addAll(report.runs());
    }
    TrainingReport chosen = reports.get(RunSelection.choose(figures));
    return runs == 1 ? chosen : BundleAssembly.withRuns(chosen, figures);
  }

  private TrainingReport finish(
      TrainingInput input,
      TrainedNetwork network,
      BundleAssembly assembly,
      TrainingProgress progress)
      throws TrainingFailedException {
    int d = input.latents.size();
    NodeColumns columns = NodeColumns.of(input.latents);
    int width = columns.columns();
    double[] mean = new double[width];
    double[] scale = new double[width];
    Arrays.fill(scale, 1);
    double[][] z;
    NetworkPlan plain = network.plan(mean, scale, Straightening.none(width), null, null);
    double disagreement = disagreement(input.data, network, plain, columns);
    try (FrameScorer nodes = open(plain.withLaws(uniform(columns)))) {
      int[] all = new int[input.trained];
      Arrays.setAll(all, i -> i);
      z =
          FrameScores.rows(
              score(nodes, input.data, Variables.NONE, all, "encoding", progress).observed(),
              input.trained,
              d);
    }
    standardize(
        z,
        input.latents,
        input.labelled.length > 0 ? input.data.factorNames().size() : 0,
        columns,
        mean,
        scale);
    Map<String, Double> metrics = metrics(network);
    metrics.put("onnx.disagreement", disagreement);
    LabelErrors labels = LabelErrors.of(input.data, input.labelled, z);
    LatentHead head = labels.head();
    if (head != null) {
      Arrays.setAll(z, i -> head.apply(z[i]));
    }
    Variables variables = VariableFit.of(input);
    int n = d + variables.size();
    GraphFit fit = graphFit(input, variables, z, progress);
    Straightening straightening = straightening(input, variables, z, fit.graph());
    if (!straightening.isNone()) {
      Arrays.setAll(z, i -> straightening.apply(z[i]));
      fit = graphFit(input, variables, z, progress);
    }
    double[][] joined = VariableFit.joined(input.data, variables, z);
    CausalGraph graph = fit.graph();
    Mechanisms equations = fit.equations();
    NetworkPlan plan =
        network.plan(mean, scale, straightening, head, equations).withLaws(fit.laws());
    try (FrameScorer scorer = open(plan)) {
      LatentBatch calibration =
          score(scorer, input.data, variables, input.nominal, "calibrating", progress);
      double[][] usual = FrameScores.rows(calibration.observed(), input.nominal.length, n);
      double error = 0;
      for (float one : calibration.reconstructionErrors()) {
        error += one / calibration.frames();
      }
      metrics.put("reconstruction.mse", error);
      double pixelVariance = pixelVariance(input.data, input.nominal);
      metrics.put("reconstruction.shareOfVariance", error / pixelVariance);
      for (int i = 0; i < n; i++) {
        if (!Double.isNaN(fit.explainedVariance(i))) {
          metrics.put("explained." + i, fit.explainedVariance(i));
        }
      }
      // A limit simulates a lack of labels, so further labels must not evaluate the run.
      int[] checked =
          input.labelled.length == 0 || input.settings.maxLabels() < Integer.MAX_VALUE
              ? new int[0]
              : IntStream.concat(IntStream.of(input.checked), IntStream.of(input.nominal))
                  .toArray();
      double[][] checkedNodes =
          checked.length == 0
              ? new double[0][]
              : Stream.concat(Arrays.stream(selected(joined, input.checked)), Arrays.stream(usual))
                  .toArray(double[][]::new);
      labels = labels.with(input.data, checked, checkedNodes);
      metrics.putAll(labels.metrics());
      List<ModelFinding> findings =
          TrainingFindings.of(
              labels,
              new CheckedLabels(labels.realLabels(input.data, checked), checkedNodes),
              input.nodes,
              graph,
              equations,
              input.labelled.length > 0
                  ? Double.NaN
                  : FoldedPictures.share(input.data, input.nominal, usual, d, pixelVariance),
              error / pixelVariance,
              metrics);
      double[][] residuals = FrameScores.rows(calibration.residuals(), input.nominal.length, n);
      ResidualIndependence independence = ResidualIndependence.of(residuals, INDEPENDENCE_ROWS, 1);
      boolean[] categorical = new boolean[n];
      input.nodes.forEach(node -> categorical[node.index()] = node.categorical());
      double dependence = independence.largestBut(categorical);
      metrics.put("residual.distanceCorrelation", dependence);
      OptionalDouble confidence =
          input.known.complete() ? OptionalDouble.empty() : graph.meanConfidence();
      confidence.ifPresent(share -> metrics.put("graph.confidence", share));
      RunSelection.Run run =
          new RunSelection.Run(
              input.settings.seed(), error / pixelVariance, labels.worst(), dependence, confidence);
      TaughtErrors taught = taughtErrors(input, scorer, variables, progress, usual);
      for (Latent latent : input.latents) {
        int k = latent.index();
        if (taught.pairs()[k] > 0) {
          metrics.put(ModelProvenance.HELD_ERROR + latent.name(), taught.heldErrors()[k]);
        }
        if (taught.answers()[k] > 0) {
          metrics.put(
              ModelProvenance.MISSED_ANSWERS + latent.name(),
              (double) taught.missed()[k] / taught.answers()[k]);
        }
      }
      List<String> warnings =
          TrainingWarnings.of(
              run,
              input.known,
              fit,
              PairDependence.of(residuals, INDEPENDENCE_ROWS, DEPENDENCE_SHIFTS, 1)
                  .without(categorical),
              labels,
              input.labelled.length,
              input,
              taught);
      warnings.addAll(network.warnings());
      if (input.data.details() == null && assembly.parentHasDetails()) {
        warnings.add(NO_DETAILS);
      }
      Optional<Monitorability> monitorability =
          ModelCalibration.monitorability(graph, input.data, input.nominal, calibration);
      monitorability.ifPresent(m -> metrics.put(ModelCalibration.LEAKAGE, m.leakage()));
      ModelBundle bundle =
          ModelCalibration.bundle(
              input,
              assembly.manifest(
                  network,
                  straightening,
                  FactorScaleFit.scaled(
                      input.latents,
                      input.data,
                      input.labelled,
                      selected(z, input.labelled),
                      usual),
                  variables,
                  head,
                  metrics,
                  clock.instant()),
              graph,
              network,
              plan,
              scorer,
              warnings,
              calibration,
              monitorability,
              DetailCalibration.of(input, progress),
              drift,
              fraction -> progress.at("calibrating drift", fraction, null));
      if (!findings.isEmpty()) {
        bundle = bundle.with(ModelBundle.FINDINGS, ModelFinding.toLines(findings));
      }
      return new TrainingReport(
          bundle, graph, network.learntEdges(), metrics, warnings, List.of(run));
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("calibration failed: " + e.getMessage(), e);
    }
  }

  private GraphFit graphFit(
      TrainingInput input, Variables variables, double[][] z, TrainingProgress progress)
      throws TrainingFailedException {
    return GraphFit.of(
        input, VariableFit.joined(input.data, variables, z), search, mechanisms, progress);
  }

  /** Maps of the latents that pairs and answers name, and no label. */
  private static Straightening straightening(
      TrainingInput input, Variables variables, double[][] z, CausalGraph graph) {
    int d = NodeColumns.of(input.latents).columns();
    boolean[] free = new boolean[d];
    boolean any = false;
    for (int k = 0; k < input.latents.size() && input.labelled.length == 0; k++) {
      free[k] = input.latents.get(k).anchored();
      any |= free[k];
    }
    if (!any) {
      return Straightening.none(d);
    }
    int[] complete = IntStream.range(0, z.length).filter(input.data::hasVariables).toArray();
    return Straightening.of(
        selected(VariableFit.joined(input.data, variables, z), complete),
        Arrays.stream(complete).mapToObj(i -> input.holds[i]).toArray(boolean[][]::new),
        graph,
        free,
        input.settings.seed());
  }

  /**
   * Errors on the held pairs and answers.
   *
   * @param usual latents of usual frames, shape {@code [n][at least d]}
   */
  private static TaughtErrors taughtErrors(
      TrainingInput input,
      FrameScorer scorer,
      Variables variables,
      TrainingProgress progress,
      double[][] usual) {
    int[] frames = input.teaching.checked();
    double[][] z =
        FrameScores.rows(
            score(scorer, input.data, variables, frames, "checking", progress).observed(),
            frames.length,
            scorer.nodes());
    double[] variances = new double[input.latents.size()];
    Arrays.setAll(
        variances,
        k -> {
          double mean = Arrays.stream(usual).mapToDouble(row -> row[k]).average().orElse(0);
          return Arrays.stream(usual)
              .mapToDouble(row -> Math.pow(row[k] - mean, 2))
              .average()
              .orElse(0);
        });
    return TaughtErrors.of(
        input.teaching, frame -> z[Arrays.binarySearch(frames, frame)], variances);
  }

  private static double[][] selected(double[][] rows, int[] which) {
    return Arrays.stream(which).mapToObj(i -> rows[i]).toArray(double[][]::new);
  }

  private FrameScorer open(NetworkPlan plan) throws TrainingFailedException {
    try {
      return plan.scorer(engines.open(plan));
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the network cannot be run: " + e.getMessage(), e);
    }
  }

  static List<CategoricalLaw> uniform(NodeColumns columns) {
    return IntStream.range(0, columns.latents())
        .filter(columns::isCategorical)
        .mapToObj(i -> CategoricalLaw.uniform(i, columns.count(i)))
        .toList();
  }

  private double disagreement(
      TrainingData data, TrainedNetwork network, NetworkPlan plan, NodeColumns columns)
      throws TrainingFailedException {
    int frames = Math.min(AGREEMENT_FRAMES, data.size());
    int size = data.shape().size();
    byte[] pixels = new byte[frames * size];
    for (int i = 0; i < frames; i++) {
      data.read((int) ((long) i * data.size() / frames), pixels, i * size);
    }
    float[] engine = network.encode(pixels, frames);
    double worst;
    try (NetworkEngine onnx = engines.open(plan)) {
      worst = disagreement(engine, onnx.encode(pixels, frames, List.of()), columns);
    }
    if (!(worst <= AGREEMENT)) {
      throw new TrainingFailedException(
          "ONNX Runtime deviates from the trained network by %.3g on %d frames, allowed is %.0e: this is a fault of this program or of the processor's libraries, not of the data"
              .formatted(worst, frames, AGREEMENT));
    }
    return worst;
  }

  /**
   * Largest difference of two engines' outputs, relative to 1 plus the value. Of a category it is
   * relative to 1 plus the largest logit: only differences of its logits count, and one near 0 is
   * the sum of values as large as the others.
   *
   * @param one shape {@code [frames][columns]}, as the other
   * @return not a number if a value is none
   */
  static double disagreement(float[] one, float[] other, NodeColumns columns) {
    double worst = 0;
    for (int row = 0; row < one.length; row += columns.columns()) {
      for (int latent = 0; latent < columns.latents(); latent++) {
        int from = row + columns.first(latent);
        int to = from + columns.count(latent);
        double largest = 0;
        double apart = 0;
        for (int k = from; k < to; k++) {
          largest = Math.max(largest, Math.abs(one[k]));
          apart = Math.max(apart, Math.abs((double) one[k] - other[k]));
        }
        worst = Math.max(worst, apart / (1 + largest));
      }
    }
    return worst;
  }

  private static LatentBatch score(
      FrameScorer scorer,
      TrainingData data,
      Variables variables,
      int[] which,
      String stage,
      TrainingProgress progress) {
    return FrameScores.of(
        scorer, data, variables, which, fraction -> progress.at(stage, fraction, null));
  }

  /**
   * Standardises latents that no label anchored to mean 0 and variance 1; the first {@code
   * labelled} ones stay in standard deviations of their labels.
   */
  static void standardize(
      double[][] z,
      List<Latent> latents,
      int labelled,
      NodeColumns columns,
      double[] mean,
      double[] scale)
      throws TrainingFailedException {
    for (Latent latent : latents) {
      int j = latent.index();
      double centre = 0;
      double squares = 0;
      for (int i = 0; i < z.length; i++) {
        double before = z[i][j] - centre;
        centre += before / (i + 1);
        squares += before * (z[i][j] - centre);
      }
      double sd = Math.sqrt(squares / z.length);
      if (!(sd > 1e-6)) {
        throw new TrainingFailedException(
            "latent %s does not vary over the frames (standard deviation %.3g): train longer, label some frames, or ask for fewer --latents"
                .formatted(latent.name(), sd));
      }
      if (j >= labelled) {
        mean[columns.first(j)] = centre;
        scale[columns.first(j)] = sd;
        for (double[] row : z) {
          row[j] = (row[j] - centre) / sd;
        }
      }
    }
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

  /** Variance of intensity around the mean image, mean over pixels, of some frames. */
  public static double pixelVariance(TrainingData data, int[] of) {
    int size = data.shape().size();
    int frames = Math.min(1_000, of.length);
    byte[] pixels = new byte[size];
    int channels = data.shape().channels();
    double[] mean = new double[size];
    int[] counts = new int[size];
    double squares = 0;
    long values = 0;
    for (int n = 0; n < frames; n++) {
      int frame = of[(int) ((long) n * of.length / frames)];
      data.read(frame, pixels, 0);
      PixelMask mask = data.mask(frame);
      for (int i = 0; i < size; i++) {
        if (!mask.covers(i / channels)) {
          double value = (pixels[i] & 0xff) / 255.0;
          double before = value - mean[i];
          mean[i] += before / ++counts[i];
          squares += before * (value - mean[i]);
          values++;
        }
      }
    }
    return Math.max(1e-12, squares / Math.max(1, values));
  }
}
