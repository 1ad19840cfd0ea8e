package dev.residua.bench.commands;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.bench.DriftTrial;
import dev.residua.bench.StreamFamily;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.drift.DriftSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench drift}: run lengths and delays of the drift detector on streams of known
 * distributions.
 */
@Command(
    name = "drift",
    description = {
      "Run lengths and detection delays of the drift detector as it ships, on simulated streams.",
      "--arl: calibrates references, watches quiet streams of one distribution until they reach the"
          + " thresholds for the targets, and divides the number of samples (at most five times the"
          + " largest target per stream) by the number of alarms. Intervals are 95 %%, given the"
          + " references.",
      "--delay: sets the threshold so that quiet streams of the distribution run for the first target,"
          + " changes other streams after 200 quiet samples, and counts the samples until the alarm."
          + " A stream without an alarm within 1,000 samples counts as 1,000.",
      "--ramps: delays for a mean that grows slowly, with and without the charts that have a"
          + " memory, within 4,000 samples."
    })
final class BenchDrift extends BenchmarkCommand {
  private static final int QUIET = 200;
  private static final int HORIZON = 1_000;
  private static final int RAMP_HORIZON = 4_000;

  /** Quiet streams that set a measured threshold, and their length in targets. */
  private static final int THRESHOLD_STREAMS = 1_000;

  private static final int THRESHOLD_TARGETS = 3;

  @Option(names = "--arl", description = "Measure run lengths against their targets.")
  boolean arl;

  @Option(names = "--delay", description = "Measure delays of sudden changes.")
  boolean delay;

  @Option(names = "--ramps", description = "Measure delays of slow ramps.")
  boolean ramps;

  @Option(
      names = "--family",
      split = ",",
      paramLabel = "LAW",
      description = "Distributions of the streams: ${COMPLETION-CANDIDATES}.",
      defaultValue = "GAUSSIAN,SKEWED,CORRELATED,AUTOREGRESSIVE")
  List<StreamFamily> families = new ArrayList<>();

