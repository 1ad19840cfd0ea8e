package dev.residua.dashboard;

import dev.residua.alerting.AlertIndex.StoredGroup;
import dev.residua.alerting.Grouping.Group;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.ChangePoint;
import dev.residua.causal.Effect;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.dashboard.LiveViews.AlertChildView;
import dev.residua.dashboard.LiveViews.AlertGroupView;
import dev.residua.dashboard.LiveViews.CauseView;
import dev.residua.dashboard.LiveViews.ChallengerView;
import dev.residua.dashboard.LiveViews.ChangePointView;
import dev.residua.dashboard.LiveViews.CommissioningView;
import dev.residua.dashboard.LiveViews.EdgeView;
import dev.residua.dashboard.LiveViews.EffectView;
import dev.residua.dashboard.LiveViews.EventView;
import dev.residua.dashboard.LiveViews.FrameReferenceView;
import dev.residua.dashboard.LiveViews.GraphView;
import dev.residua.dashboard.LiveViews.IncidentFrameView;
import dev.residua.dashboard.LiveViews.IncidentView;
import dev.residua.dashboard.LiveViews.LastFrame;
import dev.residua.dashboard.LiveViews.LatentNormalView;
import dev.residua.dashboard.LiveViews.MotionView;
import dev.residua.dashboard.LiveViews.ProposalView;
import dev.residua.dashboard.LiveViews.ReadingView;
import dev.residua.dashboard.LiveViews.Row;
import dev.residua.dashboard.LiveViews.Rows;
import dev.residua.dashboard.LiveViews.StepView;
import dev.residua.dashboard.LiveViews.UnreadableView;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentFrame;
import dev.residua.monitor.Sensitivity.SmallestChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Maps domain objects to the JSON of the pages: numbers rounded, NaN as null. */
public final class ViewMapper {
  private ViewMapper() {}

  static Row row(
      String name,
      SourceHistory history,
      SourceCondition condition,
      CommissioningStatus commissioning,
      List<UnreadableLatent> unreadable) {
    ScoredFrame frame = history.lastFrame();
    DriftScore score = history.lastDrift();
    long interval = history.interval().toNanos();
    String sentence =
        commissioning.phase() == CalibrationPhase.NEEDS_REVIEW
            ? String.join("; ", commissioning.reasons())
            : null;
    for (Incident incident : history.open().values()) {
      sentence = incident.summary().headline();
    }
    return new Row(
        name,
        condition,
        commissioning.phase(),
        Math.round(commissioning.progress() * 1e3) / 1e3,
        !commissioning.proposals().isEmpty(),
        history.frames(),
        interval == 0 ? 0 : Math.round(1e10 / interval) / 10.0,
        frame == null ? 0 : frame.scoredAt().toEpochMilli(),
        frame == null ? 0 : frame.sequence(),
        score == null || !SourceHistory.isWatched(score) ? null : round(score.statistic()),
        score == null ? null : round(score.threshold()),
        rounded(history.trend().of(0)),
        history.trend().newest(),
        sentence,
        unreadable.stream().map(UnreadableLatent::name).toList());
  }

  /** Returns the name of a command as pages show it; that of feedback is its verdict. */
  static String kind(ControlCommand command) {
    return command instanceof Feedback feedback
        ? feedback.verdict() == FeedbackVerdict.TRUE_ALARM ? "true-alarm" : "false-alarm"
        : command.kind().text();
  }

  /**
   * @param smallest changes of a latent that are found, by its index
   */
  static CommissioningView commissioning(
      CommissioningReport report, IntFunction<List<SmallestChange>> smallest) {
    CommissioningStatus status = report.status();
    SourceCalibration calibration = report.calibration();
    return new CommissioningView(
        report.source(),
        status.phase(),
        status.revision(),
        Math.round(status.progress() * 1e3) / 1e3,
        status.provisional(),
        status.reasons(),
        status.proposals().stream().map(ViewMapper::proposal).toList(),
        report.capturedAt().toEpochMilli(),
        report.sequence(),
        report.modelId(),
        calibration == null ? 0 : calibration.frames(),
        calibration == null ? null : round(calibration.effectiveSamples()),
        calibration == null
            ? List.of()
            : latents(report.latents(), calibration.latents(), smallest),
        challenger(report.challenger()));
  }

  private static ProposalView proposal(RecalibrationProposal proposal) {
    NonUniformity found = proposal.found();
    return new ProposalView(
        proposal.context(),
        proposal.latent(),
        found.direction(),
        found.since().toEpochMilli(),
        found.samples(),
        round(found.smallShare()),
        round(found.meanRank()),
        round(found.distance()),
        found.pValue(),
        proposal.text());
  }

