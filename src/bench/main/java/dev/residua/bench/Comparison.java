package dev.residua.bench;

import dev.residua.bench.BenchmarkOutput.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Differences between two outputs of one benchmark with the same settings. A figure got worse or
 * better if it moved by more than half of each output's range of repetitions and a share of its
 * first value.
 *
 * @param figures those with a good direction, in the order of the first output
 * @param environment differences of the environments, one line each
 */
public record Comparison(List<Figure> figures, List<String> environment) {
  /** Names whose values should be small, of a figure or of an object around it. */
  private static final Set<String> SMALL =
      Set.of(
          "p50Millis",
          "p90Millis",
          "p99Millis",
          "p999Millis",
          "maxMillis",
          "medianMillis",
          "threadMillis",
          "millisPerFrame",
          "waitShare",
          "swapGapMillis",
          "usualGapMillis",
          "cpuMicrosPerFrame",
          "monitorCpuMicrosPerFrame",
          "microsecondsPerFrame",
          "threadMicrosPerScore",
          "processMicrosPerScore",
          "brokerMicrosPerScore",
          "pureMicrosPerScore",
          "seconds",
          "processorSeconds",
          "restoreSeconds",
          "restoredMiB",
          "stateBytesPerScore",
          "heapMiBAtHalf",
          "heapMiBAtEnd",
          "residentMiB",
          "residentMiBEarly",
          "residentMiBLate",
          "residentRatio",
          "peakMemoryMiB",
          "lost",
          "doubled",
          "missing",
          "missed",
          "wrongModel",
          "evaluatedWrong",
          "meanDelay",
          "delay",
          "falseAlarms",
          "incidents",
          "early",
          "framesToArm",
          "review",
          "shd",
          "differenceToFullDecoding",
          "ratioToOnnxRuntime",
          "ratioToOpenCv");

  private static final Set<String> LARGE =
      Set.of(
          "framesPerSecond",
          "framesPerCpuSecond",
          "framesPerCpuSecondScoring",
          "scoresPerSecond",
          "camerasPerCore",
          "timesTheRateOfTheJdk",
          "ratio",
          "ratioScoringAlone",
          "ratioOfRates",
          "detected",
          "named",
          "armed",
          "found");

  /** Objects with the figures of something else, measured for comparison. */
  private static final Set<String> OTHERS = Set.of("python", "openCv");

  /** Settings that may differ between two runs without a notice. */
  private static final Set<String> EXPECTED_TO_DIFFER = Set.of("load");

  public Comparison {
    figures = List.copyOf(figures);
    environment = List.copyOf(environment);
  }

  /** Change of a figure. */
  public enum Verdict {
    WORSE,
    BETTER,
    SAME
  }

  /**
   * One figure.
   *
   * @param path see {@link BenchmarkOutput}
   * @param base first value
   * @param now second value
   * @param change relative to the first, above 0 for a larger value; NaN from 0
   * @param spread half of both ranges together, in the unit of the figure
   * @param verdict on the change
   */
  public record Figure(
      String path, double base, double now, double change, double spread, Verdict verdict) {}

  /**
   * Compares two outputs.
   *
   * @param tolerance share of the first value that is not a difference, at least 0
   * @throws IllegalArgumentException if they are of different benchmarks or settings
   */
  public static Comparison of(BenchmarkOutput base, BenchmarkOutput now, double tolerance) {
    if (!base.benchmark().equals(now.benchmark())) {
      throw new IllegalArgumentException(
          "the first is of bench %s, the second of bench %s"
              .formatted(base.benchmark(), now.benchmark()));
    }
    List<String> different = differences(base.settings(), now.settings(), Set.of());
    if (!different.isEmpty()) {
      throw new IllegalArgumentException(
          "they were measured with different settings: " + String.join(", ", different));
    }
    Set<String> unpaired = new LinkedHashSet<>(base.values().keySet());
    unpaired.addAll(now.values().keySet());
    unpaired.removeIf(
        path ->
            direction(path) == 0
                || base.values().containsKey(path) && now.values().containsKey(path));
    if (!unpaired.isEmpty()) {
      throw new IllegalArgumentException("only one of them has " + unpaired.iterator().next());
    }
    List<Figure> figures = new ArrayList<>();
    base.values()
        .forEach(
            (path, before) -> {
              int direction = direction(path);
              if (direction != 0) {
                double after = Objects.requireNonNull(now.values().get(path));
                figures.add(
                    figure(
                        path,
                        before,
                        after,
                        half(base, path) + half(now, path),
                        direction,
                        tolerance));
              }
            });
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("they have no figures to compare");
    }
    return new Comparison(
        figures, differences(base.environment(), now.environment(), EXPECTED_TO_DIFFER));
  }

  private static Figure figure(
      String path, double before, double after, double spread, int direction, double tolerance) {
    double moved = after - before;
    Verdict verdict = Verdict.SAME;
    if (Math.abs(moved) > spread + tolerance * Math.abs(before)) {
      verdict = moved * direction > 0 ? Verdict.BETTER : Verdict.WORSE;
    }
    double change = before == 0 ? Double.NaN : moved / Math.abs(before);
    return new Figure(path, before, after, change, spread, verdict);
  }

  private static double half(BenchmarkOutput output, String path) {
    Range range = output.ranges().get(path);
    return range == null ? 0 : range.half();
  }

  /** 1 if large values are good, -1 if small ones are, 0 if neither; the last name decides. */
  private static int direction(String path) {
    String[] names = path.replaceAll("\\[[^\\]]*\\]", "").split("\\.");
    if (Arrays.stream(names).anyMatch(OTHERS::contains)) {
      return 0;
    }
    for (int i = names.length - 1; i >= 0; i--) {
      if (SMALL.contains(names[i])) {
        return -1;
      }
      if (LARGE.contains(names[i])) {
        return 1;
      }
    }
    return 0;
  }

  private static List<String> differences(
      Map<String, String> base, Map<String, String> now, Set<String> without) {
    Set<String> names = new TreeSet<>(base.keySet());
    names.addAll(now.keySet());
    names.removeAll(without);
    List<String> different = new ArrayList<>();
    for (String name : names) {
      String before = base.getOrDefault(name, "absent");
      String after = now.getOrDefault(name, "absent");
      if (!before.equals(after)) {
        different.add("%s %s and %s".formatted(name, before, after));
      }
    }
    return different;
  }

  /** Number of figures with a verdict. */
  public long count(Verdict verdict) {
    return figures.stream().filter(figure -> figure.verdict == verdict).count();
  }
}
