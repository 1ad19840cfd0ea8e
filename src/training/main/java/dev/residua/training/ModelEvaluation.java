package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.training.metrics.Correlation;
import dev.residua.training.metrics.Disentanglement;
import dev.residua.training.metrics.GraphDistance;
import dev.residua.training.metrics.HilbertSchmidt;
import dev.residua.training.metrics.InterventionalRobustness;
import dev.residua.training.metrics.MeanCorrelation;
import dev.residua.training.metrics.ResidualIndependence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates latents and residuals of a model, against the truth if it is known, as figures by name:
 * independence of residuals, MCC, R2, DCI, IRS, distance of graphs, correlation of residuals with
 * true noises and their leakage. Scores that need factors include their floor (noise as latents)
 * and their ceiling (the factors themselves).
 */
public final class ModelEvaluation {
  /** Fewest frames with all factors known for scores that need them. */
  public static final int MIN_LABELLED = 50;

  private static final int INDEPENDENCE_ROWS = 1_000;
  private static final int TEST_ROWS = 300;
  private static final int PERMUTATIONS = 200;

  private ModelEvaluation() {}

  /**
   * A model's scores of some frames.
   *
   * @param graph over the latents
   * @param latents shape {@code [n][d]}
   * @param residuals shape {@code [n][d]}
   */
  public record Scored(CausalGraph graph, double[][] latents, double[][] residuals) {
    public Scored {
      if (latents.length != residuals.length) {
        throw new IllegalArgumentException(
            "there are %d rows of latents but %d of residuals"
                .formatted(latents.length, residuals.length));
      }
    }
  }

  /**
   * The truth about the same frames, as far as it is known.
   *
   * @param names of the factors; may be empty
   * @param factors NaN if unknown, shape {@code [n][names.size()]}
   * @param noises of the mechanisms, NaN if unknown and for factors without causes, same shape
   * @param graph the true one over the factors, or null
   */
  public record Truth(
      List<String> names, double[][] factors, double[][] noises, @Nullable CausalGraph graph) {
    public Truth {
      names = List.copyOf(names);
      if (factors.length != noises.length) {
        throw new IllegalArgumentException(
            "there are %d rows of factors but %d of noises"
                .formatted(factors.length, noises.length));
      }
    }
  }

