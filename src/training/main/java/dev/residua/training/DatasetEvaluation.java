package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.dynamics.DynamicModel;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.training.metrics.ResidualIndependence;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Scores the frames of a data set and evaluates the result with its labels. */
public final class DatasetEvaluation {
  private DatasetEvaluation() {}

  /**
   * Scores of some frames. Arrays are owned by this record.
   *
   * @param index of each frame in the set, {@code [n]}
   * @param latents shape {@code [n][d]}, also of those that a frame does not show
   * @param readings these latents, NaN if a frame does not show them, {@code [n][d]}
   * @param residuals shape {@code [n][d]}
   * @param reconstructionErrors mean squared pixel error of each frame, {@code [n]}
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Scores(
      int[] index,
      double[][] latents,
      double[][] readings,
      double[][] residuals,
      double[] reconstructionErrors) {
    /** Mean over the frames of the mean squared pixel error. */
    public double meanSquaredError() {
      double sum = 0;
      for (double error : reconstructionErrors) {
        sum += error;
      }
      return sum / reconstructionErrors.length;
    }
  }

  /**
   * Scores at most {@code frames} frames that have all variables: spread evenly, or the first ones
   * if equations use earlier frames.
   *
   * @param variables of the model
   * @param dynamics equations of the model; null if none uses earlier frames
   * @param progress receives the completed share, in [0, 1]
   */
  public static Scores score(
      ResidualScorer scorer,
      Variables variables,
      @Nullable DynamicModel dynamics,
      FrameDataset set,
      int frames,
      DoubleConsumer progress) {
    TrainingData data = new DatasetSource(set, List.of(), variables.names());
    int[] complete = IntStream.range(0, set.size()).filter(data::hasVariables).toArray();
    int n = Math.min(frames, complete.length);
    int[] index = new int[n];
    Arrays.setAll(
        index, i -> complete[dynamics != null ? i : (int) ((long) i * complete.length / n)]);
    return score(scorer, variables, dynamics, set, index, progress);
  }

  /**
   * Scores some frames. If equations use earlier frames, those without known residuals are left
   * out.
   *
   * @param variables of the model
   * @param dynamics equations of the model; null if none uses earlier frames
   * @param index of the frames in the set
   * @param progress receives the completed share, in [0, 1]
   */
  public static Scores score(
      ResidualScorer scorer,
      Variables variables,
      @Nullable DynamicModel dynamics,
      FrameDataset set,
      int[] index,
      DoubleConsumer progress) {
    int d = scorer.nodes();
    TrainingData data = new DatasetSource(set, List.of(), variables.names());
    KnownScores known =
        KnownScores.of(
            dynamics, data, index, FrameScores.of(scorer, data, variables, index, progress));
    LatentBatch batch = known.scores();
    int n = batch.frames();
    double[] errors = new double[n];
    Arrays.setAll(errors, i -> batch.reconstructionErrors()[i]);
    double[][] latents = FrameScores.rows(batch.observed(), n, d);
    double[][] residuals = FrameScores.rows(batch.residuals(), n, d);
    double[][] readings = FrameScores.rows(scorer.readable(batch).observed(), n, d);
    return new Scores(known.frames().clone(), latents, readings, residuals, errors);
  }

  /**
   * All figures of {@link ModelEvaluation} for scored frames, and {@code reconstruction.mse}.
   *
   * @param graph of the model's latents
   * @param names factor columns of the labels; their noises, if any, are in {@code noise.<factor>}
   * @param truth the true graph over the factors; null for the set's own, if it has one
   */
  public static Map<String, Object> of(
      Scores scores,
      CausalGraph graph,
      FrameDataset set,
      List<String> names,
      @Nullable CausalGraph truth,
      long seed) {
    LabelTable labels = set.labels();
    int n = scores.index().length;
    double[][] known = new double[n][names.size()];
    double[][] noises = new double[n][names.size()];
    for (int f = 0; f < names.size(); f++) {
      String noise = FrameDataset.NOISE_PREFIX + names.get(f);
      for (int i = 0; i < n; i++) {
        int frame = scores.index()[i];
        known[i][f] = labels.value(frame, names.get(f));
        noises[i][f] = labels.has(noise) ? labels.value(frame, noise) : Double.NaN;
      }
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("frames", n);
    result.put("reconstruction", Map.of("mse", scores.meanSquaredError()));
    result.putAll(
        ModelEvaluation.of(
            new ModelEvaluation.Scored(graph, scores.latents(), scores.residuals()),
            new ModelEvaluation.Truth(
                names, known, noises, truth != null ? truth : ownGraph(set, names)),
            seed));
    return result;
  }

  /**
   * Share of the labels that a model reads, by the names of its categorical latents that have a
   * column of labels.
   */
  public static Map<String, Double> accuracy(ModelBundle bundle, FrameDataset set, Scores scores) {
    Map<String, Double> accuracy = new LinkedHashMap<>();
    for (Latent latent : bundle.manifest().latents()) {
      if (latent.categorical() && set.labels().has(latent.name())) {
        double[] labels = categories(latent, set, scores);
        int known = 0;
        int read = 0;
        for (int i = 0; i < labels.length; i++) {
          known += Double.isNaN(labels[i]) ? 0 : 1;
          read += labels[i] == scores.latents()[i][latent.index()] ? 1 : 0;
        }
        if (known >= LabelErrors.MIN_HELD_OUT) {
          accuracy.put(latent.name(), (double) read / known);
        }
      }
    }
    return accuracy;
  }

  private static double[] categories(Latent latent, FrameDataset set, Scores scores) {
    return Arrays.stream(scores.index())
        .mapToDouble(
            frame -> DatasetSource.category(set.labels(), frame, latent.name(), latent.values()))
        .toArray();
  }

  /**
   * Measures the errors of the readings on those scored frames that did not train the network.
   *
   * @throws IllegalArgumentException if an entry of the bundle is damaged
   */
  public static List<FactorReading> readings(ModelBundle bundle, FrameDataset set, Scores scores) {
    int from = heldOutFrom(bundle, set);
    int[] rows =
        IntStream.range(0, scores.index().length).filter(i -> scores.index()[i] >= from).toArray();
    List<Latent> latents = bundle.manifest().latents();
    LabelTable labels = set.labels();
    List<List<String>> categories =
        latents.stream()
            .map(
                latent ->
                    latent.categorical() || !labels.holdsText(latent.name())
                        ? latent.values()
                        : labels.categories(latent.name()))
            .toList();
    return ModelReadings.measured(
        bundle,
        new DatasetSource(
            set, bundle.manifest().latentNames(), categories, List.of(), List.of(), List.of()),
        Arrays.stream(rows).map(row -> scores.index()[row]).toArray(),
        Arrays.stream(rows).mapToObj(row -> scores.readings()[row]).toArray(double[][]::new),
        Arrays.stream(rows).mapToObj(row -> scores.residuals()[row]).toArray(double[][]::new),
        Arrays.stream(rows).mapToDouble(row -> scores.reconstructionErrors()[row]).toArray());
  }

  /** The first frame of a data set that did not train the network of a model. */
  public static int heldOutFrom(ModelBundle bundle, FrameDataset set) {
    ModelProvenance provenance = bundle.manifest().provenance();
    String share = provenance.hyperParameters().get(ModelProvenance.TRAIN_SHARE);
    return share != null && set.sha256().equals(provenance.dataSha256())
        ? (int) (Double.parseDouble(share) * set.size())
        : 0;
  }

  /**
   * Measures whether each latent is read from its own place.
   *
   * @param index of the frames in the set
   */
  public static OwnPixels ownPixels(
      ModelBundle bundle,
      ResidualScorer scorer,
      LatentDecoder decoder,
      FrameDataset set,
      int[] index) {
    List<String> latents = bundle.manifest().latentNames();
    TrainingData data = new DatasetSource(set, latents, List.of());
    return OwnPixels.of(
        scorer,
        decoder,
        NodeColumns.of(bundle.manifest().latents()),
        data,
        index,
        PixelOwners.of(data, index, latents),
        1);
  }

  /**
   * The verdicts on a model by scored frames of a data set. By its own data set the figures of its
   * training decide, which are of frames that did not train it.
   *
   * @param ownPixels measured on these frames
   */
  public static List<ModelVerdicts.Verdict> verdicts(
      ModelBundle bundle, FrameDataset set, Scores scores, OwnPixels ownPixels) {
    if (set.sha256().equals(bundle.manifest().provenance().dataSha256())) {
      return ModelVerdicts.of(bundle);
    }
    Map<String, Double> measured = new HashMap<>();
    boolean[] categorical = new boolean[bundle.manifest().nodes().size()];
    bundle
        .manifest()
        .latents()
        .forEach(latent -> categorical[latent.index()] = latent.categorical());
    measured.put(
        ModelVerdicts.RECONSTRUCTION,
        scores.meanSquaredError()
            / TrainingPipeline.pixelVariance(
                new DatasetSource(set, List.of(), List.of()), scores.index()));
    measured.put(
        ModelVerdicts.DEPENDENCE,
        ResidualIndependence.of(scores.residuals(), TrainingPipeline.INDEPENDENCE_ROWS, 1)
            .largestBut(categorical));
    measured.putAll(ownPixels.metrics());
    accuracy(bundle, set, scores)
        .forEach(
            (name, share) ->
                measured.put(
                    ModelVerdicts.CHECKED_ERROR + bundle.manifest().latentNames().indexOf(name),
                    1 - share));
    measured.putAll(
        NamingErrors.of(
            bundle.manifest().latents(),
            new DatasetSource(set, bundle.manifest().latentNames(), List.of()),
            scores.index(),
            scores.latents()));
    return ModelVerdicts.of(bundle, measured, "frames of " + set.name());
  }

  private static @Nullable CausalGraph ownGraph(FrameDataset set, List<String> names) {
    CausalGraph own = set.graph();
    if (own == null) {
      return null;
    }
    boolean[][] edges = new boolean[names.size()][names.size()];
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < names.size(); j++) {
        int from = own.names().indexOf(names.get(i));
        int to = own.names().indexOf(names.get(j));
        if (from < 0 || to < 0) {
          return null;
        }
        edges[i][j] = own.hasEdge(from, to);
      }
    }
    return CausalGraph.of(names, edges);
  }
}
