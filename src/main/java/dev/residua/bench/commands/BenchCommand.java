package dev.residua.bench.commands;

import dev.residua.app.process.TemporaryFolders;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.StageProgress;
import dev.residua.cli.console.TrainingBackend;
import dev.residua.cli.console.Version;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.Nd4jBackends;
import dev.residua.frame.ImageShape;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxFrameScorer;
import dev.residua.simulation.DatasetGenerator;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.training.DatasetSource;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench}: what this product does on this machine. */
@Command(
    name = "bench",
    description =
        "Measures this product on this machine; prints JSON with the machine and the versions.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchPipeline.class,
      BenchMonitor.class,
      BenchSwap.class,
      BenchScore.class,
      BenchCommand.Train.class,
      BenchDrift.class
    })
public final class BenchCommand {
  private BenchCommand() {}

  @Command(
      name = "train",
      description = {
        "Milliseconds a training step on frames of the noisy pendulum, 64x64 in colour, 64 frames and 32 labelled ones a step.",
        "The first fifth of the steps warms up and does not count."
      },
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Train implements Callable<Integer> {
    private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
    private static final int FRAMES = 1_000;
    private static final int LABELLED = 100;
    private static final Path PROCESS = Path.of("/proc/self/status");

    @Option(
        names = "--steps",
        paramLabel = "N",
        defaultValue = "60",
        description = "Steps, at least 10.")
    int steps;

    @Option(names = "--backend", description = "What to train on: ${COMPLETION-CANDIDATES}.")
    TrainingBackend backend = TrainingBackend.CPU;

    @Option(
        names = "--threads",
        paramLabel = "N",
        defaultValue = "1",
        description = "Native threads.")
    int threads;

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException, TrainingFailedException {
      if (steps < 10 || threads < 1) {
        throw new CommandFailedException(
            "--steps must be at least 10 and --threads at least 1 but were %d and %d"
                .formatted(steps, threads));
      }
      backend.start();
      TrainingSettings settings = TrainingSettings.DEFAULTS.withSteps(steps).withThreads(threads);
      Path folder = Files.createTempDirectory("residua-bench");
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
        int[] labelled =
            IntStream.range(0, FRAMES).filter(i -> source.factors(i) != null).toArray();
        try (TrainedNetwork network =
            new LancaTrainer().train(source, FRAMES, labelled, settings, null, bars)) {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("benchmark", "train");
          answer.put("backend", backend.name().toLowerCase(Locale.ROOT));
          answer.put("image", SHAPE.toString());
          answer.put("batch", settings.batch());
          answer.put("labelledBatch", settings.labelledBatch());
          answer.put("steps", steps);
          answer.put("threads", threads);
          answer.put("result", network.stepTimes());
          answer.put("peakMemoryMiB", peakMemoryMiB());
          Map<String, Object> environment = environment();
          environment.put("nd4j", Nd4jBackends.engineVersion());
          answer.put("environment", environment);
          spec.commandLine().getOut().println(Json.of(answer));
        }
      } finally {
        TemporaryFolders.delete(folder);
      }
      return 0;
    }

    /** Largest resident memory of this process so far; null where the system does not say. */
    private static @Nullable Long peakMemoryMiB() {
      try (Stream<String> lines = Files.lines(PROCESS)) {
        return lines
            .filter(line -> line.startsWith("VmHWM:"))
            .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
            .findFirst()
            .orElse(null);
      } catch (IOException e) {
        return null;
      }
    }
  }

  static Map<String, Object> environment(ModelBundle bundle) {
    Map<String, Object> environment = environment();
    environment.put("model", bundle.id());
    environment.put("modelDigest", bundle.digest());
    return environment;
  }

  static Map<String, Object> environment() {
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("residua", Version.current());
    environment.put(
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    environment.put("processors", Runtime.getRuntime().availableProcessors());
    environment.put("cpu", cpu());
    environment.put("maxHeapMiB", Runtime.getRuntime().maxMemory() >> 20);
    environment.put("kafka", AppInfoParser.getVersion());
    environment.put("onnxruntime", OnnxFrameScorer.engineVersion());
    return environment;
  }

  private static String cpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
