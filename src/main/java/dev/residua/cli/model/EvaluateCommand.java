package dev.residua.cli.model;

import dev.residua.causal.CausalGraph;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.training.DatasetEvaluation;
import dev.residua.training.ModelEvaluation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Evaluates a model on a data set, with known factors where there are any. */
@Command(
    name = "evaluate",
    description = {
      "Evaluates a model on a data set: reconstruction, independence of residuals, and with known"
          + " factors MCC, R2, DCI, IRS and the distance of the graph from the true one.",
      "Each score with factors comes with its floor (latents that are noise) and its ceiling (the"
          + " factors themselves). Where labels.csv has columns noise.<factor>, the correlation of"
          + " residuals with the true noise is given: it is what decides whether residuals are of"
          + " use."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class EvaluateCommand implements Callable<Integer> {
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

  @Override
  public Integer call() {
    if (frames < ModelEvaluation.MIN_LABELLED) {
      throw new CommandFailedException(
          "--frames must be at least %d but was %d"
              .formatted(ModelEvaluation.MIN_LABELLED, frames));
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
      Map<String, Object> result = evaluate(bundle, set, names);
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

  private Map<String, Object> evaluate(ModelBundle bundle, FrameDataset set, List<String> names)
      throws BadBundleException {
    CausalGraph truth = graph == null ? null : GraphFile.read(graph).whole(names, "factors");
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", bundle.id());
    try (OnnxFrameScorer scorer = new OnnxFrameScorer(bundle.network());
        ProgressBar bar = new ProgressBar("scoring")) {
      DatasetEvaluation.Scores scores = DatasetEvaluation.score(scorer, set, frames, bar::update);
      result.putAll(DatasetEvaluation.of(scores, bundle.graph(), set, names, truth, seed));
    }
    return result;
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
