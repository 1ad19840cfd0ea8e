package dev.residua.monitor;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.Finding;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Summary;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates stored frames exactly as the service does and compares the events with the known truth.
 * Mutable, for one thread.
 */
public final class Backtest {
  private static final String INCIDENT = "incident";
  private static final Set<String> SENSOR_FAULTS =
      Arrays.stream(AnomalyKind.values())
          .filter(AnomalyKind::isSensorFault)
          .map(Enum::name)
          .collect(Collectors.toSet());

  private final MonitorThresholds limits;
  private final int grace;
  private final Function<String, SourceSettings> settings;
  private final Function<ScoredFrame, ActiveControls> controls;
  private final Map<String, CommissioningReport> reports = new TreeMap<>();
  private final Map<String, SourceMonitor> monitors = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Map<String, Long> lastSequences = new TreeMap<>();
  private long frames;

  /**
   * An event.
   *
   * @param type {@code anomaly}, {@code drift}, {@code intervention} or {@code incident}
   * @param kind its kind, such as {@code RESIDUAL} or {@code OPENED}
   * @param firstSequence its first frame
   * @param sequence frame at which it was published
   * @param latent first cause; null if none is named
   * @param evidence size of that latent's evidence with its sign; NaN if none is named
   */
  public record Event(
      String source,
      String type,
      String kind,
      long firstSequence,
      long sequence,
      @Nullable String latent,
      double evidence,
      String incidentId,
      Summary summary) {}

  /**
   * An event that is known to have happened.
   *
   * @param node the latent that it happened to; null for the picture as a whole
   */
  public record Truth(String source, String kind, @Nullable String node, long first, long last) {}

  /**
   * The results for one kind of event.
   *
   * @param events how many there were
   * @param detected how many were alarmed between their first frame and the grace after their last
   * @param meanDelay mean frames from the first one to the alarm, over those detected; NaN if none
   * @param named of those detected that happened to a latent, how many had it as their first cause
   * @param nameable of those detected, how many happened to a latent
   * @param kinds kinds of the best findings, with counts
   */
  public record KindResult(
      int events,
      int detected,
      double meanDelay,
      int named,
      int nameable,
      Map<String, Integer> kinds) {}

  /**
   * The comparison with the truth.
   *
   * @param byKind results by kind of event
   * @param quietFrames frames outside of all events and their grace
   * @param falseIncidents incidents that opened at quiet frames
   */
  public record Comparison(Map<String, KindResult> byKind, long quietFrames, long falseIncidents) {
    /** False incidents per 10,000 quiet frames; NaN without quiet frames. */
    public double falseIncidentsPer10000() {
      return quietFrames == 0 ? Double.NaN : 10_000.0 * falseIncidents / quietFrames;
    }
  }

  /**
   * An incident from its opening to its end.
   *
   * @param last last frame; that of its source if it was still open
   * @param latent first cause that it named last; null if none is named
   */
  public record Opening(
      String source, long opened, long last, @Nullable String latent, Summary summary) {}

  /**
   * @param grace frames after the end of a known event during which events still count for it, at
   *     least 0
   * @param settings of every source
   */
  public Backtest(MonitorThresholds limits, int grace, SourceSettings settings) {
    this(limits, grace, source -> settings, frame -> ActiveControls.EMPTY);
  }

  /**
   * @param grace frames after the end of a known event during which events still count for it, at
   *     least 0
   * @param settings of a source
   * @param controls commands in force at a frame
   */
  public Backtest(
      MonitorThresholds limits,
      int grace,
      Function<String, SourceSettings> settings,
      Function<ScoredFrame, ActiveControls> controls) {
    this.limits = limits;
    this.grace = grace;
    this.settings = settings;
    this.controls = controls;
  }

  /** Progress of the calibration of each learning source, by source. */
  public Map<String, CommissioningReport> calibrations() {
    return Collections.unmodifiableMap(reports);
  }

  /** Evaluates the next frame of its source. */
  public void next(ScoredFrame frame) {
    frames++;
    lastSequences.merge(frame.source(), frame.sequence(), Math::max);
    MonitorResult result =
        monitors
            .computeIfAbsent(frame.source(), source -> SourceMonitor.start(limits))
            .next(frame, controls.apply(frame), settings.apply(frame.source()));
    result.commissioning().ifPresent(report -> reports.put(report.source(), report));
    result.anomalies().forEach(e -> add("anomaly", e.kind().name(), e.finding()));
    result.drifts().forEach(e -> add("drift", name(e), e.finding()));
    result.interventions().forEach(e -> add("intervention", e.kind().name(), e.finding()));
    for (Incident incident : result.incidents()) {
      Finding.Cause cause = incident.causes().isEmpty() ? null : incident.causes().get(0);
      events.add(
          new Event(
              incident.source(),
              INCIDENT,
              incident.state().name(),
              incident.openedSequence(),
              incident.updatedSequence(),
              cause == null ? null : cause.latent(),
              cause == null ? Double.NaN : cause.evidence(),
              incident.id(),
              incident.summary()));
    }
  }

