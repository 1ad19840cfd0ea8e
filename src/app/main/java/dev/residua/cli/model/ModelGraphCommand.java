package dev.residua.cli.model;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.ResidualScorer;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.StageProgress;
import dev.residua.dataset.FrameDataset;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.training.DatasetSource;
import dev.residua.training.ExactDagSearchSettings;
import dev.residua.training.GraphRevision;
import dev.residua.training.MechanismSettings;
import dev.residua.training.SearchedGraph;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.graph.GraphConstraints;
import dev.residua.training.metrics.PairDependence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model graph}: searches the graph of a trained model again. */
@Command(
    name = "graph",
    description = {
      "Searches the graph of a trained model again, without training its network. Prints the best"
          + " graph, other graphs that are hardly worse, and pairs whose residuals still depend.",
      "The frames are split as in the training: the first ones give the graph, the rest test the"
          + " residuals. Give the data set of the training, or frames that it did not use.",
      "With --out it also fits the equations, calibrates the model and writes a new bundle."
    })
final class ModelGraphCommand extends JsonCommand {
  @Parameters(
      paramLabel = "FILE|ID",
      description = "Model bundle, or id of a model in the registry.")
  String model;

  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "Frames in order of time; larger ones are reduced to the size that the model reads.")
  Path data;

  @Option(
      names = "--graph",
      paramLabel = "FILE",
      description =
          "Constraints on the graph, as for train. These constraints replace those of the training.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path graph;

  @Option(
      names = "--out",
      paramLabel = "FILE.residua",
      description = "Bundle to write, with the graph that was found.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Path out;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of every random draw. Default: that of the training.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable Long seed;

  @Override
  public Integer call() throws IOException, BadBundleException {
    ModelBundle bundle = registry.bundle(model);
    BundleManifest manifest = bundle.manifest();
    FrameDataset set = FrameDataset.open(data).reducedTo(manifest.image());
    if (out != null) {
      ModelCalibrateCommand.checkDetails(bundle, set);
    }
    GraphConstraints known =
        graph == null
            ? null
            : GraphFile.read(graph).over(manifest.nodeNames(), "latents and variables");
    DatasetSource source =
        new DatasetSource(set, manifest.latentNames(), manifest.observed().names());
    ModelBundle written = null;
    GraphRevision revision;
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1);
        StageProgress bars = new StageProgress()) {
      revision =
          GraphRevision.of(
              bundle,
              scorer,
              source,
              known,
              seed == null ? manifest.provenance().seed() : seed,
              ExactDagSearchSettings.DEFAULTS,
              MechanismSettings.DEFAULTS,
              bars);
      if (out != null) {
        ModelBundle refitted = revision.refitted();
        try (ResidualScorer own = BundleOpener.scorer(refitted, 1)) {
          written = revision.calibrated(refitted, own, DriftSettings.DEFAULTS, bars);
        }
        written.write(out);
      }
    } catch (TrainingFailedException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    print(bundle, revision, written);
    return 0;
  }

  private void print(ModelBundle bundle, GraphRevision revision, @Nullable ModelBundle written) {
    CausalGraph found = revision.searched().graph();
    Map<String, Object> result = Json.map("model", bundle.id());
    result.put("sameData", revision.sameData());
    result.put("searchedFrames", revision.searchedFrames());
    result.put("testedFrames", revision.testedFrames());
    result.put("edges", GraphFile.edges(found));
    result.put(
        "alternatives",
        revision.searched().alternatives().stream().map(other -> row(other, found)).toList());
    result.put(
        "pairs", revision.dependence().pairs().stream().map(pair -> row(pair, found)).toList());
    result.put("doubts", revision.doubts());
    if (written != null) {
      result.put("written", written.id());
    }
    print(result, () -> printText(bundle, revision, written));
  }

  private static Map<String, Object> row(SearchedGraph.Alternative other, CausalGraph found) {
    return Json.map(
        "changes", other.changes(found),
        "difference", other.difference(),
        "noise", Double.isFinite(other.noise()) ? other.noise() : null,
        "withinNoise", other.withinNoise(),
        "edges", GraphFile.edges(other.graph()));
  }

  private static Map<String, Object> row(PairDependence.Pair pair, CausalGraph found) {
    return Json.map(
        "between", List.of(found.name(pair.a()), found.name(pair.b())),
        "distanceCorrelation", pair.distanceCorrelation(),
        "pValue", pair.pValue());
  }

  private void printText(
      ModelBundle bundle, GraphRevision revision, @Nullable ModelBundle written) {
    SearchedGraph searched = revision.searched();
    CausalGraph found = searched.graph();
    print("model         %s", bundle.id());
    print(
        "frames        the first %d give the graph, %d of the rest test the residuals%s",
        revision.searchedFrames(),
        revision.testedFrames(),
        revision.sameData()
            ? ""
            : "; the model was trained on another data set, so none of these frames may be in it");
    print(
        found.equals(bundle.graph()) || found.toString().equals(bundle.graph().toString())
            ? "graph         as in the model"
            : "graph         other than in the model: %s",
        bundle.graph());
    if (found.edgeList().isEmpty()) {
      print("              no edges");
    }
    for (CausalGraph.Edge edge : found.edgeList()) {
      print(
          "              %s -> %s  (%s)",
          found.name(edge.from()),
          found.name(edge.to()),
          revision.overTime().isEmpty()
              ? "%.0f %% of half-samples".formatted(100 * edge.confidence())
              : "from held-out innovations");
    }
    for (int i = 0; i < found.size(); i++) {
      if (!found.isRoot(i) && !Double.isNaN(revision.explainedVariance(i))) {
        print(
            "              %s: %.1f %% explained by %s",
            found.name(i),
            100 * revision.explainedVariance(i),
            String.join(", ", found.parentNames(i)));
      }
    }
    revision.overTime().forEach(equation -> print("over time     %s", equation));
    if (searched.alternatives().isEmpty()) {
      print("alternatives  none that is hardly worse");
    } else {
      print("alternatives  how much worse, in nats per frame, and its standard error");
    }
    for (SearchedGraph.Alternative other : searched.alternatives()) {
      print(
          "              %.4f +- %.4f%s  %s",
          other.difference(),
          other.noise(),
          other.withinNoise() ? ", within the noise:" : ":",
          other.changes(found));
    }
    revision.doubts().forEach(doubt -> print("doubt         %s", doubt));
    if (written != null && out != null) {
      print("written to    %s: model %s, calibrated", out, written.id());
    }
  }
}
