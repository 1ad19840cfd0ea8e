package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.app.roles.MonitorSettings;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import dev.residua.runtime.BundleOpener;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares rows of {@code bench pipeline} with a Python program that processes the same backlog on
 * the same broker. Owns a copy of the model in a temporary file.
 */
public final class PythonComparison implements AutoCloseable {
  /**
   * Frames per second of a camera; with one false alarm per week it sets the monitor's thresholds.
   */
  private static final double CAMERA_RATE = 10;

  /** Meaning of the figures, for the answer. */
  static final String CONDITIONS =
      "ratio: frames per second of processor time, ours by theirs, broker excluded on both sides, one"
          + " scoring thread; ours is the scoring role and, since the Python program evaluates drift"
          + " too, the process of the monitoring role on the same scores, Kafka Streams and all"
          + " threads included. ratioWithoutStreams counts the monitor's own work only (evaluation"
          + " and state to bytes), ratioScoringAlone no monitor."
          + " ratioOfRates: frames per second of elapsed time, without the monitor."
          + " The Python program delivers at least once, writes JSON, makes no p-values and no"
          + " events.";

  /** The Python program with one of its precisions. */
  public enum Rival {
    /** PyTorch in single precision. */
    PYTHON("fp32"),
    /** PyTorch in bfloat16. */
    PYTHON_BF16("bf16");

    private final String precision;

    Rival(String precision) {
      this.precision = precision;
    }
  }

  private final PythonPipeline python;
  private final List<Rival> rivals;
  private final MonitorModel monitor;
  private final Path model;
  private int monitorRuns;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private final Map<Rival, Double> smallest = new EnumMap<>(Rival.class);

  /**
   * @param interpreter as in {@link PythonPipeline#find}
   * @throws StartFailedException if Python, a module or the script is missing
   */
  public PythonComparison(ModelBundle bundle, List<Rival> rivals, Optional<Path> interpreter)
      throws BadBundleException, IOException, StartFailedException, InterruptedException {
    this.python = PythonPipeline.find(interpreter);
    this.rivals = List.copyOf(rivals);
    this.monitor =
        BundleOpener.monitor(
            bundle,
            AnomalySettings.DEFAULTS,
            new FalseAlarmBudget(1, Period.WEEK, CAMERA_RATE).runLength(),
            IncidentSettings.DEFAULTS);
    this.model = Files.createTempFile("residua-bench", ".residua");
    bundle.write(model);
  }

  /**
   * Measures the monitor on the scores of a row, and the Python program on a backlog of its own.
   *
   * @param row settings of the row; repeated in the answer
   * @param topics that the row was measured on
   * @param reconstruct whether its frames were all reconstructed
   */
  public void after(
      PipelineBenchmark benchmark,
      Map<String, Object> row,
      PipelineBenchmark.Result ours,
      Topics topics,
      boolean reconstruct)
      throws StartFailedException, IOException, InterruptedException {
    MonitorCost cost =
        MonitorCost.measure(benchmark.bootstrapServers(), topics, monitor, ours.frames());
    double scoring = 1e6 / ours.framesPerCpuSecond();
    double role = monitored(benchmark, topics, ours.frames());
    double perCpuSecond = 1e6 / (scoring + role);
    for (Rival rival : rivals) {
      JsonNode theirs =
          python.run(
              benchmark.bootstrapServers(),
              benchmark.backlog(ours.frames()),
              model,
              ours.frames(),
              reconstruct,
              rival.precision);
      double theirRate = theirs.path("framesPerCpuSecond").asDouble();
      Map<String, Object> all = new LinkedHashMap<>(row);
      all.remove("result");
      all.put("framesPerSecond", ours.framesPerSecond());
      all.put("framesPerCpuSecondScoring", ours.framesPerCpuSecond());
      all.put("monitorRoleCpuMicrosPerFrame", role);
      all.put("monitorCpuMicrosPerFrame", cost.cpuMicrosPerFrame());
      all.put("framesPerCpuSecond", perCpuSecond);
      all.put("pythonPrecision", rival.precision);
      all.put("python", theirs);
      all.put("ratio", perCpuSecond / theirRate);
      smallest.merge(rival, perCpuSecond / theirRate, Math::min);
      all.put("ratioWithoutStreams", 1e6 / (scoring + cost.cpuMicrosPerFrame()) / theirRate);
      all.put("ratioScoringAlone", ours.framesPerCpuSecond() / theirRate);
      all.put("ratioOfRates", ours.framesPerSecond() / theirs.path("framesPerSecond").asDouble());
      rows.add(all);
    }
  }

  /** Processor time of the monitoring role, in microseconds per frame; the first row warms up. */
  private double monitored(PipelineBenchmark benchmark, Topics topics, int frames)
      throws StartFailedException, IOException {
    if (monitorRuns == 0) {
      monitoredOnce(benchmark, topics, frames);
    }
    return monitoredOnce(benchmark, topics, frames);
  }

  private double monitoredOnce(PipelineBenchmark benchmark, Topics topics, int frames)
      throws StartFailedException, IOException {
    Path state = Files.createTempDirectory("residua-bench-monitor");
    try {
      MonitorSettings settings = MonitorSettings.defaults("1", state);
      return new MonitoringRun(benchmark, monitor, false)
          .measure(topics, "bench-monitor-" + monitorRuns++, settings, frames, part -> {})
          .processMicrosPerScore();
    } finally {
      TemporaryFolders.delete(state);
    }
  }

  /**
   * Adds the keys {@code versus}, {@code versusConditions} and {@code ratio}: the smallest of all
   * rows against single precision, or against bfloat16 if only that was measured.
   */
  public void addTo(Map<String, Object> answer) {
    answer.put("versus", rows);
    answer.put("versusConditions", CONDITIONS);
    answer.put("ratio", smallest.values().stream().findFirst().orElse(Double.NaN));
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(model);
  }
}
