package dev.residua.dashboard;

import dev.residua.access.Visitor;
import dev.residua.alerting.AlertIndex;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.CommonShift;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.dashboard.LiveViews.CommandView;
import dev.residua.dashboard.LiveViews.CommissioningView;
import dev.residua.dashboard.LiveViews.CommissioningsView;
import dev.residua.dashboard.LiveViews.EscalationView;
import dev.residua.dashboard.LiveViews.EventView;
import dev.residua.dashboard.LiveViews.FindingView;
import dev.residua.dashboard.LiveViews.HistoryView;
import dev.residua.dashboard.LiveViews.IncidentDetail;
import dev.residua.dashboard.LiveViews.IncidentView;
import dev.residua.dashboard.LiveViews.IncidentsView;
import dev.residua.dashboard.LiveViews.LastFrame;
import dev.residua.dashboard.LiveViews.Overview;
import dev.residua.dashboard.LiveViews.Row;
import dev.residua.dashboard.LiveViews.Source;
import dev.residua.dashboard.LiveViews.SourceView;
import dev.residua.dashboard.LiveViews.Status;
import dev.residua.dashboard.LiveViews.UnreadableView;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.feedback.IncidentReviews;
import dev.residua.feedback.Proposal;
import dev.residua.feedback.Proposals;
import dev.residua.feedback.ReviewedIncident;
import dev.residua.frame.HumanDuration;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.FollowedOnce;
import dev.residua.incident.ControlCommand.Kind;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Standing;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import dev.residua.monitor.InnovationStage;
import dev.residua.monitor.Sensitivity;
import dev.residua.monitor.Sensitivity.SmallestChange;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRules;
import dev.residua.wire.BoundedMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cache of the data of the pages: frames, drift scores, events, incidents and calibrations of every
 * source, counts, and control commands. Thread-safe. Bounded: about 40 MB of frames, which all
 * sources share, and 17 kB per source if equations use earlier frames.
 */
@ApplicationScoped
public class LiveHistory {
  public static final Duration LONGEST = LongHistory.LONGEST;

  /** Length of a period of the long history. */
  public static final Duration LONG_PERIOD = LongHistory.LONG_PERIOD;

  private static final int SHOWN_SIMILAR = 10;
  private static final int SHOWN_INCIDENTS = 50;
  private static final int SHOWN_CLOSED = 20;
  private static final int SHOWN_OF_SOURCE = 50;
  private static final int SHOWN_OF_TIME = 500;
  private static final int MAX_MODELS = 256;
  private static final int SHOWN_SOURCES = 50;
  private static final int MAX_FINDINGS = 100;
  private String modelId = "";
  private String graph = "";
  private final Map<String, KnownModel> models = BoundedMap.ofLatest(MAX_MODELS);
  private final ScoreRate rate = new ScoreRate();
  private final Map<String, Long> deadLetters = new TreeMap<>();
  private final Deque<FindingView> findings = new ArrayDeque<>();
  private final SourceIndex sources = new SourceIndex();
  private final IncidentHistory incidents = new IncidentHistory();
  private final AlertIndex alerts = new AlertIndex();
  private final IncidentReviews reviews = new IncidentReviews();
  private final CommandIndex commands = new CommandIndex();
  private volatile double budget = 1;
  private long revision;

  /**
   * Properties of a model that pages show.
   *
   * @param encoded number of nodes that are read from pictures, the first ones
   * @param sensitivity to changes; null if its sources learn no normal of their own
   */
  private record KnownModel(
      CausalGraph graph,
      FactorScales factors,
      int encoded,
      @Nullable InnovationStage innovations,
      @Nullable Sensitivity sensitivity) {}

  /**
   * Sets the budget of sources whose rule has none.
   *
   * @param falseAlarmsPerWeek above 0
   */
  public void budget(double falseAlarmsPerWeek) {
    budget = falseAlarmsPerWeek;
  }

