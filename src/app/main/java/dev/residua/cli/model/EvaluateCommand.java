package dev.residua.cli.model;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ModelAndData;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.training.DatasetEvaluation;
import dev.residua.training.FactorReading;
import dev.residua.training.ModelEvaluation;
import dev.residua.training.ModelVerdicts.Verdict;
import dev.residua.training.OwnPixels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate}: evaluates a model on a data set, with known factors if there are any. */
@Command(
    name = "evaluate",
    description = {
      "Evaluates a model on a data set. Begins with four verdicts, on names, independence,"
          + " own pixels and reconstruction: good, doubtful or bad, with the evidence and the next command.",
      "Then the error of each reading in the unit of its labels and as a share of their range, and the"
          + " share of refused frames, on frames that did not train the model.",
      "The details behind them are reconstruction and independence of residuals, and with known"
          + " factors MCC, R2, DCI, IRS and the distance of the graph from the true one.",
      "Each score that needs factors has a floor (latents that are noise) and a ceiling (the factors"
          + " themselves). If labels.csv has columns noise.<factor>, the command also prints the"
          + " correlation of residuals with the true noise, which shows whether the residuals are"
          + " useful."
    })
public final class EvaluateCommand extends JsonCommand {
  @Mixin ModelAndData input = new ModelAndData();

  @Option(
      names = "--factors",
      split = ",",
      paramLabel = "COLUMN",
      description =
          "Numeric columns of labels.csv that are true factors. Default: the factors of the set.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable List<String> factors;

  @Option(
      names = "--graph",
      paramLabel = "FILE",
      description =
          "True graph over the factors: JSON {\"edges\":[[\"a\",\"b\"]]} or lines a -> b. Default:"
              + " the graph of the set.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path graph;

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Largest number of frames to use, spread evenly over the set.")
  int frames = 10_000;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of noise and permutations.")
  long seed = 1;

  @Override
  public Integer call() throws IOException, BadBundleException {
    atLeast(ModelEvaluation.MIN_LABELLED, "--frames", frames);
    ModelBundle bundle = input.model();
    FrameDataset set = input.data(bundle);
    List<String> names = factors == null ? set.factors() : factors;
    List<String> categorical =
        bundle.manifest().latents().stream().filter(Latent::categorical).map(Latent::name).toList();
    List<String> real = names.stream().filter(name -> !categorical.contains(name)).toList();
    FactorColumns.check(set, real);
    CausalGraph truth = graph == null ? null : GraphFile.read(graph).whole(real, "factors");
    Map<String, Object> details = new LinkedHashMap<>();
    List<Verdict> verdicts;
    List<FactorReading> readings;
    NetworkPlan network = bundle.network();
    try (ResidualScorer scorer = network.scorer(OnnxEngine::new);
        LatentDecoder decoder = OnnxLatentDecoder.of(network);
        ProgressBar bar = new ProgressBar("scoring")) {
      DatasetEvaluation.Scores scores =
          DatasetEvaluation.score(
              scorer, bundle.manifest().observed(), network.dynamics(), set, frames, bar::update);
      OwnPixels ownPixels =
          DatasetEvaluation.ownPixels(bundle, scorer, decoder, set, scores.index());
      verdicts = DatasetEvaluation.verdicts(bundle, set, scores, ownPixels);
      details.put("ownPixels", movements(bundle, ownPixels));
      readings = DatasetEvaluation.readings(bundle, set, scores);
      details.putAll(DatasetEvaluation.of(scores, bundle.graph(), set, real, truth, seed));
    }
    Map<String, Object> result = Json.map("model", bundle.id(), "verdicts", verdicts);
    result.put("readings", readings.stream().map(FactorReading::figures).toList());
    result.putAll(details);
    print(
        result,
        () -> {
          print("model %s on %s%n", bundle.id(), set.name());
          out().println(VerdictText.of(verdicts, input.modelFile(), input.dataFolder()));
          if (!readings.isEmpty()) {
            out().println(VerdictText.readings(readings));
          }
          print("details");
          Map<String, String> lines = new LinkedHashMap<>();
          flatten("", details, lines);
          int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
          lines.forEach(
              (name, value) -> print("  %s%s  %s", name, " ".repeat(width - name.length()), value));
        });
    return 0;
  }

  /** Movement of each reading by the latent whose pixels change, then by the reading. */
  private static Map<String, Object> movements(ModelBundle bundle, OwnPixels ownPixels) {
    List<String> names = bundle.manifest().latentNames();
    Map<String, Object> all = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      Map<String, Object> ofLatent = new LinkedHashMap<>();
      for (int j = 0; j < names.size(); j++) {
        double movement = ownPixels.movements()[i][j];
        if (i != j && Double.isFinite(movement)) {
          ofLatent.put(names.get(j), movement);
        }
      }
      if (!ofLatent.isEmpty()) {
        all.put(names.get(i), ofLatent);
      }
    }
    return all;
  }

  /** Figures by their names in full; edges have one each. */
  private static void flatten(String prefix, Map<?, ?> values, Map<String, String> lines) {
    values.forEach(
        (key, value) -> {
          String name = prefix + key;
          if (value instanceof Map<?, ?> nested) {
            flatten(name + ".", nested, lines);
          } else if (value instanceof List<?> list) {
            for (Object one : list) {
              if (one instanceof Map<?, ?> edge && edge.get("confidence") instanceof Double share) {
                lines.put(
                    "%s %s -> %s".formatted(name, edge.get("from"), edge.get("to")),
                    "%.2f".formatted(share));
              }
            }
          } else if (value instanceof Double number) {
            lines.put(name, "%.4f".formatted(number));
          } else {
            lines.put(name, value == null ? "unknown" : value.toString());
          }
        });
  }
}
