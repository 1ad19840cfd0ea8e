package dev.residua.dashboard;

import dev.residua.feedback.Precision;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.SubjectPrecision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON of the conclusions from verdicts on incidents, which the pages and the commands show. */
public final class FeedbackViews {
  private FeedbackViews() {}

  /**
   * Conclusions from verdicts.
   *
   * @param at now, milliseconds since 1970
   * @param from when the oldest of the incidents opened, milliseconds since 1970
   * @param total precision of all alarms
   * @param proposals changes that would have spared false alarms
   * @param decisions last ones about proposals, the newest first
   * @param weeks starts of the last weeks, milliseconds since 1970
   * @param precision by scene and subject, those with the most incidents first
   */
  public record FeedbackView(
      long at,
      long from,
      PrecisionView total,
      List<FalseAlarmProposal> proposals,
      List<DecisionView> decisions,
      List<Long> weeks,
      List<SubjectPrecisionView> precision) {}

  /**
   * A precision with its 95 % interval.
   *
   * @param precision share of true alarms among those reviewed; null if none was
   */
  public record PrecisionView(
      int incidents,
      int trueAlarms,
      int falseAlarms,
      @Nullable Double precision,
      double low,
      double high) {
    static PrecisionView of(Precision all) {
      return new PrecisionView(
          all.incidents(),
          all.trueAlarms(),
          all.falseAlarms(),
          all.reviewed() == 0 ? null : all.value(),
          all.low(),
          all.high());
    }
  }

  /**
   * The precision of the alarms of one scene about one subject.
   *
   * @param sources how many had such incidents
   * @param weeks precision of those that opened in each of the last weeks, the oldest first
   */
  public record SubjectPrecisionView(
      String scene,
      String subject,
      int sources,
      int incidents,
      int trueAlarms,
      int falseAlarms,
      @Nullable Double precision,
      double low,
      double high,
      List<PrecisionView> weeks) {
    static SubjectPrecisionView of(SubjectPrecision row) {
      PrecisionView all = PrecisionView.of(row.all());
      return new SubjectPrecisionView(
          row.scene(),
          row.subject().toString(),
          row.sources(),
          all.incidents(),
          all.trueAlarms(),
          all.falseAlarms(),
          all.precision(),
          all.low(),
          all.high(),
          row.weeks().stream().map(PrecisionView::of).toList());
    }
  }

  /**
   * A change that would have spared false alarms.
   *
   * @param kind {@code suppress}, {@code learn} or {@code budget}
   * @param sentence of the change
   * @param effect that it would have had
   * @param incidents the false alarms
   */
  public record FalseAlarmProposal(
      String id,
      String kind,
      String sentence,
      String effect,
      String scene,
      List<String> sources,
      List<String> incidents) {
    static FalseAlarmProposal of(Proposal proposal) {
      return new FalseAlarmProposal(
          proposal.id(),
          proposal.kind(),
          proposal.sentence(),
          proposal.effect(),
          proposal.basis().scene(),
          List.copyOf(proposal.basis().sources()),
          proposal.basis().incidents());
    }
  }

  /**
   * A decision about a proposal.
   *
   * @param at milliseconds since 1970
   */
  public record DecisionView(String proposal, boolean applied, String by, String reason, long at) {}

  /**
   * A proposal that was decided about.
   *
   * @param sentence of the proposal
   * @param commands ids of the commands that do it, which can be taken back; empty for a changed
   *     rule
   */
  public record DecidedProposal(
      String id, boolean applied, String sentence, List<String> commands) {}
}
