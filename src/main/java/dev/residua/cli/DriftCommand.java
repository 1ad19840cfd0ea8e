package dev.residua.cli;

import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
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
      "Files are .npy (float32 or float64; [n, d], or [streams, n, d] for independent streams) or"
          + " .csv with one vector a line."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DriftCommand implements Callable<Integer> {
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
      description = "Average run length: samples between false alarms, 50 to 1e9.")
  double arl = DriftSettings.DEFAULTS.targetRunLength();

  @Option(
      names = "--scales",
      split = ",",
      paramLabel = "W",
      description = "Window lengths in samples, ascending. Default: 1,2,4,...,128.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  int @Nullable [] scales;

  @Option(
      names = "--frequencies",
      paramLabel = "R",
      description = "Random frequencies of each of the three kernels, a multiple of 4.")
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
      @Nullable Long changePoint) {}

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
      learnt = calibrate(quiet[0]);
      threshold = learnt.threshold(arl);
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

  private DriftReference calibrate(double[][] rows) {
    DriftSettings settings =
        DriftSettings.DEFAULTS
            .withFrequencies(frequencies)
            .withTargetRunLength(arl)
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
        DriftAlarm alarm =
            DriftAlarm.QUIET.next(reading, new DriftAlarm.Levels(threshold, 0, 1)).next();
        return new Outcome(
            (long) t,
            reading.statistic(),
            reading.scale(),
            learnt.chartName(reading.chart()),
            alarm.changePoint());
      }
    }
    return new Outcome(null, largest, null, null, null);
  }

  private void print(
      DriftReference learnt, Threshold threshold, List<Outcome> outcomes, double micros) {
    PrintWriter out = spec.commandLine().getOut();
    int stateBytes = DriftDetector.stateBytes(learnt.latents());
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("targetRunLength", threshold.targetRunLength());
      result.put("threshold", threshold.value());
      Map<String, Object> runLength = new LinkedHashMap<>();
      runLength.put("mean", threshold.estimatedRunLength());
      runLength.put("low", threshold.low());
      runLength.put("high", threshold.high());
      result.put("estimatedRunLength", runLength);
      result.put("extrapolated", threshold.extrapolated());
      result.put("blockLength", learnt.blockLength());
      result.put("microsecondsPerUpdate", micros);
      result.put("stateBytes", stateBytes);
      List<Map<String, Object>> list = new ArrayList<>();
      for (Outcome outcome : outcomes) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("firstAlarm", outcome.firstAlarm());
        one.put("statistic", outcome.statistic());
        one.put("scale", outcome.scale());
        one.put("chart", outcome.chart());
        one.put("changePoint", outcome.changePoint());
        list.add(one);
      }
      result.put("streams", list);
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
    if (learnt.blockLength() > 1) {
      out.printf(
          "the reference is autocorrelated: resampled in blocks of %d%n", learnt.blockLength());
    }
    for (int s = 0; s < outcomes.size(); s++) {
      Outcome outcome = outcomes.get(s);
      if (outcome.firstAlarm() == null) {
        out.printf("stream %d: no alarm, largest statistic %.2f%n", s, outcome.statistic());
      } else {
        out.printf(
            "stream %d: alarm after %d samples, statistic %.2f (%s over %d samples), change after about %d samples%n",
            s,
            outcome.firstAlarm(),
            outcome.statistic(),
            outcome.chart(),
            outcome.scale(),
            outcome.changePoint());
      }
    }
    out.printf("%.2f us an update, %,d bytes of state%n", micros, stateBytes);
  }
}
