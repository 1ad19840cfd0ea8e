package dev.residua.bench.commands;

import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.app.model.ScoringEngines;
import dev.residua.app.process.ScoringEngine;
import dev.residua.app.process.StartFailedException;
import dev.residua.bench.BackgroundTraining;
import dev.residua.bench.CameraImage;
import dev.residua.bench.MonitoringRun;
import dev.residua.bench.PipelineBenchmark;
import dev.residua.bench.PythonComparison;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.EngineConverter;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.Guarantee;
import dev.residua.scoring.ScoringSettings;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench pipeline}: the scoring role together with the broker. */
@Command(
    name = "pipeline",
    description = {
      "Frames per second, processor time by part, and time from frame to committed score, with a broker in its own process on this machine.",
      "First drains a backlog, then sends a steady load at a share of that rate and times each frame from the moment it was due.",
      "Measures every combination of the options with several values, on one broker, after one warm-up."
    })
final class BenchPipeline extends BenchmarkCommand.OfModel {
  /**
   * Warm-ups before a comparison, which is between services that have run for a while: after one
   * warm-up of 6,000 frames the compiler still took 110 microseconds per frame, after several about
   * 10.
   */
  private static final int COMPARISON_WARM_UPS = 5;

  /** Rate of the cameras that are counted per core. */
  private static final int CAMERA_FRAMES_PER_SECOND = 2;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Number of frames in the backlog.")
  int frames;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Duration of the steady load in seconds; 0 leaves it out.")
  int seconds;