  /** Accepted false alarms per week of sources whose rule says nothing else. */
  double budget() {
    return budget;
  }

  /**
   * Adds the model that is active now.
   *
   * @param variables number of nodes that are not read from pictures, the last ones
   * @param innovations completes its scores; null if no equation uses earlier frames
   * @param sensitivity to changes; null if its sources learn no normal of their own
   */
  public synchronized void model(
      String id,
      CausalGraph newGraph,
      FactorScales factors,
      int variables,
      @Nullable InnovationStage innovations,
      @Nullable Sensitivity sensitivity) {
    modelId = id;
    graph = newGraph.toString();
    models.put(
        id,
        new KnownModel(newGraph, factors, newGraph.size() - variables, innovations, sensitivity));
    revision++;
  }

  /**
   * Adds a scored frame.
   *
   * @param live false for a frame from before this process started
   */
  public synchronized void scored(ScoredFrame frame, boolean live) {
    if (live) {
      rate.add();
    }
    sources.scored(frame, innovations(frame));
  }

  public synchronized void drift(DriftScore score) {
    SourceHistory history = sources.at(score.source());
    DriftScore before = history.lastDrift();
    history.drift(score);
    if (before == null || before.calibration().phase() != score.calibration().phase()) {
      revision++; // of the changes that are found
    }
  }

  /** Adds a frame of the past to the long history of a known source. */
  public synchronized void past(ScoredFrame frame) {
    sources.find(frame.source()).ifPresent(known -> known.past(frame));
  }

  /** Adds a drift score of the past to the long history of a known source. */
  public synchronized void past(DriftScore score) {
    sources.find(score.source()).ifPresent(known -> known.past(score));
  }

  /** Adds an anomaly of the past, for the review of its incident alone. */
  public synchronized void reviewed(AnomalyEvent e) {
    reviews.alarmed(e);
  }

  /** Adds a drift of the past, for the review of its incident alone. */
  public synchronized void reviewed(DriftEvent e) {
    reviews.alarmed(e);
  }

  public synchronized void happened(AnomalyEvent e) {
    reviews.alarmed(e);
    happened(
        e.finding(),
        ViewMapper.event(
            e.finding(),
            "anomaly",
            e.kind().name(),
            e.statistic(),
            e.threshold(),
            e.pValue(),
            e.condition(),
            e.motion()));
  }

  public synchronized void happened(DriftEvent e) {
    reviews.alarmed(e);
    happened(
        e.finding(),
        ViewMapper.event(
            e.finding(),
            "drift",
            e.channel() + "_" + e.kind(),
            e.statistic(),
            e.threshold(),
            Double.NaN,
            e.condition(),
            null));
  }

  public synchronized void happened(InterventionEvent e) {
    happened(
        e.finding(),
        ViewMapper.event(
            e.finding(),
            "intervention",
            e.kind().name(),
            e.statistic(),
            e.threshold(),
            e.pValue(),
            e.condition(),
            null));
  }

  private void happened(Finding finding, EventView event) {
    sources.at(finding.source()).happened(finding, event);
    revision++;
  }

  public synchronized void commissioning(CommissioningReport report) {
    if (sources.commissioning(report)) {
      revision++;
    }
  }

  /** Removes the calibration of a source that the monitor has forgotten. */
  public synchronized void forgotten(String source) {
    if (sources.forgotten(source)) {
      revision++;
    }
  }

  public synchronized void incident(Incident incident) {
    incidents.add(incident);
    reviews.incident(incident);
    sources.incident(incident);
    revision++;
  }

  /**
   * Applies a record of the topic of alerts.
   *
   * @param value null if the alert is over
   */
  public synchronized void alert(String key, byte @Nullable [] value) {
    alerts.apply(key, value);
  }

  /**
   * Adds or revokes a control command.
   *
   * @param key of the record, which a later one replaces
   * @param command null if it was revoked
   */
  public synchronized void ordered(String key, @Nullable ControlCommand command) {
    commands.put(key, command);
    revision++;
  }

