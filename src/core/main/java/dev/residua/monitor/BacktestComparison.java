package dev.residua.monitor;

import dev.residua.drift.FalseAlarmBudget.Period;
import dev.residua.monitor.Backtest.KindResult;
import dev.residua.monitor.Backtest.Opening;
import dev.residua.monitor.Backtest.Truth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Comparison of the results of two settings for the same frames.
 *
 * @param a results of the first
 * @param b results of the second
 * @param both incidents of the first, each with the one of the second at the same time
 * @param onlyA incidents that the second does not open
 * @param onlyB incidents that the first does not open
 */
public record BacktestComparison(
    Side a, Side b, List<Pair> both, List<Opening> onlyA, List<Opening> onlyB) {

  /**
   * Results of one of the two.
   *
   * @param incidents how often incidents opened
   * @param perWeek the same per source and week
   * @param falseIncidents those that opened at frames outside of all known events
   * @param falsePerWeek the same per source and week of such frames; NaN without any
   * @param events known events
   * @param detected how many of them were alarmed
   * @param meanDelay mean frames from the first of an event to its alarm; NaN if none was
   * @param named of those detected that happened to a latent, how many had it as their first cause
   * @param nameable of those detected, how many happened to a latent
   * @param kinds kinds of the best findings for each event, with counts
   */
  public record Side(
      int incidents,
      double perWeek,
      long falseIncidents,
      double falsePerWeek,
      int events,
      int detected,
      double meanDelay,
      int named,
      int nameable,
      Map<String, Integer> kinds) {}

  /** Two incidents of one source at the same time. */
  public record Pair(Opening a, Opening b) {
    /** Returns the frames by which the second opens later; below 0 if it opens earlier. */
    public long later() {
      return b.opened() - a.opened();
    }
  }

  public BacktestComparison {
    both = List.copyOf(both);
    onlyA = List.copyOf(onlyA);
    onlyB = List.copyOf(onlyB);
  }

  /**
   * Compares two that have evaluated the same frames. Incidents belong together if they are of one
   * source and one is open at a frame of the other or its grace; each with at most one, earliest
   * first.
   *
   * @param framesPerSecond of each source, above 0
   * @throws IllegalArgumentException if the two have not evaluated as many frames
   */
  public static BacktestComparison of(
      Backtest a, Backtest b, List<Truth> truths, double framesPerSecond) {
    if (a.frames() != b.frames()) {
      throw new IllegalArgumentException(
          "backtests of %d and of %d frames cannot be compared".formatted(a.frames(), b.frames()));
    }
    return of(
        side(a, truths, framesPerSecond),
        side(b, truths, framesPerSecond),
        a.openings(),
        b.openings(),
        a.grace());
  }

  /** The comparison of two results with their incidents, each in the order of their openings. */
  static BacktestComparison of(Side a, Side b, List<Opening> ofA, List<Opening> ofB, int grace) {
    List<Opening> onlyB = new ArrayList<>(ofB);
    List<Opening> onlyA = new ArrayList<>();
    List<Pair> both = new ArrayList<>();
    for (Opening one : ofA) {
      onlyB.stream()
          .filter(other -> together(one, other, grace))
          .findFirst()
          .ifPresentOrElse(
              other -> {
                both.add(new Pair(one, other));
                onlyB.remove(other);
              },
              () -> onlyA.add(one));
    }
    return new BacktestComparison(a, b, both, onlyA, onlyB);
  }

  private static boolean together(Opening one, Opening other, int grace) {
    return one.source().equals(other.source())
        && one.opened() <= other.last() + grace
        && other.opened() <= one.last() + grace;
  }

  /** Mean frames by which the second is later at the incidents of both; NaN if there are none. */
  public double meanLater() {
    return both.stream().mapToLong(Pair::later).average().orElse(Double.NaN);
  }

  private static Side side(Backtest backtest, List<Truth> truths, double framesPerSecond) {
    Backtest.Comparison found = backtest.compare(truths);
    int incidents = backtest.openings().size();
    double week = Period.WEEK.seconds() * framesPerSecond;
    int events = 0;
    int detected = 0;
    int named = 0;
    int nameable = 0;
    double delays = 0;
    Map<String, Integer> kinds = new TreeMap<>();
    for (KindResult kind : found.byKind().values()) {
      events += kind.events();
      detected += kind.detected();
      named += kind.named();
      nameable += kind.nameable();
      delays += kind.detected() == 0 ? 0 : kind.detected() * kind.meanDelay();
      kind.kinds().forEach((name, count) -> kinds.merge(name, count, Integer::sum));
    }
    return new Side(
        incidents,
        week * incidents / backtest.frames(),
        found.falseIncidents(),
        found.quietFrames() == 0 ? Double.NaN : week * found.falseIncidents() / found.quietFrames(),
        events,
        detected,
        detected == 0 ? Double.NaN : delays / detected,
        named,
        nameable,
        kinds);
  }
}
