package dev.residua.bench.commands;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import dev.residua.bench.PythonTraining;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.StageProgress;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.Nd4jBackends;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.training.DatasetSource;
import dev.residua.training.StepTimes;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench train}: the time of a training step. */
@Command(
    name = "train",
    description = {
      "Milliseconds per training step on frames of the noisy pendulum, 64x64 in colour, with 64 frames and 32 labelled ones per step.",
      "The first fifth of the steps warms up and does not count. threadMillis is the processor time of the thread that computes longest."
    })
final class BenchTrain extends BenchmarkCommand {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int FRAMES = 1_000;
  private static final int LABELLED = 100;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "60",
      description = "Number of steps, at least 10.")
  int steps;

  @Option(names = "--backend", description = "Hardware to train on: ${COMPLETION-CANDIDATES}.")
  TrainingBackend backend = TrainingBackend.CPU;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads; each computes a part of the batch.")
  int threads;

  @Option(
      names = "--versus",
      paramLabel = "RIVAL",
      description = {
        "Then measures a PyTorch program with the same network, losses and threads, and adds the ratios of its times to ours: ${COMPLETION-CANDIDATES}.",
        "Needs the CPU backend."
      })
  @Nullable Rival versus;

  @Mixin PythonOption python = new PythonOption();

  enum Rival {
    /** PyTorch in single precision. */
    PYTHON
  }

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException, TrainingFailedException, StartFailedException, InterruptedException {
    atLeast(10, "--steps", steps);
    atLeast(1, "--threads", threads);
    if (versus != null && backend != TrainingBackend.CPU) {
      throw new CommandFailedException(
          "--versus compares trainings on the processor: leave --backend out");
    }
    PythonTraining rival = versus == null ? null : PythonTraining.find(python.interpreter());
    backend.start();
    TrainingSettings settings = TrainingSettings.DEFAULTS.withSteps(steps).withThreads(threads);
    try (StageProgress bars = new StageProgress()) {
      Pendulum scene = new Pendulum();
      Path data = folder.resolve("pendulum");
      DatasetGenerator.generate(
          Scenario.nominal(scene, Arrays.stream(scene.usualNoise()).boxed().toList(), 1, 0),
          new DatasetGenerator.Settings(FRAMES, LABELLED, SHAPE, false, false),
          data,
          fraction -> bars.at("drawing frames", fraction, null));
      FrameDataset set = FrameDataset.open(data);
      DatasetSource source = new DatasetSource(set, set.factors());
      int[] labelled = IntStream.range(0, FRAMES).filter(i -> source.factors(i) != null).toArray();
      LancaTrainer trainer = new LancaTrainer();
      try (TrainedNetwork network = trainer.train(source, FRAMES, labelled, settings, null, bars)) {
        Map<String, Object> environment = environment();
        environment.put("nd4j", Nd4jBackends.engineVersion());
        Map<String, Object> answer =
            Json.map(
                "benchmark", "train",
                "backend", backend.name().toLowerCase(Locale.ROOT),
                "image", SHAPE.toString(),
                "batch", settings.batch(),
                "labelledBatch", settings.labelledBatch(),
                "steps", steps,
                "threads", threads,
                "result", network.stepTimes(),
                "peakMemoryMiB", Machine.peakMemoryMiB());
        if (rival != null) {
          JsonNode theirs =
              rival.run(
                  trainer, source, labelled, scene.graph(), settings, network.weights(), folder);
          StepTimes ours = network.stepTimes();
          answer.put("versus", Map.of("python", theirs));
          answer.put("ratio", theirs.path("medianMillis").asDouble() / ours.medianMillis());
          answer.put(
              "ratioOfThreads", theirs.path("threadMillis").asDouble() / ours.threadMillis());
        }
        answer.put("environment", environment);
        return answer;
      }
    }
  }
}
