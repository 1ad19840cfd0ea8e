package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.drift.DriftSettings;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.EquationSentence;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.NetworkPlan;
import dev.residua.training.graph.GraphConstraints;
import dev.residua.training.metrics.PairDependence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Another graph for a trained model: the search of its training again, over the latents of its
 * network, with other constraints or frames. The network stays.
 *
 * <p>As in a training, the first part of the frames, in time order, gives graph and equations, and
 * the rest tests and calibrates them. The first part is the share that the model was trained with.
 */
public final class GraphRevision {
  private final ModelBundle model;
  private final TrainingInput input;
  private final GraphFit fit;
  private final PairDependence dependence;

  private GraphRevision(
      ModelBundle model, TrainingInput input, GraphFit fit, PairDependence dependence) {
    this.model = model;
    this.input = input;
    this.fit = fit;
    this.dependence = dependence;
  }

  /**
   * Searches the graph again, and fits equations on it.
   *
   * @param scorer the model's own
   * @param data has the latents of the model as factors and its variables
   * @param known constraints over latents and variables; null for none. A complete graph is used as
   *     it is
   * @throws TrainingFailedException if the data does not suffice
   * @throws IllegalArgumentException if the model cannot read the data
   */
  public static GraphRevision of(
      ModelBundle model,
      ResidualScorer scorer,
      TrainingData data,
      @Nullable GraphConstraints known,
      long seed,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      TrainingProgress progress)
      throws TrainingFailedException {
    ModelCalibration.check(model, data);
    BundleManifest manifest = model.manifest();
    TrainingSettings settings =
        TrainingSettings.DEFAULTS
            .withLatents(manifest.latents().size())
            .withTrainShare(trainShare(manifest.provenance()))
            .withSeed(seed);
    TrainingInput input = new TrainingInput(data, settings, manifest.latents(), known);
    GraphFit fit =
        GraphFit.of(
            input,
            rows(model, scorer, data, IntStream.range(0, input.trained).toArray(), progress),
            search,
            mechanisms,
            progress);
    double[][] residuals =
        fit.residuals(
            rows(model, scorer, data, input.nominal, progress), data.times(), input.nominal);
    progress.at("testing residuals", 0, null);
    boolean[] categorical = new boolean[input.nodes.size()];
    input.nodes.forEach(node -> categorical[node.index()] = node.categorical());
    PairDependence dependence =
        PairDependence.of(
                residuals,
                TrainingPipeline.INDEPENDENCE_ROWS,
                TrainingPipeline.DEPENDENCE_SHIFTS,
                1)
            .without(categorical);
    return new GraphRevision(model, input, fit, dependence);
  }