  private static String name(DriftEvent event) {
    return event.channel() + "_" + event.kind();
  }

  private void add(String type, String kind, Finding finding) {
    Finding.Cause cause = finding.causes().isEmpty() ? null : finding.causes().get(0);
    events.add(
        new Event(
            finding.source(),
            type,
            kind,
            finding.firstSequence(),
            finding.lastSequence(),
            cause == null ? null : cause.latent(),
            cause == null ? Double.NaN : cause.evidence(),
            finding.incidentId(),
            finding.summary()));
  }

  /** Frames evaluated. */
  public long frames() {
    return frames;
  }

  /** Frames after the end of an event in which findings still count for it. */
  int grace() {
    return grace;
  }

  /** The openings of all incidents, in their order; one that comes back has several. */
  public List<Opening> openings() {
    List<Opening> openings = new ArrayList<>();
    Map<String, Integer> open = new HashMap<>();
    for (Event event : events) {
      if (!event.type().equals(INCIDENT)) {
        continue;
      }
      State state = State.valueOf(event.kind());
      Integer known = open.get(event.incidentId());
      boolean opens = known == null && (state == State.OPENED || state == State.FLAPPING);
      if (known == null && !opens) {
        continue; // it has ended before
      }
      int at = known == null ? openings.size() : known;
      Opening now =
          new Opening(
              event.source(),
              opens ? event.sequence() : openings.get(at).opened(),
              state.open()
                  ? lastSequences.getOrDefault(event.source(), event.sequence())
                  : event.sequence(),
              event.latent(),
              event.summary());
      if (opens) {
        open.put(event.incidentId(), at);
        openings.add(now);
      } else {
        openings.set(at, now);
      }
      if (!state.open()) {
        open.remove(event.incidentId());
      }
    }
    return openings;
  }

  /** All events in their order. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /**
   * Compares the events with the truth. An event is detected by the first alarm (a drift onset, a
   * sensor fault or an intervention) from its first frame on; its cause and kind are those of the
   * sensor fault or intervention found for it, else of that alarm.
   */
  public Comparison compare(List<Truth> truths) {
    Map<String, List<Truth>> byKind = new LinkedHashMap<>();
    for (Truth truth : truths) {
      byKind.computeIfAbsent(truth.kind(), kind -> new ArrayList<>()).add(truth);
    }
    Map<String, KindResult> results = new LinkedHashMap<>();
    byKind.forEach((kind, list) -> results.put(kind, result(list)));
    long busy = 0;
    for (Truth truth : truths) {
      long last = lastSequences.getOrDefault(truth.source(), truth.last());
      busy += Math.min(truth.last() + grace, last) - truth.first() + 1;
    }
    long falseIncidents =
        events.stream()
            .filter(e -> e.type().equals(INCIDENT) && e.kind().equals("OPENED"))
            .filter(e -> truths.stream().noneMatch(truth -> within(e, truth)))
            .count();
    return new Comparison(results, Math.max(0, frames - busy), falseIncidents);
  }

  private boolean within(Event event, Truth truth) {
    return event.source().equals(truth.source())
        && event.sequence() >= truth.first()
        && event.sequence() <= truth.last() + grace;
  }

  private KindResult result(List<Truth> truths) {
    int detected = 0;
    int named = 0;
    int nameable = 0;
    double delays = 0;
    Map<String, Integer> kinds = new TreeMap<>();
    for (Truth truth : truths) {
      Event alarm = null;
      Event best = null;
      for (Event event : events) {
        if (!within(event, truth) || !isAlarm(event)) {
          continue;
        }
        alarm = alarm == null ? event : alarm;
        if (best == null || informs(event) > informs(best)) {
          best = event;
        }
      }
      if (alarm == null || best == null) {
        kinds.merge("(missed)", 1, Integer::sum);
        continue;
      }
      detected++;
      delays += alarm.sequence() - truth.first();
      kinds.merge(best.type() + " " + best.kind(), 1, Integer::sum);
      if (truth.node() != null) {
        nameable++;
        named += truth.node().equals(best.latent()) ? 1 : 0;
      }
    }
    return new KindResult(
        truths.size(),
        detected,
        detected == 0 ? Double.NaN : delays / detected,
        named,
        nameable,
        kinds);
  }

  private static int informs(Event event) {
    return event.type().equals("anomaly") ? 2 : event.type().equals("intervention") ? 1 : 0;
  }

  private static boolean isAlarm(Event event) {
    return event.type().equals("intervention")
        || SENSOR_FAULTS.contains(event.kind())
        || (event.type().equals("drift") && event.kind().endsWith("ONSET"));
  }
}
