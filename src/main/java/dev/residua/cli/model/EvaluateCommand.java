package dev.residua.cli.model;

import dev.residua.causal.CausalGraph;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ModelAndData;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.training.DatasetEvaluation;
import dev.residua.training.ModelEvaluation;
import java.io.IOException;
import java.nio.file.Path;
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
      "Evaluates a model on a data set: reconstruction and independence of residuals, and with known"
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
    FactorColumns.check(set, names);
    CausalGraph truth = graph == null ? null : GraphFile.read(graph).whole(names, "factors");
    Map<String, Object> result = Json.map("model", bundle.id());
    try (OnnxFrameScorer scorer = new OnnxFrameScorer(bundle.network());
        ProgressBar bar = new ProgressBar("scoring")) {
      DatasetEvaluation.Scores scores =
          DatasetEvaluation.score(scorer, bundle.manifest().observed(), set, frames, bar::update);
      result.putAll(DatasetEvaluation.of(scores, bundle.graph(), set, names, truth, seed));
    }
    print(result, () -> printText("", result));
    return 0;
  }

  private void printText(String prefix, Map<?, ?> values) {
    values.forEach(
        (key, value) -> {
          String name = prefix + key;
          if (value instanceof Map<?, ?> nested) {
            printText(name + ".", nested);
          } else if (value instanceof List<?> list) {
            for (Object one : list) {
              if (one instanceof Map<?, ?> edge && edge.get("confidence") instanceof Double share) {
                print("%-36s %s -> %s (%.2f)", name, edge.get("from"), edge.get("to"), share);
              }
            }
          } else if (value instanceof Double number) {
            print("%-36s %.4f", name, number);
          } else {
            print("%-36s %s", name, value == null ? "unknown" : value);
          }
        });
  }
}