  public synchronized void found(FindingView finding) {
    findings.addFirst(finding);
    if (findings.size() > MAX_FINDINGS) {
      findings.removeLast();
    }
  }

  public synchronized void deadLetter(String reason) {
    deadLetters.merge(reason, 1L, Long::sum);
  }

  /** Returns counts of the service, or of the visible sources if a visitor sees a part of it. */
  private record Totals(long scored, double rate, Map<String, Long> deadLetters, String modelId) {}

  private Totals totals(Visitor visitor) {
    if (visitor.maySeeAll()) {
      return new Totals(rate.scored(), rate.perSecond(), new TreeMap<>(deadLetters), modelId);
    }
    long frames = 0;
    double perSecond = 0;
    for (Map.Entry<String, SourceHistory> entry : sources.all().entrySet()) {
      if (visitor.maySee(entry.getKey())) {
        frames += entry.getValue().frames();
        long interval = entry.getValue().interval().toNanos();
        perSecond += interval > 0 ? 1e9 / interval : 0;
      }
    }
    return new Totals(
        frames, perSecond, Map.of(), visitor.maySeeScene(SceneName.DEFAULT) ? modelId : "");
  }

  /** Returns the part of the status that a visitor may see. */
  public synchronized Status status(Visitor visitor) {
    List<Source> rows = new ArrayList<>();
    for (Map.Entry<String, SourceHistory> entry : sources.all().entrySet()) {
      if (!visitor.maySee(entry.getKey())) {
        continue;
      }
      ScoredFrame frame = entry.getValue().lastFrame();
      DriftScore score = entry.getValue().lastDrift();
      rows.add(
          new Source(
              entry.getKey(),
              entry.getValue().frames(),
              frame == null ? 0 : frame.sequence(),
              score == null ? 0 : score.statistic(),
              score == null ? 0 : score.threshold(),
              frame == null ? List.of() : names(frame),
              frame == null ? new float[0] : frame.statistics().standardized()));
    }
    Totals totals = totals(visitor);
    return new Status(
        totals.modelId(),
        totals.modelId().isEmpty() ? "" : graph,
        totals.scored(),
        totals.rate(),
        totals.deadLetters(),
        List.copyOf(rows.subList(Math.max(0, rows.size() - SHOWN_SOURCES), rows.size())),
        findings.stream().filter(finding -> visitor.maySee(finding.source())).toList());
  }

  private List<String> names(ScoredFrame frame) {
    return known(frame).graph().names();
  }

  private LastFrame view(ScoredFrame frame, SourceHistory source) {
    KnownModel known = known(frame);
    List<UnreadableView> unreadable =
        unreadable(source, known)
            .mapToObj(
                i ->
                    ViewMapper.unreadable(
                        known.graph(), known.factors(), i, source.readings().get(i)))
            .toList();
    return ViewMapper.frame(frame, known.graph(), known.factors(), unreadable);
  }

  /** Returns the latents that frames of a source do not show. */
  private static IntStream unreadable(SourceHistory source, KnownModel known) {
    List<LastReading> readings = source.readings();
    return IntStream.range(0, Math.min(known.encoded(), readings.size()))
        .filter(i -> readings.get(i).since() != null);
  }

  /** Returns the latents that too many of the last frames do not show. */
  private List<UnreadableLatent> unreadable(SourceHistory source) {
    ScoredFrame frame = source.lastFrame();
    if (frame == null) {
      return List.of();
    }
    KnownModel known = known(frame);
    return unreadable(source, known)
        .filter(i -> source.readings().get(i).isLasting())
        .mapToObj(
            i -> UnreadableLatent.of(known.graph(), known.factors(), i, source.readings().get(i)))
        .toList();
  }

