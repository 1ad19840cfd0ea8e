package dev.residua.bench.commands;

import dev.residua.app.model.Models;
import dev.residua.bench.experiment.ExperimentRun;
import dev.residua.bench.experiment.ResultLog;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.StageProgress;
import dev.residua.cli.console.Version;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.VectorGraphLearner;
import dev.residua.model.BadBundleException;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.training.TrainingFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one of the experiments behind the published results. */
@Command(
    name = "experiment",
    description = {
      "Runs experiments and prints their tables; without a name, lists them.",
      "Results go to DIR/NAME.jsonl as they come. What is there is not computed again, so an"
          + " interrupted run goes on and more seeds add rows. Rows do not record --frames, --steps and"
          + " --labels apart: give other values another folder."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class ExperimentCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Experiments to run; what several of them train is trained once.")
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
      description = "Frames of each data set; 70 %% of them train.")
  int frames = 11_500;

  @Option(names = "--steps", paramLabel = "N", description = "Parameter updates of a training.")
  int steps = 6_000;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description = "Labelled frames, where the experiment does not vary them.")
  int labels = 100;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "Model of experiments that train none (default: the one that ships with the product).")
  @Nullable Path model;

  @Option(names = "--out", paramLabel = "DIR", description = "Where data sets and results go.")
  Path out = Path.of("experiments");

  @Option(names = "--json", description = "Print the rows as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter printer = spec.commandLine().getOut();
    if (names.isEmpty()) {
      if (json) {
        printer.println(Json.of(ExperimentRun.all()));
      } else {
        ExperimentRun.all()
            .forEach((label, purpose) -> printer.printf("%-12s %s%n", label, purpose));
      }
      return 0;
    }
    Map<String, ResultLog> logs = new LinkedHashMap<>();
    try (StageProgress bars = new StageProgress()) {
      ExperimentRun run =
          new ExperimentRun(
              out,
              new LancaTrainer(),
              network -> new OnnxFrameScorer(network, 1),
              new VectorGraphLearner(),
              () -> Models.read(Optional.ofNullable(model)),
              Clock.systemUTC(),
              Version.current(),
              bars);
      for (String name : names) {
        logs.put(name, run.run(name, seeds, frames, steps, labels));
      }
    } catch (TrainingFailedException
        | BadBundleException
        | IOException
        | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      logs.forEach(
          (name, log) -> all.put(name, log.rows().stream().map(ExperimentCommand::row).toList()));
      printer.println(Json.of(all));
    } else {
      logs.forEach((name, log) -> printer.printf("%s%n%n%s%n", name, log.table()));
    }
    return 0;
  }

  private static Map<String, Object> row(ResultLog.Row row) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("variant", row.variant());
    map.put("seed", row.seed());
    map.put("figures", row.figures());
    return map;
  }
}