  private static @Nullable ChallengerView challenger(
      CommissioningReport.@Nullable Challenger challenger) {
    return challenger == null
        ? null
        : new ChallengerView(
            challenger.modelId(),
            challenger.status().phase(),
            Math.round(challenger.status().progress() * 1e3) / 1e3,
            challenger.status().reasons());
  }

  private static List<LatentNormalView> latents(
      List<String> names,
      List<LatentCalibration> latents,
      IntFunction<List<SmallestChange>> smallest) {
    List<LatentNormalView> views = new ArrayList<>();
    for (int k = 0; k < latents.size(); k++) {
      LatentCalibration latent = latents.get(k);
      views.add(
          new LatentNormalView(
              names.get(k),
              round(latent.location()),
              round(latent.spread()),
              round(latent.lagOne()),
              round(latent.slope()),
              round(latent.effectiveSamples()),
              smallest.apply(k)));
    }
    return views;
  }

  static StepView step(Incident incident) {
    Instant ended = incident.endedAt();
    return new StepView(
        (ended == null ? incident.updatedAt() : ended).toEpochMilli(),
        incident.state().name(),
        incident.reason() == null ? null : incident.reason().name(),
        incident.severity().name(),
        incident.subject().toString(),
        incident.summary().headline(),
        incident.summary().explanation(),
        incident.note());
  }

  /**
   * One incident.
   *
   * @param verdict of an operator, or null
   * @param assignee who looks after it, or null
   */
  static IncidentView incident(
      Incident incident, @Nullable String verdict, @Nullable String assignee) {
    IncidentFrame shown = incident.frame();
    return new IncidentView(
        incident.id(),
        incident.source(),
        incident.subject().toString(),
        incident.state().name(),
        incident.reason() == null ? null : incident.reason().name(),
        incident.severity().name(),
        incident.kind(),
        incident.summary().headline(),
        incident.summary().explanation(),
        incident.subject().advice(),
        incident.threshold(),
        incident.note(),
        causes(incident.causes()),
        effect(incident.effect()),
        changePoint(incident.changePoint()),
        incident.openedAt(),
        incident.updatedAt(),
        incident.endedAt(),
        incident.openedSequence(),
        incident.updatedSequence(),
        incident.events(),
        incident.flaps(),
        incident.follows(),
        incident.mergedInto(),
        incident.modelId(),
        incident.modelDigest(),
        shown == null
            ? null
            : new IncidentFrameView(frame(shown.position()), shown.modelId(), shown.modelDigest()),
        incident.labels(),
        verdict,
        assignee);
  }

  /** A group of incidents of which receivers are notified together. */
  static AlertGroupView group(StoredGroup stored) {
    Incident incident = stored.incident();
    Group group = stored.group();
    return new AlertGroupView(
        incident.id(),
        group.label(),
        group.value(),
        incident.state().name(),
        incident.severity().name(),
        incident.summary().headline(),
        incident.summary().explanation(),
        incident.openedAt(),
        incident.endedAt(),
        group.size(),
        group.children().stream()
            .map(
                child ->
                    new AlertChildView(
                        child.incident(), child.source(), child.subject().toString(), child.open()))
            .toList());
  }

  private static @Nullable EffectView effect(@Nullable Effect effect) {
    return effect == null
        ? null
        : new EffectView(
            effect.latent(),
            Double.isNaN(effect.size()) ? null : effect.size(),
            effect.minimum(),
            effect.unit().name());
  }

  private static @Nullable ChangePointView changePoint(@Nullable ChangePoint change) {
    if (change == null) {
      return null;
    }
    FramePosition position = change.position();
    return new ChangePointView(
        change.sequence(),
        change.low(),
        change.high(),
        change.coverage(),
        change.at(),
        position == null ? null : frame(position));
  }

  private static FrameReferenceView frame(FramePosition position) {
    return new FrameReferenceView(position.topic(), position.partition(), position.offset());
  }

  /**
   * One event.
   *
   * @param what {@code anomaly}, {@code drift} or {@code intervention}
   * @param kind upper case
   * @param condition under which its figures hold
   * @param motion of the camera; null unless it has moved
   */
  static EventView event(
      Finding finding,
      String what,
      String kind,
      double statistic,
      double threshold,
      double pValue,
      String condition,
      @Nullable CameraMotion motion) {
    return new EventView(
        finding.eventId(),
        finding.incidentId(),
        finding.modelId(),
        what,
        kind,
        finding.lastAt(),
        finding.firstSequence(),
        finding.lastSequence(),
        finding.severity().name(),
        finding.summary().headline(),
        finding.summary().explanation(),
        causes(finding.causes()),
        finding.readings().stream().map(ViewMapper::reading).toList(),
        frame(finding.position()),
        round(statistic),
        round(threshold),
        number(pValue),
        condition,
        motion == null
            ? null
            : new MotionView(motion.right(), motion.down(), motion.degrees(), motion.scale()));
  }

