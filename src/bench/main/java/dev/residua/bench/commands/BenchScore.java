package dev.residua.bench.commands;

import dev.residua.app.model.ScoringEngines;
import dev.residua.app.process.ScoringEngine;
import dev.residua.bench.Median;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.ResidualScorer;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.EngineConverter;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench score}: the cost of the network, by engine. */
@Command(
    name = "score",
    description = {
      "Milliseconds per frame of the model by engine, batch size and threads: for encoding with the structural equations, and for encoding with reconstruction and its error.",
      "Engines take turns, so that a ratio compares an engine with ONNX Runtime within the same minute."
    })
final class BenchScore extends BenchmarkCommand.OfModel {
  private static final int REPETITIONS = 5;
  private static final int WARM_UP_FRAMES = 2_000;

  @Option(
      names = "--engine",
      split = ",",
      paramLabel = "ENGINE",
      converter = EngineConverter.class,
      defaultValue = "onnxruntime,onednn-fp32,onednn",
      description = "Engines: onnxruntime, onednn-fp32, onednn (bfloat16), cuda.")
  List<ScoringEngine> engines;

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,8,32",
      description = "Batch sizes.")
  List<Integer> batches;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads inside the network, for onnxruntime; OMP_NUM_THREADS sets those of oneDNN.")
  List<Integer> threads;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "4000",
      description = "Number of frames in each of five repetitions.")
  int frames;

  private enum Work {
    ENCODE("encode"),
    SCORE("encode+reconstruct");

    private final String label;

    Work(String label) {
      this.label = label;
    }

    void run(ResidualScorer scorer, byte[] pixels, int batch) {
      if (this == ENCODE) {
        scorer.encode(FrameInputs.of(pixels, batch));
      } else {
        scorer.score(FrameInputs.of(pixels, batch));
      }
    }
  }

  @Override
  Map<String, Object> measure(Path folder) throws IOException, BadBundleException {
    if (frames < 1
        || batches.stream().anyMatch(n -> n < 1)
        || threads.stream().anyMatch(n -> n < 1)) {
      throw new CommandFailedException("--frames, --batch and --threads must be at least 1");
    }
    ModelBundle bundle = model.read();
    List<Map<String, Object>> rows = new ArrayList<>();
    Map<String, Object> deviations = new LinkedHashMap<>();
    Map<String, Object> unavailable = new LinkedHashMap<>();
    try (ProgressBar progress = new ProgressBar("bench score")) {
      int parts = threads.size() * batches.size() * Work.values().length;
      int done = 0;
      for (int networkThreads : threads) {
        Map<ScoringEngine, ResidualScorer> scorers = open(bundle, networkThreads, unavailable);
        try {
          deviations(bundle, scorers, deviations);
          for (int batch : batches) {
            for (Work work : Work.values()) {
              rows.addAll(rows(scorers, networkThreads, batch, work));
              progress.update(++done / (double) parts);
            }
          }
        } finally {
          scorers.values().forEach(ResidualScorer::close);
        }
      }
    }
    if (rows.isEmpty()) {
      throw new CommandFailedException("no engine runs on this machine: " + unavailable);
    }
    Map<String, Object> environment = environment(bundle);
    environment.put(
        "ompNumThreads", Optional.ofNullable(System.getenv("OMP_NUM_THREADS")).orElse(""));
    return Json.map(
        "benchmark", "score",
        "image", bundle.manifest().image().toString(),
        "results", rows,
        "deviationFromOnnxRuntime", deviations,
        "unavailable", unavailable,
        "environment", environment);
  }

  private Map<ScoringEngine, ResidualScorer> open(
      ModelBundle bundle, int networkThreads, Map<String, Object> unavailable)
      throws BadBundleException {
    Map<ScoringEngine, ResidualScorer> scorers = new EnumMap<>(ScoringEngine.class);
    for (ScoringEngine engine : engines) {
      if (scorers.containsKey(engine)) {
        continue;
      }
      try {
        scorers.put(engine, ScoringEngines.scorer(bundle, engine, networkThreads));
      } catch (IllegalArgumentException | IllegalStateException e) {
        unavailable.put(engine.label(), String.valueOf(e.getMessage()));
      }
    }
    return scorers;
  }

  /** Deviations of the others from ONNX Runtime on the frames of the bundle's self-test. */
  private static void deviations(
      ModelBundle bundle, Map<ScoringEngine, ResidualScorer> scorers, Map<String, Object> into)
      throws BadBundleException {
    ResidualScorer reference = scorers.get(ScoringEngine.ONNXRUNTIME);
    if (reference == null) {
      return;
    }
    for (Map.Entry<ScoringEngine, ResidualScorer> entry : scorers.entrySet()) {
      if (entry.getKey() != ScoringEngine.ONNXRUNTIME) {
        into.put(entry.getKey().label(), SelfTest.compare(bundle, reference, entry.getValue()));
      }
    }
  }

  private List<Map<String, Object>> rows(
      Map<ScoringEngine, ResidualScorer> scorers, int networkThreads, int batch, Work work)
      throws IOException {
    List<Measured> all = new ArrayList<>();
    for (Map.Entry<ScoringEngine, ResidualScorer> entry : scorers.entrySet()) {
      ResidualScorer scorer = entry.getValue();
      Measured one =
          new Measured(
              entry.getKey(), scorer, pixels(scorer.imageShape(), batch), new double[REPETITIONS]);
      repeat(one, batch, WARM_UP_FRAMES, work);
      all.add(one);
    }
    for (int i = 0; i < REPETITIONS; i++) {
      for (Measured one : all) {
        one.millis[i] = repeat(one, batch, frames, work);
      }
    }
    Optional<Measured> reference =
        all.stream().filter(one -> one.engine == ScoringEngine.ONNXRUNTIME).findFirst();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Measured one : all) {
      Map<String, Object> row =
          Json.map(
              "engine", one.engine.label(),
              "work", work.label,
              "threads", networkThreads,
              "batch", batch,
              "millisPerFrame", Median.of(one.millis),
              "best", Arrays.stream(one.millis).min().orElseThrow(),
              "worst", Arrays.stream(one.millis).max().orElseThrow());
      reference.ifPresent(
          other -> {
            double[] ratios = new double[REPETITIONS];
            Arrays.setAll(ratios, i -> one.millis[i] / other.millis[i]);
            row.put("ratioToOnnxRuntime", Median.of(ratios));
          });
      rows.add(row);
    }
    return rows;
  }

  private record Measured(
      ScoringEngine engine, ResidualScorer scorer, byte[] pixels, double[] millis) {}

  private static double repeat(Measured one, int batch, int frames, Work work) {
    int calls = Math.max(1, frames / batch);
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      work.run(one.scorer, one.pixels, batch);
    }
    return (System.nanoTime() - start) / 1e6 / calls / batch;
  }

  private static byte[] pixels(ImageShape shape, int batch) throws IOException {
    byte[] pixels = new byte[batch * shape.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    for (int i = 0; i < batch; i++) {
      stream.next(pixels, i * shape.size());
    }
    return pixels;
  }
}
