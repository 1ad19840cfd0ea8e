package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.drift.ChangePointEstimate;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.Threshold;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The drift detector alone, on float vectors. */
@Command(
    name = "drift",
    description = {
      "Watches streams of float vectors for a change of their distribution.",
      "Learns a quiet reference, sets the threshold so that quiet streams run for --arl samples on"
          + " average before a false alarm, and says when each stream first alarms.",
      "The run length can be given as a budget instead: --false-alarms 1/week --frames-per-second"
          + " 20, or in one --arl 1/week@20. A latent of the reference that is autocorrelated is"
          + " modelled by an autoregression.",
      "Files are .npy (float32 or float64; [n, d], or [streams, n, d] for independent streams) or"
          + " .csv with one vector a line."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class DriftCommand implements Callable<Integer> {
  @Option(
      names = "--reference",
      required = true,
      paramLabel = "FILE",
      description = "Quiet samples in time order, [n, d].")
  Path reference;

  @Option(
      names = "--stream",
      required = true,
      paramLabel = "FILE",
      description = "What to watch, [n, d] or [streams, n, d].")
  Path stream;

  @Option(
      names = "--arl",
      paramLabel = "N",
      description = {
        "Average run length: samples between false alarms, 50 to 1e9, or a budget such as"
            + " 1/week@20.",
        "Default: 100000."
      },
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  @Nullable String arl;

  @Option(
      names = "--false-alarms",
      paramLabel = "N/PERIOD",
      description =
          "Instead of --arl: false alarms per hour, day, week, month or year, such as 1/week.")
  @Nullable String falseAlarms;

  @Option(
      names = "--frames-per-second",
      paramLabel = "F",
      description = "Samples per second, for --false-alarms.")
  @Nullable Double framesPerSecond;

  @Option(
      names = "--scales",
      split = ",",
      paramLabel = "W",
      description = "Window lengths in samples, ascending. Default: 1 to 128.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  int @Nullable [] scales;

  @Option(
      names = "--frequencies",
      paramLabel = "R",
      description = "Random frequencies of each of the two kernels, a multiple of 4.")
  int frequencies = DriftSettings.DEFAULTS.frequencies();

  @Option(
      names = "--simulate",
      paramLabel = "STREAMS",
      description = "Quiet streams that the calibration simulates.")
  int simulate = DriftSettings.DEFAULTS.simulatedStreams();

  @Option(names = "--seed", paramLabel = "S", description = "Seed of every random draw.")
  long seed = 1;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  /** What one stream gave; the alarm's fields are null where it stayed quiet. */
  private record Outcome(
      @Nullable Long firstAlarm,
      float statistic,
      @Nullable Integer scale,
      @Nullable String chart,
      @Nullable ChangePointEstimate changePoint) {}

  @Override
  public Integer call() {
    double[][][] quiet = VectorFile.read(reference);
    if (quiet.length != 1) {
      throw new CommandFailedException(
          "%s holds %d streams, the reference must be one of shape [n, d]"
              .formatted(reference, quiet.length));
    }
    double[][][] streams = VectorFile.read(stream);
    if (streams[0][0].length != quiet[0][0].length) {
      throw new CommandFailedException(
          "%s has vectors of %d values, the reference %s of %d"
              .formatted(stream, streams[0][0].length, reference, quiet[0][0].length));
    }
    DriftReference learnt;
    Threshold threshold;
    List<Outcome> outcomes = new ArrayList<>();
    long nanos;
    long updates = 0;
    try {
      double target = target();
      learnt = calibrate(quiet[0], target);
      threshold = learnt.threshold(target);
      float[] sample = new float[learnt.latents()];
      nanos = System.nanoTime();
      for (double[][] one : streams) {
        Outcome outcome = watch(learnt, threshold.value(), one, sample);
        outcomes.add(outcome);
        updates += outcome.firstAlarm() == null ? one.length : outcome.firstAlarm() + 1;
      }
      nanos = System.nanoTime() - nanos;
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    print(learnt, threshold, outcomes, nanos / 1e3 / Math.max(1, updates));
    return 0;
  }

  private double target() {
    if (falseAlarms != null) {
      if (arl != null || framesPerSecond == null) {
        throw new CommandFailedException(
            "--false-alarms needs --frames-per-second and replaces --arl");
      }
      return FalseAlarmBudget.parse(falseAlarms, framesPerSecond).runLength();
    }
    if (framesPerSecond != null) {
      throw new CommandFailedException("--frames-per-second needs --false-alarms");
    }
    if (arl == null) {
      return DriftSettings.DEFAULTS.targetRunLength();
    }
    if (arl.contains("/")) {
      return FalseAlarmBudget.parse(arl).runLength();
    }
    try {
      return Double.parseDouble(arl);
    } catch (NumberFormatException e) {
      throw new CommandFailedException(
          "--arl is '%s', expected samples or a budget such as 1/week@20".formatted(arl), e);
    }
  }

  private DriftReference calibrate(double[][] rows, double target) {
    DriftSettings settings =
        DriftSettings.DEFAULTS
            .withFrequencies(frequencies)
            .withTargetRunLength(target)
            .withSimulation(simulate, DriftSettings.DEFAULTS.streamLength());
    if (scales != null) {
      settings = settings.withScales(scales);
    }
    try (ProgressBar bar = new ProgressBar("calibrating")) {
      return DriftReference.calibrate(rows, settings, seed, bar::update);
    }
  }

  private static Outcome watch(
      DriftReference learnt, float threshold, double[][] rows, float[] sample) {
    DriftDetector detector = new DriftDetector(learnt);
    DriftReading reading = detector.newReading();
    float largest = 0;
    for (int t = 0; t < rows.length; t++) {
      for (int k = 0; k < sample.length; k++) {
        sample[k] = (float) rows[t][k];
      }
      detector.update(sample, reading);
      largest = Math.max(largest, reading.statistic());
      if (reading.named() && reading.statistic() >= threshold) {
        return new Outcome(
            (long) t,
            reading.statistic(),
            reading.scale(),
            learnt.chartName(reading.chart()),
            detector.changePoint(reading));
      }
    }
    return new Outcome(null, largest, null, null, null);
  }

  /** Samples before the change, with the ends of its interval; null without an alarm. */
  private static @Nullable Map<String, Object> changePoint(Outcome outcome) {
    ChangePointEstimate estimate = outcome.changePoint();
    if (estimate == null || outcome.firstAlarm() == null) {
      return null;
    }
    long seen = outcome.firstAlarm() + 1;
    Map<String, Object> point = new LinkedHashMap<>();
    point.put("index", seen - estimate.samplesAgo());
    point.put("low", seen - estimate.highAgo());
    point.put("high", seen - estimate.lowAgo());
    point.put("coverage", estimate.coverage());
    return point;
  }

  private void print(
      DriftReference learnt, Threshold threshold, List<Outcome> outcomes, double micros) {
    PrintWriter out = spec.commandLine().getOut();
    int stateBytes = new DriftDetector(learnt).state().bytes();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("targetRunLength", threshold.targetRunLength());
      result.put("threshold", threshold.value());
      Map<String, Object> runLength = new LinkedHashMap<>();
      runLength.put("mean", threshold.estimatedRunLength());
      runLength.put("low", threshold.low());
      runLength.put("high", threshold.high());
      result.put("estimatedRunLength", runLength);
      result.put("microsecondsPerUpdate", micros);
      result.put("stateBytes", stateBytes);
      List<Map<String, Object>> list = new ArrayList<>();
      for (Outcome outcome : outcomes) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("firstAlarm", outcome.firstAlarm());
        one.put("statistic", outcome.statistic());
        one.put("scale", outcome.scale());
        one.put("chart", outcome.chart());
        one.put("changePoint", changePoint(outcome));
        list.add(one);
      }
      result.put("streams", list);
      result.put("extrapolated", threshold.extrapolated());
      result.put("autoregressiveOrder", learnt.order());
      result.put("blockLength", learnt.blockLength());
      out.println(Json.of(result));
      return;
    }
    out.printf(
        "threshold %.2f: quiet streams run for %,.0f samples on average (95 %% %,.0f to %,.0f%s)%n",
        threshold.value(),
        threshold.estimatedRunLength(),
        threshold.low(),
        threshold.high(),
        threshold.extrapolated() ? ", extrapolated" : "");
    if (learnt.order() > 0) {
      out.printf(
          "the reference is autocorrelated: modelled by an autoregression of order %d%n",
          learnt.order());
    }
    if (learnt.blockLength() > 1) {
      out.printf(
          "its squares are autocorrelated: resampled in blocks of %d%n", learnt.blockLength());
    }
    for (int s = 0; s < outcomes.size(); s++) {
      Outcome outcome = outcomes.get(s);
      Map<String, Object> point = changePoint(outcome);
      if (point == null) {
        out.printf("stream %d: no alarm, largest statistic %.2f%n", s, outcome.statistic());
      } else {
        out.printf(
            "stream %d: alarm after %d samples, statistic %.2f (%s over %d samples), change after"
                + " about %s samples (%s to %s)%n",
            s,
            outcome.firstAlarm(),
            outcome.statistic(),
            outcome.chart(),
            outcome.scale(),
            point.get("index"),
            point.get("low"),
            point.get("high"));
      }
    }
    out.printf("%.2f us per update, %,d bytes of state%n", micros, stateBytes);
  }
}