  static List<CauseView> causes(List<Finding.Cause> causes) {
    return causes.stream()
        .map(
            cause ->
                new CauseView(
                    cause.latent(),
                    cause.parents(),
                    number(cause.evidence()),
                    number(cause.pValue()),
                    cause.share()))
        .toList();
  }

  private static ReadingView reading(Finding.Reading reading) {
    return new ReadingView(
        reading.latent(),
        round(reading.observed()),
        round(reading.expected()),
        reading.observedFactor() == null ? null : number(reading.observedFactor()),
        reading.expectedFactor() == null ? null : number(reading.expectedFactor()));
  }

  static UnreadableView unreadable(
      CausalGraph graph, FactorScales factors, int latent, LastReading reading) {
    double value = reading.value();
    return new UnreadableView(
        graph.name(latent),
        Objects.requireNonNull(reading.since()).toEpochMilli(),
        reading.frames(),
        round(value),
        factors.of(latent).map(scale -> number(scale.of(value))).orElse(null));
  }

  static LastFrame frame(
      ScoredFrame frame, CausalGraph graph, FactorScales factors, List<UnreadableView> unreadable) {
    List<ReadingView> readings =
        Finding.readings(graph, factors, frame).stream().map(ViewMapper::reading).toList();
    return new LastFrame(
        frame.sequence(),
        frame.capturedAt().toEpochMilli(),
        frame.scoredAt().toEpochMilli(),
        frame.modelId(),
        frame.position().partition(),
        frame.position().offset(),
        readings,
        unreadable,
        rounded(frame.statistics().standardized()),
        pValues(frame.statistics().pValues()),
        number(frame.statistics().jointPValue()),
        number(frame.statistics().reconstructionPValue()),
        number(frame.statistics().appearancePValue()));
  }

  /** The JSON of a graph. */
  public static GraphView graph(CausalGraph graph) {
    return new GraphView(
        graph.names(),
        graph.edgeList().stream()
            .map(
                e ->
                    new EdgeView(
                        graph.name(e.from()),
                        graph.name(e.to()),
                        Math.round(e.confidence() * 1e3) / 1e3))
            .toList());
  }

  static List<List<@Nullable Double>> trends(Trend trend) {
    List<List<@Nullable Double>> all = new ArrayList<>();
    for (int i = 0; i < trend.numbers(); i++) {
      all.add(rounded(trend.of(i)));
    }
    return all;
  }

  static Rows rows(NumberRing.Series series, boolean reset) {
    List<List<@Nullable Double>> columns = new ArrayList<>();
    for (float[] column : series.columns()) {
      columns.add(rounded(column));
    }
    return new Rows(
        series.cursor(),
        reset,
        Arrays.stream(series.sequence()).boxed().toList(),
        Arrays.stream(series.millis()).boxed().toList(),
        columns);
  }

  static List<@Nullable Double> rounded(float[] values) {
    List<@Nullable Double> list = new ArrayList<>(values.length);
    for (float value : values) {
      list.add(round(value));
    }
    return list;
  }

  static List<@Nullable Double> pValues(float[] values) {
    List<@Nullable Double> list = new ArrayList<>(values.length);
    for (float value : values) {
      list.add(Float.isNaN(value) ? null : number(Math.round(value * 1e6) / 1e6));
    }
    return list;
  }

  static @Nullable Double round(double value) {
    return Double.isFinite(value) ? Double.valueOf(Math.round(value * 1e3) / 1e3) : null;
  }

  static @Nullable Double number(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }

  /** Numbers to three decimals; null for one that is not a number. */
  static List<@Nullable Float> numbers(float[] values) {
    List<@Nullable Float> rounded = new ArrayList<>(values.length);
    for (float value : values) {
      rounded.add(Float.isNaN(value) ? null : Math.round(value * 1e3f) / 1e3f);
    }
    return rounded;
  }

  /** All rows but the first. */
  static List<List<@Nullable Float>> series(float[][] rows) {
    return Arrays.stream(rows).skip(1).map(ViewMapper::numbers).toList();
  }
}