  @Option(
      names = "--latents",
      split = ",",
      paramLabel = "D",
      description = "Number of values in a sample.",
      defaultValue = "4,16")
  List<Integer> latents = new ArrayList<>();

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "N",
      description = "Target run lengths in samples.",
      defaultValue = "1000,10000")
  List<Double> targets = new ArrayList<>();

  @Option(
      names = "--streams",
      paramLabel = "N",
      defaultValue = "240",
      description = "Number of streams per row.")
  int streams;

  @Option(
      names = "--references",
      paramLabel = "N",
      defaultValue = "4",
      description = "Number of independent references; the streams are divided among them.")
  int references;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Number of samples of a reference.")
  int samples;

  @Option(
      names = "--frequencies",
      paramLabel = "R",
      description = "Number of random frequencies of each kernel, a multiple of 4.")
  int frequencies = DriftSettings.DEFAULTS.frequencies();

  @Option(
      names = "--simulate",
      paramLabel = "N",
      description = "Number of streams that a calibration simulates for --arl.")
  int simulate = DriftSettings.DEFAULTS.simulatedStreams();

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "20261",
      description = "Seed of every random draw.")
  long seed;

  private final List<Map<String, Object>> results = new ArrayList<>();

  @Override
  Map<String, Object> measure(Path folder) {
    results.clear();
    if (!arl && !delay && !ramps) {
      throw new CommandFailedException("nothing to measure: give --arl, --delay or --ramps");
    }
    atLeast(2, "--streams", streams);
    atLeast(1, "--references", references);
    atLeast(256, "--samples", samples);
    if (targets.isEmpty()) {
      throw new CommandFailedException("--targets needs at least one run length");
    }
    double cells = (double) families.size() * latents.size() * (of(arl) + of(delay) + of(ramps));
    int done = 0;
    try (ProgressBar bar = new ProgressBar("bench drift")) {
      bar.update(0);
      for (StreamFamily family : families) {
        for (int d : latents) {
          if (arl) {
            runLengths(family, d);
            bar.update(++done / cells, family + " " + d);
          }
          if (delay) {
            boolean wide = d >= 20;
            delays(family, d, wide ? DriftTrial.wideRows() : DriftTrial.rows(d));
            bar.update(++done / cells, family + " " + d);
          }
          if (ramps) {
            ramps(family, d);
            bar.update(++done / cells, family + " " + d);
          }
        }
      }
    }
    return Json.map(
        "benchmark",
        "drift",
        "seed",
        seed,
        "references",
        references,
        "referenceSamples",
        samples,
        "results",
        List.copyOf(results),
        "environment",
        environment());
  }

  @Override
  void printFigures(JsonNode output) {} // they are printed row by row

  private static int of(boolean wanted) {
    return wanted ? 1 : 0;
  }

  private void runLengths(StreamFamily family, int d) {
    DriftSettings settings =
        settings().withSimulation(simulate, DriftSettings.DEFAULTS.streamLength());
    DriftTrial trial = new DriftTrial(family, d, references, samples, settings, seed);
    double[] wanted = targets.stream().mapToDouble(a -> a).toArray();
    List<DriftTrial.Passages> passages = trial.runLengths(streams, wanted);
    for (int i = 0; i < wanted.length; i++) {
      DriftTrial.Passages one = passages.get(i);
      double target = wanted[i];
      double[] per = Arrays.stream(one.perReference()).map(a -> a / target).toArray();
      add(
          "arl",
          family,
          d,
          Json.map(
              "target",
              target,
              "alarms",
              one.alarms(),
              "runLength",
              one.runLength(),
              "achieved",
              one.runLength() / target,
              "low",
              one.low() / target,
              "high",
              one.high() / target,
              "perReference",
              per));
      printRow(
          "%s, %d latents, target %,.0f: run length %,.0f, %.2f of the target (95 %% %.2f to %.2f; references %.2f to %.2f), %d alarms of %d streams",
          family.name().toLowerCase(Locale.ROOT),
          d,
          target,
          one.runLength(),
          one.runLength() / target,
          one.low() / target,
          one.high() / target,
          Arrays.stream(per).min().orElseThrow(),
          Arrays.stream(per).max().orElseThrow(),
          one.alarms(),
          streams);
    }
  }

  private void delays(StreamFamily family, int d, List<DriftTrial.Row> changes) {
    DriftTrial trial = uncalibrated(family, d, settings());
    double threshold = threshold(trial);
    for (DriftTrial.Row change : changes) {
      print(
          "delay",
          family,
          d,
          "",
          change,
          threshold,
          trial.delay(change, threshold, streams, QUIET, HORIZON));
    }
  }

  private void ramps(StreamFamily family, int d) {
    DriftSettings without = settings().withMemories(new int[0]);
    for (DriftSettings settings : List.of(settings(), without)) {
      DriftTrial trial = uncalibrated(family, d, settings);
      double threshold = threshold(trial);
      String charts = settings == without ? ", without memories" : "";
      for (DriftTrial.Row change : DriftTrial.ramps()) {
        print(
            "ramp",
            family,
            d,
            charts,
            change,
            threshold,
            trial.delay(change, threshold, streams, QUIET, RAMP_HORIZON));
      }
    }
  }

  /** Thresholds are measured here, so the calibration need not simulate them. */
  private DriftTrial uncalibrated(StreamFamily family, int d, DriftSettings settings) {
    return new DriftTrial(
        family, d, references, samples, settings.withSimulation(50, settings.streamLength()), seed);
  }

  private double threshold(DriftTrial trial) {
    double target = targets.get(0);
    return trial.measuredThreshold(
        target,
        (int) Math.min(THRESHOLD_STREAMS, 4e6 / target),
        (int) Math.min(Integer.MAX_VALUE, THRESHOLD_TARGETS * target));
  }

  private void print(
      String kind,
      StreamFamily family,
      int d,
      String charts,
      DriftTrial.Row change,
      double threshold,
      DriftTrial.Delay delay) {
    add(
        kind,
        family,
        d,
        Json.map(
            "change", change.name(),
            "memories", charts.isEmpty(),
            "runLength", targets.get(0),
            "threshold", threshold,
            "streams", delay.streams(),
            "meanDelay", delay.mean(),
            "standardError", delay.error(),
            "missed", delay.missed()));
    printRow(
        "%s, %d latents, run length %,.0f%s: %s: delay %.1f +- %.1f, %d of %d missed",
        family.name().toLowerCase(Locale.ROOT),
        d,
        targets.get(0),
        charts,
        change.name(),
        delay.mean(),
        1.96 * delay.error(),
        delay.missed(),
        delay.streams());
  }

  private void add(String kind, StreamFamily family, int d, Map<String, Object> figures) {
    Map<String, Object> row =
        Json.map("kind", kind, "family", family.name().toLowerCase(Locale.ROOT), "latents", d);
    row.putAll(figures);
    results.add(row);
  }

  private DriftSettings settings() {
    return DriftSettings.DEFAULTS.withFrequencies(frequencies);
  }
}