  /** Returns the model of a frame; one without names if it is unknown. */
  private KnownModel known(ScoredFrame frame) {
    KnownModel fitting = fitting(frame);
    if (fitting != null) {
      return fitting;
    }
    int d = frame.statistics().standardized().length;
    return new KnownModel(
        CausalGraph.empty(IntStream.range(0, d).mapToObj(i -> "z" + i).toList()),
        FactorScales.NONE,
        d,
        null,
        null);
  }

  private @Nullable InnovationStage innovations(ScoredFrame frame) {
    KnownModel fitting = fitting(frame);
    return fitting == null ? null : fitting.innovations();
  }

  private @Nullable KnownModel fitting(ScoredFrame frame) {
    KnownModel known = models.get(frame.modelId());
    int d = frame.statistics().standardized().length;
    return known != null && known.graph().size() == d ? known : null;
  }

  /**
   * Facts about a source.
   *
   * @param lastFrame the last one; null if none is known
   * @param commands that stand and cover it
   * @param incidents the newest first
   * @param belowMinimum last finding whose effect was below its minimum; null if there was none
   * @param latents of the model of its last frame; empty if it is not known
   * @param unreadable latents that too many of its last frames do not show
   */
  record Known(
      @Nullable ScoredFrame lastFrame,
      Duration silentAfter,
      CommissioningStatus status,
      double driftShare,
      List<ControlCommand> commands,
      List<Incident> incidents,
      @Nullable Finding belowMinimum,
      List<String> latents,
      List<UnreadableLatent> unreadable) {}

  /** Returns the facts about a source; empty if it is unknown or hidden. */
  synchronized Optional<Known> known(Visitor visitor, String name) {
    SourceHistory source = visitor.maySee(name) ? sources.find(name).orElse(null) : null;
    if (source == null) {
      return Optional.empty();
    }
    DriftScore score = source.lastDrift();
    double share =
        score != null && score.threshold() > 0 && SourceHistory.isWatched(score)
            ? score.statistic() / score.threshold()
            : Double.NaN;
    Duration interval = source.interval();
    return Optional.of(
        new Known(
            source.lastFrame(),
            interval.isZero() ? Duration.ZERO : SourceCondition.silence(interval),
            sources.status(name, source),
            share,
            commands
                .all()
                .filter(one -> one instanceof Standing && one.order().covers(name))
                .toList(),
            incidents.newestFirst().stream().filter(one -> one.source().equals(name)).toList(),
            source.belowMinimum(),
            latents(source),
            unreadable(source)));
  }

  /**
   * State from which a source is forecast.
   *
   * @param at when its last frame was taken
   */
  record Outlook(
      DynamicHistory history, List<String> names, FactorScales scales, String model, Instant at) {}

