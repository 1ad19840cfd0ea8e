package dev.residua.cli.ops;

import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.drift.FalseAlarmBudget.Period;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Pace and false alarms of one source that sends frames now.
 *
 * @param framesPerSecond measured; NaN until it is
 * @param framesPerSecondSet the setting
 * @param alarmsPerWeekSet budget of false alarms
 * @param targetRunLength frames between two false alarms of one of its two detectors that the
 *     thresholds are set for
 * @param quietRunLength run length that its own quiet frames show; NaN while they are too few
 * @param quietHigh upper end of the 95 % interval of that; NaN with it
 * @param learning whether it learns what is normal for it, so that it is not watched yet
 */
record SourcePace(
    String source,
    double framesPerSecond,
    double framesPerSecondSet,
    double alarmsPerWeekSet,
    double targetRunLength,
    double quietRunLength,
    double quietHigh,
    boolean learning) {
  static final String CHECK = "pace";

  /** Residuals and picture: each has a run length at which they give the budget together. */
  private static final int DETECTORS = 2;

  /** Rates that differ by less do not move thresholds. */
  private static final double RATE_TOLERANCE = 1.25;

  /** Run lengths that are shorter than the target by more are a problem, as in the alert rules. */
  private static final double SHORT = 3;

  /** A budget that is exceeded by more has a run length that is out of bounds. */
  private static final double BUDGET_TOLERANCE = 1.5;

  /** Frames may wait for this time, in seconds, ... */
  private static final double MOST_WAITING_SECONDS = 60;

  /** ... and as many of them always. */
  private static final long FEW_WAITING = 1_000;

  /**
   * False alarms per week that its thresholds give at its rate. Until it is watched at a measured
   * rate, those that are set.
   */
  double alarmsPerWeek() {
    return learning || Double.isNaN(framesPerSecond)
        ? alarmsPerWeekSet
        : DETECTORS * FalseAlarmBudget.alarms(targetRunLength, Period.WEEK, framesPerSecond);
  }

  /**
   * Findings about the sources that send now.
   *
   * @param sources at least one
   * @param waiting frames that are not scored yet; empty if unknown
   */
  static List<Finding> findings(List<SourcePace> sources, OptionalLong waiting) {
    List<Finding> findings = new ArrayList<>();
    List<SourcePace> measured =
        sources.stream()
            .filter(one -> !Double.isNaN(one.framesPerSecond()))
            .sorted(Comparator.comparingDouble(SourcePace::framesPerSecond))
            .toList();
    double total = measured.stream().mapToDouble(SourcePace::framesPerSecond).sum();
    double alarms = sources.stream().mapToDouble(SourcePace::alarmsPerWeek).sum();
    long learning = sources.stream().filter(SourcePace::learning).count();
    findings.add(
        Finding.ok(
            CHECK,
            "%s%s, with %s per week to be expected%s"
                .formatted(
                    count(sources.size(), "source sends", "sources send"),
                    rates(measured, total),
                    number(alarms).equals("1") ? "1 false alarm" : number(alarms) + " false alarms",
                    learning == 0 ? "" : "; %d of the sources still learn".formatted(learning))));
    if (waiting.isPresent()
        && waiting.getAsLong() > Math.max(FEW_WAITING, MOST_WAITING_SECONDS * total)) {
      findings.add(
          new Finding(
              Level.WARNING,
              CHECK,
              "%,d frames wait for their score".formatted(waiting.getAsLong()),
              "see ResiduaLagGrows in src/docs/operations.md"));
    }
    add(
        findings,
        measured.stream().filter(SourcePace::hasOtherRate).toList(),
        "measured %s frames per second, and %s are set",
        "set residua.incidents.frames-per-second, or framesPerSecond of a source rule: until a rate is measured, thresholds follow the set one");
    add(
        findings,
        measured.stream()
            .filter(one -> one.alarmsPerWeek() > BUDGET_TOLERANCE * one.alarmsPerWeekSet())
            .toList(),
        "%3$s false alarms per week are the fewest that can be promised, and %4$s are set",
        "raise residua.incidents.false-alarms-per-week, or send fewer frames per second");
    add(
        findings,
        sources.stream().filter(SourcePace::isShort).toList(),
        "quiet frames show a false alarm every %5$s frames, expected are %6$s",
        "see ResiduaRunLengthShort in src/docs/operations.md");
    return findings;
  }

  private static void add(List<Finding> findings, List<SourcePace> some, String what, String next) {
    if (some.isEmpty()) {
      return;
    }
    SourcePace first = some.get(0);
    String text =
        what.formatted(
            number(first.framesPerSecond()),
            number(first.framesPerSecondSet()),
            number(first.alarmsPerWeek()),
            number(first.alarmsPerWeekSet()),
            number(first.quietRunLength()),
            number(first.targetRunLength()));
    findings.add(
        new Finding(
            Level.WARNING,
            CHECK,
            "%s: %s%s"
                .formatted(
                    first.source(),
                    text,
                    some.size() == 1
                        ? ""
                        : "; likewise for "
                            + count(some.size() - 1, "further source", "further sources")),
            next));
  }

  private boolean hasOtherRate() {
    return framesPerSecond > RATE_TOLERANCE * framesPerSecondSet
        || framesPerSecondSet > RATE_TOLERANCE * framesPerSecond;
  }

  private boolean isShort() {
    return quietRunLength * SHORT < targetRunLength && quietHigh < targetRunLength;
  }

  private static String rates(List<SourcePace> measured, double total) {
    if (measured.isEmpty()) {
      return ", rates not measured yet";
    }
    String least = number(measured.get(0).framesPerSecond());
    String most = number(measured.get(measured.size() - 1).framesPerSecond());
    String each = least.equals(most) ? least : least + " to " + most;
    return measured.size() == 1
        ? " %s frames per second".formatted(each)
        : " %s frames per second each, %s in total".formatted(each, number(total));
  }

  private static String count(int count, String one, String several) {
    return count + " " + (count == 1 ? one : several);
  }

  /** Three digits, or all before the point. */
  private static String number(double value) {
    return value >= 100
        ? "%,.0f".formatted(value)
        : "%.3g".formatted(value).replaceAll("\\.?0+$", "");
  }
}
