package dev.residua.cli;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.LatentBatch;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.training.metrics.Correlation;
import dev.residua.training.metrics.Disentanglement;
import dev.residua.training.metrics.GraphDistance;
import dev.residua.training.metrics.InterventionalRobustness;
import dev.residua.training.metrics.MeanCorrelation;
import dev.residua.training.metrics.ResidualIndependence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Judges a model on a data set, with known factors where there are any. */
@Command(
    name = "evaluate",
    description = {
      "Judges a model on a data set: reconstruction, independence of residuals, and with known"
          + " factors MCC, R2, DCI, IRS and the distance of the graph from the true one.",
      "Each score with factors comes with its floor (latents that are noise) and its ceiling (the"
          + " factors themselves). Where labels.csv has columns noise.<factor>, the correlation of"
          + " residuals with the true noise is given: it is what decides whether residuals are of"
          + " use."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class EvaluateCommand implements Callable<Integer> {
  private static final int CHUNK = 128;
  private static final int MIN_LABELLED = 50;
  private static final int INDEPENDENCE_ROWS = 1_000;

  @Option(names = "--model", required = true, paramLabel = "FILE", description = "Model bundle.")
  Path model;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Data set.")
  Path data;

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "COLUMN",
      description = "Numeric columns of labels.csv that are true factors. Default: the set's own.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable List<String> factors;

  @Option(
      names = "--graph",
      paramLabel = "FILE",
      description =
          "True graph over the factors: JSON {\"edges\":[[\"a\",\"b\"]]} or lines a -> b. Default:"
              + " the set's own.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path graph;

  @Option(names = "--frames", paramLabel = "N", description = "Most frames, spread evenly.")
  int frames = 10_000;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of noise and permutations.")
  long seed = 1;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  /** The frames in use: their index in the set, latents and residuals, shape {@code [n][d]}. */
  private record Scored(
      int[] index, double[][] latents, double[][] residuals, double meanSquaredError) {}

  @Override
  public Integer call() {
    if (frames < MIN_LABELLED) {
      throw new CommandFailedException(
          "--frames must be at least %d but was %d".formatted(MIN_LABELLED, frames));
    }
    try {
      ModelBundle bundle = ModelBundle.read(model);
      FrameDataset set = FrameDataset.open(data);
      if (!set.shape().equals(bundle.manifest().image())) {
        throw new CommandFailedException(
            "%s has frames of %s, the model reads %s"
                .formatted(data, set.shape(), bundle.manifest().image()));
      }
      List<String> names = factorNames(set);
      Scored scored = score(bundle, set);
      Map<String, Object> result = evaluate(bundle, set, names, scored);
      if (json) {
        spec.commandLine().getOut().println(Json.of(result));
      } else {
        print("", result, spec.commandLine().getOut());
      }
      return 0;
    } catch (BadBundleException | IOException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private List<String> factorNames(FrameDataset set) {
    List<String> names = factors == null ? set.factors() : factors;
    for (String name : names) {
      if (!set.labels().has(name)) {
        throw new CommandFailedException(
            "labels.csv of %s has no column '%s', only %s"
                .formatted(data, name, set.labels().columns()));
      }
      if (!set.labels().isNumeric(name)) {
        throw new CommandFailedException(
            "column '%s' of labels.csv holds text or nothing, a factor must hold numbers"
                .formatted(name));
      }
    }
    return names;
  }

  private Scored score(ModelBundle bundle, FrameDataset set) {
    int n = Math.min(frames, set.size());
    int d = bundle.manifest().latents().size();
    int size = set.shape().size();
    int[] index = new int[n];
    double[][] latents = new double[n][d];
    double[][] residuals = new double[n][d];
    double error = 0;
    byte[] pixels = new byte[CHUNK * size];
    try (OnnxFrameScorer scorer =
            new OnnxFrameScorer(bundle.entry(ModelBundle.SCORER), set.shape(), d);
        ProgressBar bar = new ProgressBar("scoring")) {
      for (int at = 0; at < n; at += CHUNK) {
        int count = Math.min(CHUNK, n - at);
        for (int i = 0; i < count; i++) {
          index[at + i] = (int) ((long) (at + i) * set.size() / n);
          set.read(index[at + i], pixels, i * size);
        }
        LatentBatch batch = scorer.score(pixels, count);
        for (int i = 0; i < count; i++) {
          for (int k = 0; k < d; k++) {
            latents[at + i][k] = batch.observed()[i * d + k];
            residuals[at + i][k] = batch.residuals()[i * d + k];
          }
          error += batch.reconstructionErrors()[i];
        }
        bar.update((double) (at + count) / n);
      }
    }
    return new Scored(index, latents, residuals, error / n);
  }

  private Map<String, Object> evaluate(
      ModelBundle bundle, FrameDataset set, List<String> names, Scored scored) throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", bundle.id());
    result.put("frames", scored.index().length);
    result.put("reconstruction", map("mse", scored.meanSquaredError()));
    ResidualIndependence independence =
        ResidualIndependence.of(scored.residuals(), INDEPENDENCE_ROWS, seed);
    Map<String, Object> residual = map("mmd", independence.mmd());
    residual.put("distanceCorrelation", independence.distanceCorrelation());
    residual.put("mmdOfLatents", independence(scored.latents()).mmd());
    result.put("residual", residual);
    result.put("graph", edges(bundle.graph()));
    int[] rows = labelledRows(set.labels(), names, scored.index());
    result.put("labelledFrames", rows.length);
    if (names.isEmpty() || rows.length < MIN_LABELLED) {
      result.put(
          "note",
          "fewer than %d frames with all factors known: no scores with factors"
              .formatted(MIN_LABELLED));
      return result;
    }
    withFactors(result, residual, bundle, set, names, scored, rows);
    return result;
  }

  private ResidualIndependence independence(double[][] rows) {
    return ResidualIndependence.of(rows, INDEPENDENCE_ROWS, seed);
  }

  private void withFactors(
      Map<String, Object> result,
      Map<String, Object> residual,
      ModelBundle bundle,
      FrameDataset set,
      List<String> names,
      Scored scored,
      int[] rows)
      throws IOException {
    int d = bundle.graph().size();
    double[][] known = new double[rows.length][names.size()];
    double[][] latents = new double[rows.length][];
    double[][] noise = new double[rows.length][d];
    Random random = new Random(seed);
    for (int i = 0; i < rows.length; i++) {
      latents[i] = scored.latents()[rows[i]];
      for (int f = 0; f < names.size(); f++) {
        known[i][f] = set.labels().value(scored.index()[rows[i]], names.get(f));
      }
      for (int k = 0; k < d; k++) {
        noise[i][k] = random.nextGaussian();
      }
    }
    MeanCorrelation mcc = MeanCorrelation.of(known, latents);
    Disentanglement dci = Disentanglement.of(known, latents);
    InterventionalRobustness irs = InterventionalRobustness.of(known, latents);
    result.put("mcc", mcc.pearson());
    result.put("mccSpearman", mcc.spearman());
    Map<String, Object> matching = new LinkedHashMap<>();
    Map<String, Object> r2 = new LinkedHashMap<>();
    for (int f = 0; f < names.size(); f++) {
      int latent = mcc.matching()[f];
      matching.put(names.get(f), latent < 0 ? null : bundle.graph().name(latent));
      r2.put(names.get(f), dci.r2()[f]);
    }
    result.put("matching", matching);
    result.put("r2", r2);
    result.put("dci", dci(dci));
    result.put("irs", irs.irs());
    result.put("irsRobust", irs.robust());
    result.put("irsParents", irs.parents());
    CausalGraph truth = trueGraph(set, names);
    result.put("shd", null);
    if (truth != null) {
      shd(result, truth, bundle.graph(), names, mcc.matching());
    }
    noiseCorrelations(residual, set.labels(), names, mcc.matching(), scored);
    result.put("floor", bounds(known, noise));
    result.put("ceiling", bounds(known, known));
  }

  private static Map<String, Object> bounds(double[][] known, double[][] latents) {
    Map<String, Object> bounds = map("mcc", MeanCorrelation.of(known, latents).pearson());
    bounds.put("dci", dci(Disentanglement.of(known, latents)));
    bounds.put("irs", InterventionalRobustness.of(known, latents).irs());
    return bounds;
  }

  private static Map<String, Object> dci(Disentanglement dci) {
    Map<String, Object> map = map("disentanglement", dci.disentanglement());
    map.put("completeness", dci.completeness());
    map.put("informativeness", dci.informativeness());
    return map;
  }

  /** The model's graph with latents renamed to the factors they match, against the true one. */
  private static void shd(
      Map<String, Object> result,
      CausalGraph truth,
      CausalGraph found,
      List<String> names,
      int[] matching) {
    int k = names.size();
    boolean[][] estimate = new boolean[k][k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        estimate[i][j] =
            matching[i] >= 0 && matching[j] >= 0 && found.hasEdge(matching[i], matching[j]);
      }
    }
    GraphDistance distance = GraphDistance.of(truth.edges(), estimate);
    result.put("shd", distance.shd());
    Map<String, Object> details = map("naive", distance.naive());
    details.put("missing", distance.missing());
    details.put("extra", distance.extra());
    details.put("reversed", distance.reversed());
    details.put("emptyGraph", GraphDistance.of(truth.edges(), new boolean[k][k]).shd());
    result.put("shdDetails", details);
  }

  /** Correlation of each caused factor's residual with its true noise, where labels have it. */
  private static void noiseCorrelations(
      Map<String, Object> residual,
      LabelTable labels,
      List<String> names,
      int[] matching,
      Scored scored) {
    Map<String, Object> correlations = new LinkedHashMap<>();
    for (int f = 0; f < names.size(); f++) {
      String column = "noise." + names.get(f);
      if (!labels.has(column) || matching[f] < 0) {
        continue;
      }
      List<double[]> pairs = new ArrayList<>();
      for (int i = 0; i < scored.index().length; i++) {
        double noise = labels.value(scored.index()[i], column);
        if (!Double.isNaN(noise)) {
          pairs.add(new double[] {noise, scored.residuals()[i][matching[f]]});
        }
      }
      if (pairs.size() >= MIN_LABELLED) {
        double[] x = pairs.stream().mapToDouble(pair -> pair[0]).toArray();
        double[] y = pairs.stream().mapToDouble(pair -> pair[1]).toArray();
        correlations.put(names.get(f), Correlation.pearson(x, y));
      }
    }
    if (!correlations.isEmpty()) {
      residual.put("noiseCorrelation", correlations);
    }
  }

  private @Nullable CausalGraph trueGraph(FrameDataset set, List<String> names) throws IOException {
    boolean[][] edges = new boolean[names.size()][names.size()];
    if (graph != null) {
      return GraphFile.read(graph).whole(names, "factors");
    }
    CausalGraph own = set.graph();
    if (own == null) {
      return null;
    }
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

  /** Positions among the scored frames at which every factor is known. */
  private static int[] labelledRows(LabelTable labels, List<String> names, int[] index) {
    int[] rows = new int[index.length];
    int n = 0;
    for (int i = 0; i < index.length; i++) {
      boolean complete = true;
      for (String name : names) {
        complete &= !Double.isNaN(labels.value(index[i], name));
      }
      if (complete) {
        rows[n++] = i;
      }
    }
    return Arrays.copyOf(rows, n);
  }

  private static List<Map<String, Object>> edges(CausalGraph graph) {
    List<Map<String, Object>> edges = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      for (int j = 0; j < graph.size(); j++) {
        if (graph.hasEdge(i, j)) {
          Map<String, Object> edge = map("from", graph.name(i));
          edge.put("to", graph.name(j));
          edge.put("confidence", graph.confidence(i, j));
          edges.add(edge);
        }
      }
    }
    return edges;
  }

  private static Map<String, Object> map(String key, Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(key, value);
    return map;
  }

  private static void print(String prefix, Map<String, Object> values, PrintWriter out) {
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      String name = prefix + entry.getKey();
      Object value = entry.getValue();
      if (value instanceof Map<?, ?> nested) {
        Map<String, Object> copy = new LinkedHashMap<>();
        nested.forEach((key, inner) -> copy.put(String.valueOf(key), inner));
        print(name + ".", copy, out);
      } else if (value instanceof List<?> list) {
        for (Object one : list) {
          if (one instanceof Map<?, ?> edge && edge.get("confidence") instanceof Double share) {
            out.printf("%-36s %s -> %s (%.2f)%n", name, edge.get("from"), edge.get("to"), share);
          }
        }
      } else if (value instanceof Double number) {
        out.printf("%-36s %.4f%n", name, number);
      } else {
        out.printf("%-36s %s%n", name, value == null ? "unknown" : value);
      }
    }
  }
}