  @Option(
      names = "--load",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      description = "Steady load over the rate at which the backlog drained.")
  double load;

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
      description = "Delivery guarantee: ${COMPLETION-CANDIDATES}.")
  List<Guarantee> guarantees;

  @Option(
      names = "--deadline",
      split = ",",
      paramLabel = "MS",
      defaultValue = "5",
      description =
          "Longest time that the first frame of a batch waits for more frames, in milliseconds.")
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
      description =
          "Engine that runs the network: onnxruntime, onednn-fp32, onednn (bfloat16), cuda.")
  List<ScoringEngine> engines;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of each topic.")
  int partitions;

  @Option(
      names = "--sources",
      paramLabel = "N",
      defaultValue = "16",
      description = "Number of cameras.")
  int sources;

  @Option(
      names = "--max-frames",
      paramLabel = "N",
      defaultValue = "256",
      description = "Largest number of frames in one transaction.")
  int maxFrames;

  @Option(
      names = "--versus",
      split = ",",
      paramLabel = "RIVAL",
      description = {
        "After each row, drains the same backlog with a Python program and adds the ratios: ${COMPLETION-CANDIDATES}.",
        "Needs one thread and --reconstruct 1, 0 or both."
      })
  List<PythonComparison.Rival> versus = new ArrayList<>();

  @Mixin PythonOption python = new PythonOption();

  @Option(
      names = "--image",
      paramLabel = "FORMAT:SIZE",
      converter = CameraImageConverter.class,
      description = {
        "Send pictures of camera size instead of raw ones of the model's size, such as jpeg:1920x1080; formats are jpeg, png and rgb8, sides 1 to 9999 pixels.",
        "The Python program of --versus decodes jpeg and png with OpenCV (python3-opencv)."
      })
  @Nullable CameraImage image;

  @Option(
      names = "--beside-training",
      description =
          "Measure every row once more while a training runs in its own process, started as the role"
              + " train starts it.")
  boolean besideTraining;

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    if (versus.isEmpty()) {
      atLeast(100, "--frames", frames);
    } else {
      atLeast(MonitoringRun.MIN_SCORES, "--frames with --versus", frames);
    }
    atLeast(0, "--seconds", seconds);
    if (!(load > 0 && load <= 2)) {
      throw new CommandFailedException("--load must be above 0 and at most 2 but was " + load);
    }
    if (!versus.isEmpty()
        && (threads.stream().anyMatch(n -> n != 1)
            || shares.stream().anyMatch(share -> share != 0 && share != 1))) {
      throw new CommandFailedException(
          "--versus compares one thread that reconstructs all frames or none: --threads must be 1 and --reconstruct 1, 0 or 1,0 but they were %s and %s"
              .formatted(threads, shares));
    }
    ModelBundle bundle = model.read();
    for (ScoringEngine engine : engines) {
      ScoringEngines.scorer(bundle, engine, 1).close(); // or fails before a broker starts
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    Map<String, Object> compared = new LinkedHashMap<>();
    BackgroundTraining training = null;
    try (ProgressBar progress = new ProgressBar("bench pipeline");
        PythonComparison rival =
            versus.isEmpty() ? null : new PythonComparison(bundle, versus, python.interpreter());
        PipelineBenchmark benchmark =
            image == null
                ? new PipelineBenchmark(bundle.manifest().image(), folder, partitions, sources)
                : new PipelineBenchmark(image, folder, partitions, sources)) {
      List<Setup> all = setups();
      Setup first = all.get(0);
      for (int i = 0; i < (rival == null ? 1 : COMPARISON_WARM_UPS); i++) {
        benchmark.warmUp(
            () -> first.model(bundle), first.settings("bench-warm-up-" + i, maxFrames));
      }
      int runs = (besideTraining ? 2 : 1) * all.size();
      for (int i = 0; i < runs; i++) {
        if (i == all.size()) {
          training = BackgroundTraining.start(folder);
        }
        int done = i;
        Setup setup = all.get(i % all.size());
        Topics topics = benchmark.backlog(frames);
        PipelineBenchmark.Result result =
            benchmark.drain(
                topics,
                PipelineBenchmark.Models.one(setup.model(bundle)),
                setup.settings("bench-run-" + i, maxFrames),
                frames,
                load,
                seconds,
                part -> progress.update((done + part) / runs));
        Map<String, Object> row = setup.row(result);
        row.put("camerasPerCore", result.framesPerCpuSecond() / CAMERA_FRAMES_PER_SECOND);
        if (besideTraining) {
          row.put("besideTraining", training != null);
        }
        rows.add(row);
        if (rival != null) {
          rival.after(benchmark, row, result, topics, setup.share() == 1);
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
    }
    Map<String, Object> answer =
        Json.map(
            "benchmark", "pipeline",
            "image", bundle.manifest().image().toString(),
            "frames", image == null ? "raw pixels of that size" : image.toString(),
            "framesPerSecondOfCamera", CAMERA_FRAMES_PER_SECOND,
            "partitions", partitions,
            "sources", sources,
            "maxFramesPerTransaction", maxFrames,
            "results", rows);
    answer.putAll(compared);
    answer.put("environment", environment(bundle));
    return answer;
  }

  private record Setup(
      ScoringEngine engine, int threads, Guarantee guarantee, double share, int deadlineMillis) {
    ScoringSettings settings(String group, int maxFrames) {
      ScoringSettings usual = ScoringSettings.defaults(group, "1");
      return new ScoringSettings(
          usual.group(),
          usual.instance(),
          threads,
          usual.networkThreads(),
          maxFrames,
          guarantee,
          usual.modelMemory(),
          Duration.ofMillis(deadlineMillis),
          usual.transactionDeadline(),
          share == 1 ? ReconstructionPlan.EVERY_FRAME : new ReconstructionPlan(share, 0.01),
          usual.timelines(),
          usual.limits(),
          usual.references(),
          usual.registry());
    }

    ScoringModel model(ModelBundle bundle) throws BadBundleException {
      return BundleOpener.scoring(bundle, ScoringEngines.scorer(bundle, engine, 1));
    }

    Map<String, Object> row(PipelineBenchmark.Result result) {
      return Json.map(
          "engine", engine.label(),
          "guarantee", guarantee.name().toLowerCase(Locale.ROOT),
          "scoringThreads", threads,
          "reconstructionRate", share,
          "batchDeadlineMillis", deadlineMillis,
          "result", result);
    }
  }

  private List<Setup> setups() {
    List<Setup> all = new ArrayList<>();
    for (ScoringEngine engine : engines) {
      for (int thread : threads) {
        for (Guarantee guarantee : guarantees) {
          for (double share : shares) {
            for (int deadline : deadlines) {
              all.add(new Setup(engine, thread, guarantee, share, deadline));
            }
          }
        }
      }
    }
    return all;
  }
}
