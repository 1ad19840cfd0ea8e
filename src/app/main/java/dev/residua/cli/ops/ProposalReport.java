package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.Lines;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.ProposalReplay;
import dev.residua.monitor.Backtest.Opening;
import dev.residua.monitor.BacktestComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Effect that a proposal would have had, for people and programs. */
final class ProposalReport {
  private static final String ROW = "%-28s %12s %18s";

  private final Proposal proposal;
  private final ProposalReplay replay;
  private final BacktestComparison compared;

  /**
   * @param replay after all frames
   * @param framesPerSecond of each source, above 0
   */
  ProposalReport(Proposal proposal, ProposalReplay replay, double framesPerSecond) {
    this.proposal = proposal;
    this.replay = replay;
    this.compared = replay.compare(framesPerSecond);
  }

  /** The lines for a terminal. */
  List<String> lines(int width) {
    List<String> lines = new ArrayList<>();
    lines.addAll(Lines.wrapped(proposal.id() + ": ", proposal.sentence(), 2, width));
    lines.add("");
    List<Opening> now = replay.openings();
    List<Opening> then = replay.appliedOpenings();
    lines.add(ROW.formatted("%,d stored frames".formatted(replay.frames()), "as it is", "applied"));
    lines.add(ROW.formatted("incidents", now.size(), then.size()));
    lines.add(
        ROW.formatted(
            "  called false alarms", replay.reviewed(now, false), replay.reviewed(then, false)));
    lines.add(
        ROW.formatted(
            "  called true alarms", replay.reviewed(now, true), replay.reviewed(then, true)));
    lines.add(
        ROW.formatted(
            "  per source and week",
            ComparisonReport.number(compared.a().perWeek()),
            ComparisonReport.number(compared.b().perWeek())));
    lines.add("");
    int known = replay.known().size();
    long found = replay.found(now);
    if (found < known) {
      lines.addAll(
          Lines.wrapped(
              "",
              "The service opened %d incidents at these frames, of which %d open here as it is. They open if --config and --model are those of the service, and not while a source still learns."
                  .formatted(known, found),
              0,
              width));
      lines.add("");
    }
    ComparisonReport.openings(lines, "would not have opened", compared.onlyA(), width);
    ComparisonReport.openings(lines, "would have opened instead", compared.onlyB(), width);
    double later = compared.meanLater();
    lines.add(
        "would have opened in any case: %d%s"
            .formatted(
                compared.both().size(),
                Double.isNaN(later) || later == 0
                    ? ""
                    : ", %s frames %s on average"
                        .formatted(
                            ComparisonReport.number(Math.abs(later)),
                            later > 0 ? "later" : "earlier")));
    return lines;
  }

  /** The report for programs. */
  Map<String, Object> json() {
    return Json.map(
        "id", proposal.id(),
        "frames", replay.frames(),
        "known", replay.known().size(),
        "found", replay.found(replay.openings()),
        "asItIs", side(replay.openings(), compared.a()),
        "applied", side(replay.appliedOpenings(), compared.b()),
        "gone", compared.onlyA().stream().map(ComparisonReport::json).toList(),
        "instead", compared.onlyB().stream().map(ComparisonReport::json).toList(),
        "both", compared.both().size(),
        "meanLater", ComparisonReport.orNull(compared.meanLater()));
  }

  private Map<String, Object> side(List<Opening> openings, BacktestComparison.Side side) {
    return Json.map(
        "incidents", openings.size(),
        "falseAlarms", replay.reviewed(openings, false),
        "trueAlarms", replay.reviewed(openings, true),
        "perSourceAndWeek", ComparisonReport.orNull(side.perWeek()));
  }
}
