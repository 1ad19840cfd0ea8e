package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.Lines;
import dev.residua.monitor.Backtest.Opening;
import dev.residua.monitor.BacktestComparison;
import dev.residua.monitor.BacktestComparison.Pair;
import dev.residua.monitor.BacktestComparison.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of two settings, for people and programs.
 *
 * @param a first settings
 * @param b second settings
 * @param frames that both evaluated
 * @param labelled whether labels name the true events
 * @param runLengths frames between two false alarms that each promises, shape {@code [2]}
 */
record ComparisonReport(
    BacktestSettings a,
    BacktestSettings b,
    BacktestComparison compared,
    long frames,
    boolean labelled,
    List<Double> runLengths) {
  /** Incidents of one list that are printed. */
  private static final int MOST_SHOWN = 20;

  private static final String ROW = "%-28s %18s %18s";

  /** The lines for a terminal. */
  List<String> lines(int width) {
    List<String> lines = new ArrayList<>();
    lines.add("A: " + title(a));
    lines.add("B: " + title(b));
    lines.add("");
    lines.add(ROW.formatted("%,d frames".formatted(frames), "A", "B"));
    row(
        lines,
        "frames per false alarm",
        "%,.0f".formatted(runLengths.get(0)),
        "%,.0f".formatted(runLengths.get(1)));
    row(lines, "incidents", Side::incidents);
    row(lines, "  per source and week", side -> number(side.perWeek()));
    if (labelled) {
      row(lines, "false incidents", Side::falseIncidents);
      row(lines, "  per source and week", side -> number(side.falsePerWeek()));
      row(lines, "events detected", side -> side.detected() + " of " + side.events());
      row(lines, "  mean delay in frames", side -> number(side.meanDelay()));
      row(lines, "  cause named", side -> side.named() + " of " + side.nameable());
    }
    settings(lines, width);
    if (labelled) {
      lines.addAll(Lines.wrapped("called by A: ", kinds(compared.a()), 13, width));
      lines.addAll(Lines.wrapped("called by B: ", kinds(compared.b()), 13, width));
      lines.add("");
    }
    openings(lines, "only A opens", compared.onlyA(), width);
    openings(lines, "only B opens", compared.onlyB(), width);
    both(lines, width);
    return lines;
  }

  private static String title(BacktestSettings settings) {
    return settings.name().equals(BacktestSettings.TODAY) ? "today's settings" : settings.name();
  }

  private static void row(List<String> lines, String what, Object first, Object second) {
    lines.add(ROW.formatted(what, first, second).stripTrailing());
  }

  private void row(List<String> lines, String what, Function<Side, Object> value) {
    row(lines, what, value.apply(compared.a()), value.apply(compared.b()));
  }

  private void settings(List<String> lines, int width) {
    lines.add("");
    List<String> differences = a.differences(b);
    if (differences.isEmpty()) {
      lines.addAll(
          Lines.wrapped(
              "", "A and B have the same settings of incidents and anomalies.", 0, width));
    }
    for (String name : differences) {
      lines.add("%s: %s in A, %s in B".formatted(name, a.values().get(name), b.values().get(name)));
    }
    for (BacktestSettings one : List.of(a, b)) {
      if (!one.unused().isEmpty()) {
        lines.addAll(
            Lines.wrapped(
                "",
                "%s: a backtest does not depend on %s"
                    .formatted(one.name(), String.join(", ", one.unused())),
                2,
                width));
      }
    }
    lines.add("");
  }

  private static String kinds(Side side) {
    return side.kinds().isEmpty()
        ? "nothing"
        : side.kinds().entrySet().stream()
            .map(kind -> "%s %d".formatted(kind.getKey(), kind.getValue()))
            .collect(Collectors.joining(", "));
  }

  static void openings(List<String> lines, String title, List<Opening> some, int width) {
    lines.add("%s: %s".formatted(title, some.isEmpty() ? "none" : some.size()));
    some.stream()
        .limit(MOST_SHOWN)
        .forEach(
            one ->
                lines.addAll(
                    Lines.wrapped("  " + place(one) + "  ", one.summary().headline(), 6, width)));
    more(lines, some.size());
  }

  private void both(List<String> lines, int width) {
    List<Pair> both = compared.both();
    double later = compared.meanLater();
    lines.add(
        "both open: %d%s"
            .formatted(
                both.size(),
                both.isEmpty()
                    ? ""
                    : later == 0
                        ? ", at the same frames on average"
                        : ", B %s frames %s on average"
                            .formatted(number(Math.abs(later)), later > 0 ? "later" : "earlier")));
    List<Pair> other =
        both.stream()
            .filter(pair -> !Objects.equals(pair.a().latent(), pair.b().latent()))
            .toList();
    other.stream()
        .limit(MOST_SHOWN)
        .forEach(
            pair ->
                lines.addAll(
                    Lines.wrapped(
                        "  " + place(pair.a()) + "  ",
                        "A names %s, B %s".formatted(cause(pair.a()), cause(pair.b())),
                        6,
                        width)));
    more(lines, other.size());
  }

  private static void more(List<String> lines, int size) {
    if (size > MOST_SHOWN) {
      lines.add("  and %d more; --json lists all".formatted(size - MOST_SHOWN));
    }
  }

  private static String place(Opening one) {
    return "%s #%d to #%d".formatted(one.source(), one.opened(), one.last());
  }

  private static String cause(Opening one) {
    return one.latent() == null ? "none" : one.latent();
  }

  /** Formats a number with one decimal, or without decimals from 100; NaN as a dash. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return Math.abs(value) >= 100 ? "%,.0f".formatted(value) : "%.1f".formatted(value);
  }

  /** The report for programs. */
  Map<String, Object> json() {
    List<String> differences = a.differences(b);
    return Json.map(
        "frames", frames,
        "a", json(a, compared.a(), runLengths.get(0), differences),
        "b", json(b, compared.b(), runLengths.get(1), differences),
        "onlyA", compared.onlyA().stream().map(ComparisonReport::json).toList(),
        "onlyB", compared.onlyB().stream().map(ComparisonReport::json).toList(),
        "both",
            compared.both().stream()
                .map(
                    pair ->
                        Json.map("a", json(pair.a()), "b", json(pair.b()), "later", pair.later()))
                .toList(),
        "meanLater", orNull(compared.meanLater()));
  }

  private Map<String, Object> json(
      BacktestSettings settings, Side side, double runLength, List<String> differences) {
    Map<String, Object> json =
        Json.map(
            "settings", settings.name(),
            "differing",
                differences.stream()
                    .collect(
                        Collectors.toMap(n -> n, n -> String.valueOf(settings.values().get(n)))),
            "unused", settings.unused(),
            "targetRunLength", runLength,
            "incidents", side.incidents(),
            "perSourceAndWeek", orNull(side.perWeek()));
    if (labelled) {
      json.put("falseIncidents", side.falseIncidents());
      json.put("falsePerSourceAndWeek", orNull(side.falsePerWeek()));
      json.put("events", side.events());
      json.put("detected", side.detected());
      json.put("meanDelay", orNull(side.meanDelay()));
      json.put("named", side.named());
      json.put("nameable", side.nameable());
      json.put("kinds", side.kinds());
    }
    return json;
  }

  static Map<String, Object> json(Opening one) {
    return Json.map(
        "source", one.source(),
        "opened", one.opened(),
        "last", one.last(),
        "latent", one.latent(),
        "headline", one.summary().headline(),
        "explanation", one.summary().explanation());
  }

  static @Nullable Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
