package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ProgressBar;
import dev.residua.drift.ChangePointEstimate;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.Threshold;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drift}: the drift detector alone, on float vectors. */
@Command(
    name = "drift",
    description = {
      "Watches streams of float vectors for a change of their distribution.",
      "Learns from a quiet reference, sets the threshold so that quiet streams run for --arl samples"
          + " on average before a false alarm, and prints when each stream first alarms.",
      "You can give a budget of false alarms instead of the run length: --false-alarms 1/week"
          + " --frames-per-second 20, or --arl 1/week@20. An autoregression models the values of"
          + " the reference that are autocorrelated.",
      "Files are .npy (float32 or float64; [n, d], or [streams, n, d] for independent streams) or"
          + " .csv with one vector per line."
    })
public final class DriftCommand extends JsonCommand {
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
      description = "Samples to watch, [n, d] or [streams, n, d].")
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
      description = "Number of random frequencies of each of the two kernels, a multiple of 4.")
  int frequencies = DriftSettings.DEFAULTS.frequencies();

  @Option(
      names = "--simulate",
      paramLabel = "STREAMS",
      description = "Number of quiet streams that the calibration simulates.")
  int simulate = DriftSettings.DEFAULTS.simulatedStreams();

  @Option(names = "--seed", paramLabel = "S", description = "Seed of every random draw.")
  long seed = 1;

  /** The result for one stream, as JSON has it; a stream without an alarm has a statistic only. */
  private record Outcome(
      @Nullable Long firstAlarm,
      float statistic,
      @Nullable Integer scale,
      @Nullable String chart,
      @Nullable ChangePoint changePoint) {
    String text() {
      return changePoint == null
          ? "no alarm, largest statistic %.2f".formatted(statistic)
          : "alarm after %d samples, statistic %.2f (%s over %d samples), change after about %s samples (%s to %s)"
              .formatted(
                  firstAlarm,
                  statistic,
                  chart,
                  scale,
                  changePoint.index,
                  changePoint.low,
                  changePoint.high);
    }
  }

  /** Samples before the change, with the ends of its interval. */
  private record ChangePoint(long index, long low, long high, double coverage) {
    static ChangePoint of(ChangePointEstimate estimate, long seen) {
      return new ChangePoint(
          seen - estimate.samplesAgo(),
          seen - estimate.highAgo(),
          seen - estimate.lowAgo(),
          estimate.coverage());
    }
  }

  @Override
  public Integer call() throws IOException {
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
    double target = target();
    DriftReference learnt = calibrate(quiet[0], target);
    Threshold threshold = learnt.threshold(target);
    List<Outcome> outcomes = new ArrayList<>();
    long updates = 0;
    long start = System.nanoTime();
    for (double[][] one : streams) {
      Outcome outcome = watch(learnt, threshold.value(), one);
      outcomes.add(outcome);
      updates += outcome.firstAlarm() == null ? one.length : outcome.firstAlarm() + 1;
    }
    double micros = (System.nanoTime() - start) / 1e3 / Math.max(1, updates);
    int stateBytes = new DriftDetector(learnt).state().bytes();
    print(
        Json.map(
            "targetRunLength", threshold.targetRunLength(),
            "threshold", threshold.value(),
            "estimatedRunLength",
                Json.map(
                    "mean", threshold.estimatedRunLength(),
                    "low", threshold.low(),
                    "high", threshold.high()),
            "microsecondsPerUpdate", micros,
            "stateBytes", stateBytes,
            "streams", outcomes,
            "extrapolated", threshold.extrapolated(),
            "autoregressiveOrder", learnt.order(),
            "blockLength", learnt.blockLength()),
        () -> {
          printReference(learnt, threshold);
          for (int s = 0; s < outcomes.size(); s++) {
            print("stream %d: %s", s, outcomes.get(s).text());
          }
          print("%.2f us per update, %,d bytes of state", micros, stateBytes);
        });
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

  private static Outcome watch(DriftReference learnt, float threshold, double[][] rows) {
    DriftDetector detector = new DriftDetector(learnt);
    DriftReading reading = detector.newReading();
    float[] sample = new float[learnt.latents()];
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
            ChangePoint.of(detector.changePoint(reading), t + 1));
      }
    }
    return new Outcome(null, largest, null, null, null);
  }

  private void printReference(DriftReference learnt, Threshold threshold) {
    print(
        "threshold %.2f: quiet streams run for %,.0f samples on average (95 %% %,.0f to %,.0f%s)",
        threshold.value(),
        threshold.estimatedRunLength(),
        threshold.low(),
        threshold.high(),
        threshold.extrapolated() ? ", extrapolated" : "");
    if (learnt.order() > 0) {
      print(
          "the reference is autocorrelated: modelled by an autoregression of order %d",
          learnt.order());
    }
    if (learnt.blockLength() > 1) {
      print("its squares are autocorrelated: resampled in blocks of %d", learnt.blockLength());
    }
  }
}