  private static double trainShare(ModelProvenance provenance) {
    String share = provenance.hyperParameters().get("trainShare");
    try {
      return share == null ? TrainingSettings.DEFAULTS.trainShare() : Double.parseDouble(share);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the provenance of the model has the trainShare '%s', expected a number".formatted(share),
          e);
    }
  }

  private static double[][] rows(
      ModelBundle model,
      ResidualScorer scorer,
      TrainingData data,
      int[] which,
      TrainingProgress progress) {
    LatentBatch scores =
        FrameScores.of(
            scorer,
            data,
            model.manifest().observed(),
            which,
            fraction -> progress.at("encoding", fraction, null));
    return FrameScores.rows(scores.observed(), which.length, scorer.nodes());
  }

  /** The graph with its alternatives. */
  public SearchedGraph searched() {
    return fit.searched();
  }

  /** Dependence of the residuals of frames that the equations were not fitted on. */
  public PairDependence dependence() {
    return dependence;
  }

  /** Describes the equations that use earlier frames, a sentence each. */
  public List<String> overTime() {
    DynamicModel dynamics = fit.dynamics();
    return dynamics == null ? List.of() : EquationSentence.all(dynamics, graph().names());
  }

  /**
   * Share of the variance of a latent that its causes explain on held-out rows; NaN if its equation
   * uses earlier frames.
   */
  public double explainedVariance(int latent) {
    return fit.explainedVariance(latent);
  }

  /** Reasons to distrust the graph, in sentences. */
  public List<String> doubts() {
    return UncertainEdges.of(input.known, fit, dependence);
  }

  /** Number of frames, from the first, that gave graph and equations. */
  public int searchedFrames() {
    return input.trained;
  }

  /** Number of frames after those whose residuals were tested. */
  public int testedFrames() {
    return input.nominal.length;
  }

  /**
   * Returns true if the model was trained on the same data set, so that its first frames are known.
   */
  public boolean sameData() {
    return input.data.sha256().equals(model.manifest().provenance().dataSha256());
  }

  /**
   * The model with the new graph and its equations, not calibrated yet: only {@link #calibrated}
   * makes it usable.
   */
  public ModelBundle refitted() throws BadBundleException {
    NetworkPlan refitted =
        model.network().with(fit.equations().equations(), fit.distributions(), fit.dynamics());
    Map<String, byte[]> entries = new TreeMap<>();
    for (String name : model.manifest().sha256().keySet()) {
      if (!name.equals(ModelBundle.GRAPH)
          && !name.equals(ModelBundle.DYNAMICS)
          && !name.equals(ModelBundle.GATE_VERDICT)) {
        entries.put(name, model.entry(name));
      }
    }
    entries.putAll(ModelBundle.entries(refitted));
    entries.put(ModelBundle.WARNINGS, TrainingHistory.toLines(warnings()));
    ModelProvenance provenance = model.manifest().provenance();
    Map<String, String> settings = new TreeMap<>(provenance.hyperParameters());
    settings.put(
        "graph",
        "%s again on %s, frames 0..%d, SHA-256 %s, seed %d"
            .formatted(
                input.known.complete()
                    ? "given"
                    : input.known.empty() ? "searched" : "searched under constraints,",
                input.data.name(),
                input.trained - 1,
                input.data.sha256(),
                input.settings.seed()));
    Map<String, Double> metrics = new TreeMap<>(provenance.metrics());
    metrics.remove("graph.confidence");
    // Of the former equations.
    metrics.remove(ModelCalibration.LEAKAGE);
    metrics.remove(Leaning.LEAKAGE);
    if (!input.known.complete()) {
      graph().meanConfidence().ifPresent(share -> metrics.put("graph.confidence", share));
    }
    for (int i = 0; i < graph().size(); i++) {
      if (!Double.isNaN(explainedVariance(i))) {
        metrics.put("explained." + i, explainedVariance(i));
      }
    }
    metrics.put("residual.distanceCorrelation", dependence.largest());
    return ModelBundle.of(
        model
            .manifest()
            .withProvenance(provenance.withHyperParameters(settings).withMetrics(metrics)),
        graph(),
        entries);
  }

  private CausalGraph graph() {
    return fit.graph();
  }

  /** Warnings of the training, with the doubts about the new graph. */
  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (model.find(ModelBundle.WARNINGS).isPresent()) {
      TrainingHistory.fromLines(model.entry(ModelBundle.WARNINGS)).stream()
          .filter(warning -> !UncertainEdges.isOne(warning))
          .forEach(warnings::add);
    }
    warnings.addAll(doubts());
    return warnings;
  }

  /**
   * The new model, with the old one as its parent, calibrated on the frames behind those that gave
   * graph and equations.
   *
   * @param refitted from {@link #refitted}
   * @param scorer of that one
   */
  public ModelBundle calibrated(
      ModelBundle refitted, ResidualScorer scorer, DriftSettings drift, TrainingProgress progress) {
    return ModelCalibration.again(
        refitted,
        "%s-graph-%s-%08x"
            .formatted(
                model.id(),
                input.data.sha256().substring(0, 6),
                31 * Arrays.deepHashCode(graph().edges()) + Long.hashCode(input.settings.seed())),
        scorer,
        input.data,
        input.nominal,
        null,
        OwnPixels.metrics(model),
        drift,
        input.settings.seed(),
        progress);
  }
}