  /**
   * Returns the state from which a source is forecast.
   *
   * @return empty if the source is unknown or hidden
   * @throws IllegalArgumentException if the model of its last frame cannot forecast
   */
  synchronized Optional<Outlook> outlook(Visitor visitor, String name) {
    SourceHistory source = visitor.maySee(name) ? sources.find(name).orElse(null) : null;
    ScoredFrame frame = source == null ? null : source.lastFrame();
    if (source == null || frame == null) {
      return Optional.empty();
    }
    KnownModel known = known(frame);
    DynamicHistory history =
        source
            .innovations()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no equation of model %s uses earlier frames: train it on a sequence"
                            .formatted(frame.modelId())));
    return Optional.of(
        new Outlook(
            history, known.graph().names(), known.factors(), frame.modelId(), frame.capturedAt()));
  }

  /**
   * Query for a page of sources.
   *
   * @param text part of the name
   * @param condition state of the source; empty for any
   * @param phase of its calibration; empty for any
   * @param page from 0
   * @param size sources per page
   */
  public record Query(
      String text,
      Optional<SourceCondition> condition,
      Optional<CalibrationPhase> phase,
      int page,
      int size) {
    public Query {
      text = text.strip().toLowerCase(Locale.ROOT);
      Pages.check(page, size);
    }
  }

  private record Listed(
      String name,
      SourceHistory history,
      SourceCondition condition,
      CommissioningStatus commissioning) {
    /** A source that needs a review follows silent ones, unless its state is more urgent. */
    int urgency() {
      boolean review = commissioning.phase() == CalibrationPhase.NEEDS_REVIEW;
      int usual = 2 * condition.ordinal();
      return review ? Math.min(usual, 2 * SourceCondition.SILENT.ordinal() + 1) : usual;
    }
  }

  /** Returns the overview of the sources that a visitor may see. */
  public synchronized Overview overview(Visitor visitor, Query query, Instant now) {
    long at = now.toEpochMilli();
    Map<SourceCondition, Integer> counts = new EnumMap<>(SourceCondition.class);
    Map<CalibrationPhase, Integer> phases = new EnumMap<>(CalibrationPhase.class);
    int proposed = 0;
    List<Listed> matching = new ArrayList<>();
    List<Maintenance> maintenance = commands.active().maintenance(now);
    for (Map.Entry<String, SourceHistory> entry : sources.all().entrySet()) {
      if (!visitor.maySee(entry.getKey())) {
        continue;
      }
      boolean maintained = maintenance.stream().anyMatch(one -> one.order().covers(entry.getKey()));
      SourceCondition condition = entry.getValue().condition(at, maintained);
      CommissioningStatus commissioning = sources.status(entry.getKey(), entry.getValue());
      counts.merge(condition, 1, Integer::sum);
      phases.merge(commissioning.phase(), 1, Integer::sum);
      proposed += commissioning.proposals().isEmpty() ? 0 : 1;
      if (query.condition().map(wanted -> wanted == condition).orElse(true)
          && query.phase().map(wanted -> wanted == commissioning.phase()).orElse(true)
          && entry.getKey().toLowerCase(Locale.ROOT).contains(query.text())) {
        matching.add(new Listed(entry.getKey(), entry.getValue(), condition, commissioning));
      }
    }
    matching.sort(Comparator.comparingInt(Listed::urgency).thenComparing(Listed::name));
    int page = Pages.within(query.page(), query.size(), matching);
    List<Row> rows =
        Pages.of(matching, page, query.size()).stream()
            .map(
                one ->
                    ViewMapper.row(
                        one.name(),
                        one.history(),
                        one.condition(),
                        one.commissioning(),
                        unreadable(one.history())))
            .toList();
    List<Incident> open = new ArrayList<>();
    List<IncidentView> closed = new ArrayList<>();
    for (Incident incident : incidents.newestFirst()) {
      if (!visitor.maySee(incident.source())) {
        continue;
      }
      if (incident.open()) {
        open.add(incident);
      } else if (closed.size() < SHOWN_CLOSED) {
        closed.add(view(incident));
      }
    }
    open.sort(
        Comparator.comparing(Incident::severity)
            .reversed()
            .thenComparing(Incident::openedAt, Comparator.reverseOrder()));
    Totals totals = totals(visitor);
    return new Overview(
        at,
        totals.modelId(),
        totals.scored(),
        totals.rate(),
        totals.deadLetters(),
        counts,
        phases,
        proposed,
        matching.size(),
        page,
        rows,
        open.stream().limit(SHOWN_INCIDENTS).map(this::view).toList(),
        open.size(),
        closed);
  }

  /**
   * Position of a reader of one source.
   *
   * @param generation of the rows' columns
   * @param revision of incidents, events and commands
   * @param period newest period of the trends
   * @param modelId model whose graph was sent
   */
  public record Seen(
      int generation, long scores, long drift, long revision, long period, String modelId) {
    public static final Seen NOTHING = new Seen(-1, 0, 0, -1, Long.MIN_VALUE, "");
  }

  /** View of one source, with the new read position of the page. */
  public record SourceAnswer(SourceView view, Seen seen) {}

  /**
   * Returns the parts of a source that its reader has not seen.
   *
   * @return empty if the source is unknown or hidden
   */
  public synchronized Optional<SourceAnswer> source(
      Visitor visitor, String name, Seen seen, Instant now) {
    SourceHistory history = sources.find(name).orElse(null);
    if (history == null || !visitor.maySee(name)) {
      return Optional.empty();
    }
    long at = now.toEpochMilli();
    ScoredFrame frame = history.lastFrame();
    DriftScore score = history.lastDrift();
    boolean reset = seen.generation() != history.generation();
    NumberRing.Series scores = history.scores().since(reset ? 0 : seen.scores());
    NumberRing.Series drift = history.drift().since(reset ? 0 : seen.drift());
    String scoredBy = frame == null ? modelId : frame.modelId();
    KnownModel known = models.get(scoredBy);
    String graphOf = known == null ? "" : scoredBy;
    boolean news = revision != seen.revision();
    Trend trend = history.trend();
    CommissioningReport report = sources.report(name);
    SourceView view =
        new SourceView(
            at,
            ViewMapper.row(
                name,
                history,
                history.condition(at, commands.active().maintained(name, now)),
                sources.status(name, history),
                unreadable(history)),
            SourceCondition.silence(history.interval()).toMillis(),
            known == null || graphOf.equals(seen.modelId())
                ? null
                : ViewMapper.graph(known.graph()),
            score == null ? List.of() : Arrays.stream(score.scales()).boxed().toList(),
            score == null ? 0 : score.samples(),
            score == null ? List.of() : ViewMapper.pValues(score.calibration().pValues()),
            score == null ? null : ViewMapper.number(score.targetRunLength()),
            score == null ? null : ViewMapper.number(score.others().quietRunLength()),
            frame == null ? null : view(frame, history),
            history.innovations().map(ForecastResource::longestSeconds).orElse(null),
            ViewMapper.rows(scores, reset),
            ViewMapper.rows(drift, reset),
            (trend.newest() - Trend.PERIODS + 1) * Trend.PERIOD_MILLIS,
            trend.newest() == seen.period() && !reset ? null : ViewMapper.trends(trend),
            news && report != null ? view(report) : null,
            news ? incidentsOf(name) : null,
            news ? List.copyOf(history.events()) : null,
            news ? ordersFor(name) : null);
    return Optional.of(
        new SourceAnswer(
            view,
            new Seen(
                history.generation(),
                scores.cursor(),
                drift.cursor(),
                revision,
                trend.newest(),
                graphOf)));
  }

  /**
   * Returns a source over a long time.
   *
   * @param to end, at most {@link LongHistory#LONGEST} later
   * @return empty if the source is unknown or hidden
   */
  public synchronized Optional<HistoryView> over(
      Visitor visitor, String name, Instant from, Instant to, Instant now) {
    SourceHistory known = visitor.maySee(name) ? sources.find(name).orElse(null) : null;
    if (known == null) {
      return Optional.empty();
    }
    RollUp.Series series =
        known.past().series(from.toEpochMilli(), to.toEpochMilli(), now.toEpochMilli());
    ScoredFrame frame = known.lastFrame();
    List<String> latents =
        frame == null || names(frame).size() != known.latents() ? List.of() : names(frame);
    return Optional.of(
        new HistoryView(
            now.toEpochMilli(),
            name,
            series.fromMillis(),
            series.periodMillis(),
            latents,
            ViewMapper.numbers(series.extremes()[0]),
            latents.isEmpty() ? List.of() : ViewMapper.series(series.means()),
            latents.isEmpty() ? List.of() : ViewMapper.series(series.extremes()),
            incidents.newestFirst().stream()
                .filter(one -> one.source().equals(name) && !one.openedAt().isAfter(to))
                .filter(one -> one.endedAt() == null || !one.endedAt().isBefore(from))
                .limit(SHOWN_OF_TIME)
                .map(this::view)
                .toList()));
  }

  /** The commissioning of the sources that a visitor may see and whose names a pattern matches. */
  synchronized CommissioningsView commissioning(Visitor visitor, SourceGlob pattern) {
    List<CommissioningReport> reports =
        sources.reports().stream()
            .filter(report -> pattern.matches(report.source()) && visitor.maySee(report.source()))
            .sorted(Comparator.comparing(CommissioningReport::source))
            .toList();
    return new CommissioningsView(
        reports.stream().map(this::view).toList(),
        CommonShift.of(reports).stream().map(CommonShift::sentence).toList());
  }

  private CommissioningView view(CommissioningReport report) {
    return ViewMapper.commissioning(report, latent -> smallest(report, latent));
  }

  /** Returns the smallest changes of a latent that are found; empty while nothing is watched. */
  private List<SmallestChange> smallest(CommissioningReport report, int latent) {
    KnownModel known = models.get(report.modelId());
    SourceHistory history = sources.find(report.source()).orElse(null);
    DriftScore score = history == null ? null : history.lastDrift();
    SourceCalibration normal = report.calibration();
    if (known == null
        || known.sensitivity() == null
        || normal == null
        || history == null
        || score == null
        || !score.modelId().equals(report.modelId())
        || score.calibration().phase() != CalibrationPhase.ARMED
        || history.interval().isZero()) {
      return List.of();
    }
    double seconds = HumanDuration.seconds(history.interval());
    return known.sensitivity().of(latent, normal, score.threshold(), seconds);
  }

  public synchronized boolean knows(String name) {
    return sources.contains(name);
  }

  private IncidentView view(Incident incident) {
    String verdict = null;
    String assignee = null;
    for (ControlCommand command : commands.about(incident.id())) {
      if (command instanceof Feedback f) {
        verdict = f.verdict() == FeedbackVerdict.TRUE_ALARM ? "true" : "false";
      } else if (command instanceof Acknowledgement a) {
        assignee = a.assignee();
      }
    }
    return ViewMapper.incident(incident, verdict, assignee);
  }

  private List<IncidentView> incidentsOf(String source) {
    return incidents.newestFirst().stream()
        .filter(incident -> incident.source().equals(source))
        .limit(SHOWN_OF_SOURCE)
        .map(this::view)
        .toList();
  }

  /** Returns the incidents of a query that a visitor may see. */
  synchronized IncidentsView incidents(Visitor visitor, IncidentQuery query, Instant now) {
    List<Incident> matching =
        incidents.matching(query).stream().filter(one -> visitor.maySee(one.source())).toList();
    int page = Pages.within(query.page(), query.size(), matching);
    return new IncidentsView(
        now.toEpochMilli(),
        matching.size(),
        (int) matching.stream().filter(Incident::open).count(),
        page,
        query.group().map(by -> IncidentHistory.groups(by, matching)).orElse(List.of()),
        Pages.of(matching, page, query.size()).stream().map(this::view).toList());
  }

  synchronized Optional<String> sourceOfIncident(String id) {
    return incidents.find(id).map(Incident::source);
  }

  synchronized Optional<ControlCommand> command(String key) {
    return commands.find(key);
  }

  /** Returns true if the command with a key was revoked; only the latest ones are known. */
  synchronized boolean isTakenBack(String key) {
    return commands.isRevoked(key);
  }

  private List<String> latents(SourceHistory source) {
    ScoredFrame frame = source.lastFrame();
    KnownModel fitting = frame == null ? null : fitting(frame);
    return fitting == null ? List.of() : fitting.graph().names();
  }

  /** Returns the latents of the models of known sources. */
  synchronized Set<String> latents(Predicate<String> source) {
    Set<String> latents = new TreeSet<>();
    sources(source)
        .forEach(name -> sources.find(name).ifPresent(one -> latents.addAll(latents(one))));
    return latents;
  }

  /** Returns the names of known sources that a command covers. */
  List<String> covered(ControlCommand command) {
    return sources(command.order()::covers);
  }

  /** Returns the sorted names of known sources. */
  synchronized List<String> sources(Predicate<String> wanted) {
    return sources.all().keySet().stream().filter(wanted).sorted().toList();
  }

  /** Returns the details of an incident; empty if it is unknown or hidden. */
  synchronized Optional<IncidentDetail> incident(Visitor visitor, String id, Instant now) {
    return incidents
        .find(id)
        .filter(incident -> visitor.maySee(incident.source()))
        .map(
            incident ->
                new IncidentDetail(
                    now.toEpochMilli(),
                    view(incident),
                    incidents.steps(id),
                    eventsOf(incident),
                    ordersOf(incident),
                    incidents.similar(incident, SHOWN_SIMILAR, visitor::maySee).stream()
                        .map(this::view)
                        .toList(),
                    alerts
                        .group(id)
                        .filter(group -> group.sources().allMatch(visitor::maySee))
                        .map(ViewMapper::group)
                        .orElse(null),
                    alerts.escalations(id).entrySet().stream()
                        .map(to -> new EscalationView(to.getKey(), to.getValue().toEpochMilli()))
                        .toList()));
  }

  /** Returns changes that would have spared false alarms. */
  List<Proposal> proposals(Reviewed reviewed, SourceRules rules, Instant now) {
    return Proposals.of(
        reviewed.incidents(), now, reviewed.orders(), Proposals.budgets(rules, budget));
  }

  /** Returns the feedback on the incidents that a visitor may see. */
  synchronized Reviewed reviewed(Visitor visitor) {
    List<ControlCommand> all = commands.all().toList();
    return new Reviewed(
        reviews.all(all).stream().filter(one -> visitor.maySee(one.source())).toList(), all);
  }

  /**
   * Feedback of people on incidents.
   *
   * @param incidents all known ones, with their verdicts
   * @param orders commands in force
   */
  record Reviewed(List<ReviewedIncident> incidents, List<ControlCommand> orders) {}

  private List<EventView> eventsOf(Incident incident) {
    return sources.find(incident.source()).stream()
        .flatMap(history -> history.events().stream())
        .filter(event -> incident.id().equals(event.incidentId()))
        .toList();
  }

  /** Returns the commands about an incident, or about its source while it was open. */
  private List<CommandView> ordersOf(Incident incident) {
    List<CommandView> found = new ArrayList<>();
    Instant ended = incident.endedAt();
    for (ControlCommand command : commands.all().toList()) {
      Instant at = command.order().at();
      if (command.incident().filter(incident.id()::equals).isPresent()
          || (isAboutSource(command, incident.source())
              && !at.isBefore(incident.openedAt())
              && (ended == null || !at.isAfter(ended)))) {
        found.add(0, order(command));
      }
    }
    found.sort(Comparator.comparingLong(CommandView::at).reversed());
    return found.subList(0, Math.min(SHOWN_OF_SOURCE, found.size()));
  }

  private List<CommandView> ordersFor(String source) {
    List<CommandView> found = new ArrayList<>();
    for (ControlCommand command : commands.all().toList()) {
      if (isAboutSource(command, source)) {
        found.add(0, order(command));
      }
    }
    return found.subList(0, Math.min(SHOWN_OF_SOURCE, found.size()));
  }

  private static boolean isAboutSource(ControlCommand command, String source) {
    boolean shown =
        command instanceof Standing
            || (command instanceof FollowedOnce
                && command.incident().isEmpty()
                && command.kind() != Kind.RETIRE); // a retired source has no page
    return shown && command.order().covers(source);
  }

  private static CommandView order(ControlCommand command) {
    Instant until = command.until();
    return new CommandView(
        command.order().id(),
        ViewMapper.kind(command),
        command.order().by(),
        command.order().reason(),
        command.order().at().toEpochMilli(),
        until == null ? null : until.toEpochMilli(),
        command instanceof Acknowledgement acknowledgement ? acknowledgement.assignee() : null);
  }
}
