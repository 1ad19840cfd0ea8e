package dev.residua.bench.commands;

import dev.residua.app.model.Models;
import dev.residua.app.process.ScoringEngine;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.bench.BackgroundTraining;
import dev.residua.bench.PipelineBenchmark;
import dev.residua.bench.PythonComparison;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.EngineConverter;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.scoring.Guarantee;
import dev.residua.scoring.ReconstructionPlan;
import dev.residua.scoring.ScoringModel;
import dev.residua.scoring.ScoringSettings;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench pipeline}: the scoring role with the broker included. */
@Command(
    name = "pipeline",
    description = {
      "Frames per second, processor time by part, and time from frame to committed score, with a broker in a process of its own on this machine.",
      "First a backlog is drained, then half of that rate is sent as a steady load, and each frame is timed from the moment it was due.",
      "Options that take several values are combined with one another, all on one broker, after one warm-up."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchPipeline implements Callable<Integer> {
  /**
   * Warm-ups before a comparison: what is compared is two services that have run for a while, and
   * after one of 6,000 frames the compiler still took 110 microseconds of each frame, after several
   * about 10.
   */
  private static final int COMPARISON_WARM_UPS = 5;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Frames of the backlog.")
  int frames;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Length of the steady load; 0 leaves it out.")
  int seconds;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1",
      description = "Scoring threads.")
  List<Integer> threads;

  @Option(
      names = "--guarantee",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "EXACTLY_ONCE",
      description = "What is promised: ${COMPLETION-CANDIDATES}.")
  List<Guarantee> guarantees;

  @Option(
      names = "--deadline",
      split = ",",
      paramLabel = "MS",
      defaultValue = "5",
      description = "Time that a first frame waits for others, in milliseconds.")
  List<Integer> deadlines;

  @Option(
      names = "--reconstruct",
      split = ",",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "Share of frames that are reconstructed, in addition to those with unusual residuals.")
  List<Double> shares;

  @Option(
      names = "--engine",
      split = ",",
      paramLabel = "NAME",
      converter = EngineConverter.class,
      defaultValue = "onnxruntime",
      description = "What runs the network: onnxruntime, onednn-fp32, onednn (bfloat16).")
  List<ScoringEngine> engines;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of each topic.")
  int partitions;

  @Option(names = "--sources", paramLabel = "N", defaultValue = "16", description = "Cameras.")
  int sources;

  @Option(
      names = "--max-frames",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most frames in one transaction.")
  int maxFrames;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle (default: the one that ships with the product).")
  @Nullable Path model;

  @Option(
      names = "--versus",
      split = ",",
      paramLabel = "RIVAL",
      description = {
        "Drains the same backlog with a Python program after each row, and adds the ratios: ${COMPLETION-CANDIDATES}.",
        "Needs one thread and --reconstruct 1, 0 or both."
      })
  List<PythonComparison.Rival> versus = new ArrayList<>();

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description =
          "Interpreter for --versus (default: /usr/bin/python3, else the first on the path).")
  @Nullable Path python;

  @Option(
      names = "--beside-training",
      description =
          "Measure every row once more while a training runs in a process of its own, as the role"
              + " train starts it.")
  boolean besideTraining;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call()
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    if (frames < 100 || seconds < 0) {
      throw new CommandFailedException(
          "--frames must be at least 100 and --seconds at least 0 but were %d and %d"
              .formatted(frames, seconds));
    }
    if (!versus.isEmpty()
        && (threads.stream().anyMatch(n -> n != 1)
            || shares.stream().anyMatch(share -> share != 0 && share != 1))) {
      throw new CommandFailedException(
          "--versus compares one thread that reconstructs all frames or none: --threads must be 1 and --reconstruct 1, 0 or 1,0 but they were %s and %s"
              .formatted(threads, shares));
    }
    ModelBundle bundle = Models.read(Optional.ofNullable(model));
    List<Map<String, Object>> rows = new ArrayList<>();
    Map<String, Object> compared = new LinkedHashMap<>();
    Path data = Files.createTempDirectory("residua-bench");
    BackgroundTraining training = null;
    try (ProgressBar progress = new ProgressBar("bench pipeline");
        PythonComparison rival =
            versus.isEmpty()
                ? null
                : new PythonComparison(bundle, versus, Optional.ofNullable(python));
        PipelineBenchmark benchmark =
            new PipelineBenchmark(bundle.manifest().image(), data, partitions, sources)) {
      List<Setup> all = setups();
      Setup first = all.get(0);
      for (int i = 0; i < (rival == null ? 1 : COMPARISON_WARM_UPS); i++) {
        benchmark.warmUp(
            () -> first.model(bundle),
            settings(
                threads.get(0),
                guarantees.get(0),
                shares.get(0),
                deadlines.get(0),
                all.size() + i));
      }
      int rounds = besideTraining ? 2 : 1;
      for (int i = 0; i < rounds * all.size(); i++) {
        if (i == all.size()) {
          training = BackgroundTraining.start(data);
        }
        int done = i;
        Setup setup = all.get(i % all.size()).again(i);
        Topics topics = benchmark.backlog(frames);
        PipelineBenchmark.Result result =
            benchmark.drain(
                topics,
                () -> setup.model(bundle),
                setup.settings(),
                frames,
                seconds,
                part -> progress.update((done + part) / (rounds * all.size())));
        Map<String, Object> row = row(setup, result);
        if (besideTraining) {
          row.put("besideTraining", training != null);
        }
        rows.add(row);
        if (rival != null) {
          rival.after(
              benchmark, row, result, topics, setup.settings().reconstruction().rate() == 1);
        }
      }
      progress.update(1);
      if (rival != null) {
        rival.addTo(compared);
      }
    } finally {
      if (training != null) {
        training.close();
      }
      TemporaryFolders.delete(data);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("benchmark", "pipeline");
    answer.put("image", bundle.manifest().image().toString());
    answer.put("partitions", partitions);
    answer.put("sources", sources);
    answer.put("maxFramesPerTransaction", maxFrames);
    answer.put("results", rows);
    answer.putAll(compared);
    answer.put("environment", BenchCommand.environment(bundle));
    spec.commandLine().getOut().println(Json.of(answer));
    return 0;
  }

  /** What is measured in one row. */
  private record Setup(ScoringEngine engine, ScoringSettings settings) {
    /** The same with a consumer group of its own. */
    Setup again(int number) {
      ScoringSettings s = settings;
      return new Setup(
          engine,
          new ScoringSettings(
              "bench-run-" + number,
              s.instance(),
              s.threads(),
              s.networkThreads(),
              s.maxFrames(),
              s.guarantee(),
              s.batchDeadline(),
              s.transactionDeadline(),
              s.reconstruction(),
              s.clockTolerance(),
              s.limits(),
              s.references(),
              s.registry()));
    }

    ScoringModel model(ModelBundle bundle) throws BadBundleException {
      return Models.scoring(bundle, Models.scorer(bundle, engine, 1));
    }
  }

  private List<Setup> setups() {
    List<Setup> all = new ArrayList<>();
    for (ScoringEngine engine : engines) {
      for (int thread : threads) {
        for (Guarantee guarantee : guarantees) {
          for (double share : shares) {
            for (int deadline : deadlines) {
              all.add(new Setup(engine, settings(thread, guarantee, share, deadline, all.size())));
            }
          }
        }
      }
    }
    return all;
  }

  private ScoringSettings settings(
      int thread, Guarantee guarantee, double share, int deadline, int number) {
    ScoringSettings usual = ScoringSettings.defaults("bench-" + number, "1");
    return new ScoringSettings(
        usual.group(),
        usual.instance(),
        thread,
        usual.networkThreads(),
        maxFrames,
        guarantee,
        Duration.ofMillis(deadline),
        usual.transactionDeadline(),
        share == 1 ? ReconstructionPlan.EVERY_FRAME : new ReconstructionPlan(share, 0.01),
        usual.clockTolerance(),
        usual.limits(),
        usual.references(),
        usual.registry());
  }

  private static Map<String, Object> row(Setup setup, PipelineBenchmark.Result result) {
    ScoringSettings settings = setup.settings();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("engine", setup.engine().label());
    row.put("guarantee", settings.guarantee().name().toLowerCase(Locale.ROOT));
    row.put("scoringThreads", settings.threads());
    row.put("reconstructionRate", settings.reconstruction().rate());
    row.put("batchDeadlineMillis", settings.batchDeadline().toMillis());
    row.put("result", result);
    return row;
  }
}
