package dev.residua.bench.commands;

import dev.residua.bench.experiment.ExperimentRun;
import dev.residua.bench.experiment.ResultLog;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.StageProgress;
import dev.residua.cli.console.Version;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.VariationalLayerTrainer;
import dev.residua.dl4j.VectorGraphLearner;
import dev.residua.model.BadBundleException;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.training.TrainingFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one of the experiments behind the published results. */
@Command(
    name = "experiment",
    description = {
      "Runs experiments and prints their tables; without a name, lists them.",
      "Writes each result to DIR/NAME.jsonl and does not compute it again, so an interrupted run"
          + " continues and more seeds add rows. All trainings in DIR have the same --frames, --steps"
          + " and --labels.",
      "The name 'all' stands for every experiment that trains something, cheapest first: many hours"
          + " per seed with the default values."
    })
public final class ExperimentCommand extends JsonCommand {
  private static final String ALL = "all";

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description =
          "Experiments to run, or 'all'; a model that several of them use is trained once.")
  List<String> names = List.of();

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "S",
      defaultValue = "1,2,3",
      description = "Seeds of the repetitions.")
  List<Long> seeds = List.of();

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Number of frames of each data set; 70 %% of them train.")
  int frames = 11_500;

  @Option(names = "--steps", paramLabel = "N", description = "Parameter updates of a training.")
  int steps = 6_000;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description = "Number of labelled frames, unless the experiment varies it.")
  int labels = 100;

  @Mixin ModelOption model = new ModelOption();

  @Option(names = "--out", paramLabel = "DIR", description = "Folder for data sets and results.")
  Path out = Path.of("experiments");

  @Override
  public Integer call() throws IOException, BadBundleException, TrainingFailedException {
    if (names.isEmpty()) {
      Map<String, String> all = ExperimentRun.all();
      print(all, () -> all.forEach((label, purpose) -> print("%-13s %s", label, purpose)));
      return 0;
    }
    Map<String, ResultLog> logs = new LinkedHashMap<>();
    List<String> failures;
    try (StageProgress bars = new StageProgress()) {
      ExperimentRun run =
          new ExperimentRun(
              out,
              new LancaTrainer(),
              new VariationalLayerTrainer(),
              network -> new OnnxEngine(network, 1),
              OnnxLatentDecoder::of,
              new VectorGraphLearner(),
              model::read,
              Clock.systemUTC(),
              Version.current(),
              bars);
      for (String name : names.contains(ALL) ? ExperimentRun.trained() : names) {
        logs.put(name, run.run(name, seeds, frames, steps, labels));
      }
      failures = run.failures();
    }
    Map<String, Object> rows = new LinkedHashMap<>();
    logs.forEach((name, log) -> rows.put(name, log.rows()));
    print(rows, () -> logs.forEach((name, log) -> print("%s%n%n%s", name, log.table())));
    if (!failures.isEmpty()) {
      throw new TrainingFailedException(
          "%d of the results could not be computed:%n%s"
              .formatted(failures.size(), String.join("\n", failures)));
    }
    return 0;
  }
}
