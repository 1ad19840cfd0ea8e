package dev.residua.bench.commands;

import dev.residua.bench.DriftTrial;
import dev.residua.bench.StreamFamily;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.drift.DriftSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench drift}: run lengths and delays of the drift detector on streams of known laws. */
@Command(
    name = "drift",
    description = {
      "Run lengths and detection delays of the drift detector as it ships, on simulated streams.",
      "--arl: calibrates references, watches quiet streams of the same law until the thresholds for"
          + " the targets, and divides the samples watched (at most five times the largest target a"
          + " stream) by the alarms; intervals are 95 %%, given the references.",
      "--delay: sets the threshold so that quiet streams of the law run for the first target,"
          + " measured on streams of their own, changes other streams after 200 quiet samples and"
          + " counts to the alarm; misses within 1,000 samples count as 1,000.",
      "--ramps: the same for a mean that grows slowly, with and without the charts that have a"
          + " memory, within 4,000 samples."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchDrift implements Callable<Integer> {
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
      description = "Laws of the streams: ${COMPLETION-CANDIDATES}.",
      defaultValue = "GAUSSIAN,SKEWED,CORRELATED,AUTOREGRESSIVE")
  List<StreamFamily> families = new ArrayList<>();

  @Option(
      names = "--latents",
      split = ",",
      paramLabel = "D",
      description = "Values of a sample.",
      defaultValue = "4,16")
  List<Integer> latents = new ArrayList<>();

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "N",
      description = "Run lengths in samples.",
      defaultValue = "1000,10000")
  List<Double> targets = new ArrayList<>();

  @Option(
      names = "--streams",
      paramLabel = "N",
      defaultValue = "240",
      description = "Streams a row.")
  int streams;

  @Option(
      names = "--references",
      paramLabel = "N",
      defaultValue = "4",
      description = "Independent references that the streams are shared among.")
  int references;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Samples of a reference.")
  int samples;

  @Option(
      names = "--frequencies",
      paramLabel = "R",
      description = "Random frequencies of each kernel, a multiple of 4.")
  int frequencies = DriftSettings.DEFAULTS.frequencies();

  @Option(
      names = "--simulate",
      paramLabel = "N",
      description = "Streams that a calibration simulates for --arl.")
  int simulate = DriftSettings.DEFAULTS.simulatedStreams();

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "20261",
      description = "Seed of everything.")
  long seed;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  private final List<Map<String, Object>> results = new ArrayList<>();

  @Override
  public Integer call() {
    if (!arl && !delay && !ramps) {
      throw new CommandFailedException("nothing to measure: give --arl, --delay or --ramps");
    }
    if (streams < 2 || references < 1 || samples < 256 || targets.isEmpty()) {
      throw new CommandFailedException(
          "--streams must be at least 2, --references 1, --samples 256, with one of --targets");
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
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    if (json) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("benchmark", "drift");
      answer.put("seed", seed);
      answer.put("references", references);
      answer.put("referenceSamples", samples);
      answer.put("results", results);
      answer.put("environment", BenchCommand.environment());
      out().println(Json.of(answer));
    }
    return 0;
  }

  private static int of(boolean wanted) {
    return wanted ? 1 : 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
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
      Map<String, Object> row = row("arl", family, d);
      row.put("target", target);
      row.put("alarms", one.alarms());
      row.put("runLength", one.runLength());
      row.put("achieved", one.runLength() / target);
      row.put("low", one.low() / target);
      row.put("high", one.high() / target);
      row.put("perReference", per);
      print(
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
    Map<String, Object> row = row(kind, family, d);
    row.put("change", change.name());
    row.put("memories", charts.isEmpty());
    row.put("runLength", targets.get(0));
    row.put("threshold", threshold);
    row.put("streams", delay.streams());
    row.put("meanDelay", delay.mean());
    row.put("standardError", delay.error());
    row.put("missed", delay.missed());
    print(
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

  private Map<String, Object> row(String kind, StreamFamily family, int d) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kind", kind);
    row.put("family", family.name().toLowerCase(Locale.ROOT));
    row.put("latents", d);
    results.add(row);
    return row;
  }

  private void print(String format, Object... values) {
    if (!json) {
      out().println(String.format(Locale.ROOT, format, values));
      out().flush();
    }
  }

  private DriftSettings settings() {
    return DriftSettings.DEFAULTS.withFrequencies(frequencies);
  }
}