  /**
   * Computes all figures that the known truth allows. A second or two for 10,000 frames.
   *
   * @param seed of permutations, features and the noise of the floor
   * @return numbers, texts, and nested maps and lists of them; null if unknown
   * @throws IllegalArgumentException if scored frames and truth differ in length or a score is not
   *     finite
   */
  public static Map<String, Object> of(Scored scored, Truth truth, long seed) {
    if (scored.latents().length != truth.factors().length) {
      throw new IllegalArgumentException(
          "%d frames are scored but %d have a truth"
              .formatted(scored.latents().length, truth.factors().length));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    Map<String, Object> residual = independence(scored, seed);
    result.put("residual", residual);
    result.put("graph", edges(scored.graph()));
    int[] rows = complete(truth.factors(), truth.names().size());
    result.put("labelledFrames", rows.length);
    if (truth.names().isEmpty() || rows.length < MIN_LABELLED) {
      result.put(
          "note",
          "fewer than %d frames with all factors known: no scores with factors"
              .formatted(MIN_LABELLED));
      return result;
    }
    withFactors(result, residual, scored, truth, rows, seed);
    return result;
  }

  private static Map<String, Object> independence(Scored scored, long seed) {
    List<String> names = scored.graph().names();
    ResidualIndependence residuals =
        ResidualIndependence.of(scored.residuals(), INDEPENDENCE_ROWS, seed);
    Map<String, Object> map = map("mmd", residuals.mmd());
    map.put("distanceCorrelation", residuals.distanceCorrelation());
    Map<String, Object> pairs = new LinkedHashMap<>();
    for (int a = 0; a < names.size(); a++) {
      for (int b = 0; b < a; b++) {
        pairs.put(names.get(b) + ", " + names.get(a), residuals.pairwise()[a][b]);
      }
    }
    map.put("distanceCorrelations", pairs);
    if (names.size() > 1) {
      HilbertSchmidt test = HilbertSchmidt.of(scored.residuals(), TEST_ROWS, PERMUTATIONS, seed);
      map.put("hsic", test.largest());
      map.put("hsicPValue", test.pValue());
    }
    map.put(
        "mmdOfLatents", ResidualIndependence.of(scored.latents(), INDEPENDENCE_ROWS, seed).mmd());
    return map;
  }

  private static void withFactors(
      Map<String, Object> result,
      Map<String, Object> residual,
      Scored scored,
      Truth truth,
      int[] rows,
      long seed) {
    List<String> names = truth.names();
    double[][] known = at(truth.factors(), rows);
    double[][] latents = at(scored.latents(), rows);
    MeanCorrelation mcc = MeanCorrelation.of(known, latents);
    Disentanglement dci = Disentanglement.of(known, latents);
    InterventionalRobustness irs = InterventionalRobustness.of(known, latents);
    FactorRecovery recovery = FactorRecovery.of(known, latents, seed);
    result.put("mcc", mcc.pearson());
    result.put("mccSpearman", mcc.spearman());
    Map<String, Object> matching = new LinkedHashMap<>();
    for (int f = 0; f < names.size(); f++) {
      int latent = mcc.matching()[f];
      matching.put(names.get(f), latent < 0 ? null : scored.graph().name(latent));
    }
    result.put("matching", matching);
    result.put("r2", byName(names, dci.r2()));
    result.put("r2Linear", byName(names, recovery.linear()));
    result.put("r2Nonlinear", byName(names, recovery.nonlinear()));
    result.put("dci", map(dci));
    result.put("irs", irs.irs());
    result.put("irsRobust", irs.robust());
    result.put("irsParents", irs.parents());
    result.put("shd", null);
    if (truth.graph() != null) {
      distance(result, truth.graph(), scored.graph(), mcc.matching());
    }
    noises(residual, scored, truth, mcc.matching());
    SplittableRandom random = new SplittableRandom(seed);
    double[][] noise = new double[rows.length][scored.graph().size()];
    for (double[] row : noise) {
      Arrays.setAll(row, k -> random.nextGaussian());
    }
    result.put("floor", bounds(known, noise, seed));
    result.put("ceiling", bounds(known, known, seed));
  }

  private static Map<String, Object> bounds(double[][] known, double[][] latents, long seed) {
    FactorRecovery recovery = FactorRecovery.of(known, latents, seed);
    InterventionalRobustness irs = InterventionalRobustness.of(known, latents);
    Map<String, Object> bounds = map("mcc", MeanCorrelation.of(known, latents).pearson());
    bounds.put("dci", map(Disentanglement.of(known, latents)));
    bounds.put("irs", irs.irs());
    bounds.put("irsRobust", irs.robust());
    bounds.put("r2Linear", Arrays.stream(recovery.linear()).average().orElse(0));
    bounds.put("r2Nonlinear", Arrays.stream(recovery.nonlinear()).average().orElse(0));
    return bounds;
  }

  private static Map<String, Object> map(Disentanglement dci) {
    Map<String, Object> map = map("disentanglement", dci.disentanglement());
    map.put("completeness", dci.completeness());
    map.put("informativeness", dci.informativeness());
    return map;
  }

  /** The model's graph with latents renamed to the factors they match, against the true one. */
  private static void distance(
      Map<String, Object> result, CausalGraph truth, CausalGraph found, int[] matching) {
    int k = truth.size();
    GraphDistance distance = GraphDistance.matched(truth.edges(), found.edges(), matching);
    result.put("shd", distance.shd());
    Map<String, Object> details = map("naive", distance.naive());
    details.put("missing", distance.missing());
    details.put("extra", distance.extra());
    details.put("reversed", distance.reversed());
    details.put("emptyGraph", GraphDistance.of(truth.edges(), new boolean[k][k]).shd());
    result.put("shdDetails", details);
  }

  private static void noises(
      Map<String, Object> residual, Scored scored, Truth truth, int[] matching) {
    List<String> names = truth.names();
    Map<String, Object> correlations = new LinkedHashMap<>();
    // A factor without any known noise counts as one without causes, which is its own noise.
    double[][] sources = new double[truth.noises().length][names.size()];
    for (int f = 0; f < names.size(); f++) {
      int factor = f;
      int[] rows = known(truth.noises(), factor);
      for (int i = 0; i < sources.length; i++) {
        sources[i][f] = rows.length == 0 ? truth.factors()[i][f] : truth.noises()[i][f];
      }
      if (rows.length >= MIN_LABELLED && matching[f] >= 0) {
        double[] x = Arrays.stream(rows).mapToDouble(i -> truth.noises()[i][factor]).toArray();
        double[] y =
            Arrays.stream(rows).mapToDouble(i -> scored.residuals()[i][matching[factor]]).toArray();
        correlations.put(names.get(f), Correlation.pearson(x, y));
      }
    }
    if (correlations.isEmpty()) {
      return;
    }
    residual.put("noiseCorrelation", correlations);
    int[] rows = complete(sources, names.size());
    if (rows.length >= MIN_LABELLED && Arrays.stream(matching).allMatch(latent -> latent >= 0)) {
      double[][] matched = new double[rows.length][names.size()];
      for (int r = 0; r < rows.length; r++) {
        for (int f = 0; f < names.size(); f++) {
          matched[r][f] = scored.residuals()[rows[r]][matching[f]];
        }
      }
      residual.put("leakage", map(names, Monitorability.of(matched, at(sources, rows))));
    }
  }

  private static Map<String, Object> map(List<String> names, Monitorability monitorability) {
    Map<String, Object> shifts = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      shifts.put(names.get(i), byName(names, monitorability.matrix()[i]));
    }
    double leakage = monitorability.leakage();
    Map<String, Object> map = map("dominance", Double.isFinite(leakage) ? leakage : null);
    map.put("shiftPerNoise", shifts);
    return map;
  }

  private static List<Map<String, Object>> edges(CausalGraph graph) {
    List<Map<String, Object>> edges = new ArrayList<>();
    for (CausalGraph.Edge edge : graph.edgeList()) {
      Map<String, Object> one = map("from", graph.name(edge.from()));
      one.put("to", graph.name(edge.to()));
      one.put("confidence", edge.confidence());
      edges.add(one);
    }
    return edges;
  }

  private static int[] complete(double[][] values, int columns) {
    int[] rows = new int[values.length];
    int n = 0;
    for (int i = 0; i < values.length; i++) {
      boolean all = true;
      for (int c = 0; c < columns; c++) {
        all &= !Double.isNaN(values[i][c]);
      }
      if (all) {
        rows[n++] = i;
      }
    }
    return Arrays.copyOf(rows, n);
  }

  private static int[] known(double[][] values, int column) {
    int[] rows = new int[values.length];
    int n = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i][column])) {
        rows[n++] = i;
      }
    }
    return Arrays.copyOf(rows, n);
  }

  private static double[][] at(double[][] values, int[] rows) {
    return Arrays.stream(rows).mapToObj(row -> values[row]).toArray(double[][]::new);
  }

  private static Map<String, Object> byName(List<String> names, double[] values) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      map.put(names.get(i), values[i]);
    }
    return map;
  }

  private static Map<String, Object> map(String key, @Nullable Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(key, value);
    return map;
  }
}
