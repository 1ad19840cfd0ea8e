package dev.residua.renewal.trigger;

import dev.residua.drift.DriftEvent;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Incident;
import dev.residua.renewal.trigger.RetrainTrigger.CalibrationDecay;
import dev.residua.renewal.trigger.RetrainTrigger.Crossing;
import dev.residua.renewal.trigger.RetrainTrigger.Decay;
import dev.residua.renewal.trigger.RetrainTrigger.Evidence;
import dev.residua.renewal.trigger.RetrainTrigger.Lasting;
import dev.residua.renewal.trigger.RetrainTrigger.LastingDrift;
import dev.residua.renewal.trigger.RetrainTrigger.Scheduled;
import dev.residua.renewal.trigger.SuppressedTrigger.Reason;
import dev.residua.renewal.trigger.TriggerObservation.AcceptanceTakenBack;
import dev.residua.renewal.trigger.TriggerObservation.Commanded;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameEvaluated;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
import dev.residua.renewal.trigger.TriggerState.KnownIncident;
import dev.residua.renewal.trigger.TriggerState.Reported;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a model is retrained. Immutable: every observation gives the next state, and a
 * trigger or the suppressed ones. Reads no clock; time comes with the observations.
 *
 * <pre>
 *           a trigger                TrainingStarted            TrainingEnded
 *   WAITING --------> REQUESTED -------------------> RUNNING ----------------> cooldown, then WAITING
 * </pre>
 *
 * <p>The first of these triggers wins, and its training serves the others too: a command; a lasting
 * incident of an accepted kind, or one that an operator accepted as normal; a decayed calibration;
 * evidence; the schedule. Only another training suppresses a command, which is then dropped.
 * Lasting triggers (a drift, a decay, evidence) are kept and count again after the cooldown, a
 * drift as long as it is open. A suppressed moment of the schedule is skipped.
 *
 * <p>An open incident explains decay and evidence of its source and clears both: retraining on that
 * source waits until the incident has lasted. A broken mechanism is never learnt without the
 * command {@code accept-normal}. That command covers every incident of its sources that is open or
 * was resolved within {@link #ACCEPT_TOLERANCE} before, also after it is resolved.
 *
 * <p>The age of an incident runs from the capture time of its first frame to the time of the
 * observations, so frames must arrive soon after they were captured.
 *
 * <p><b>After a restart</b> rebuild the state from the topics. Start with the time of the newest
 * record of a training: of the scheduled moments missed since then, one counts. Then {@linkplain
 * #replayed replay} an {@link IncidentChanged} for every key of the compacted incidents, and after
 * them {@link NormalAccepted}, {@link TrainingStarted} and {@link TrainingEnded} from the control
 * topic in the order of their times, with a {@link TrainingEnded} for every training that was
 * abandoned. Then continue with {@link #next}. Partial windows of p-values and evidence are lost;
 * both build up again if the cause persists.
 *
 * <p>O(open incidents + sources with evidence or decay) time for an observation that may decide,
 * O(1) for a skipped frame, and O(sources + window) for one that is kept.
 */
public final class TriggerEvaluation {
  /** Time after the end of an incident in which {@code accept-normal} still covers it. */
  public static final Duration ACCEPT_TOLERANCE = Duration.ofMinutes(5);

  /**
   * The result of one observation.
   *
   * @param next the new state
   * @param trigger a training to start now
   * @param suppressed triggers that start none; each is reported once until it or a training ends
   */
  public record Step(
      TriggerEvaluation next,
      Optional<RetrainTrigger> trigger,
      List<SuppressedTrigger> suppressed) {
    public Step {
      suppressed = List.copyOf(suppressed);
    }
  }

  private final TriggerSettings settings;
  private final TriggerState state;

  private TriggerEvaluation(TriggerState state) {
    this.settings = state.settings;
    this.state = state;
  }

  /**
   * The state before any observation.
   *
   * @param at scheduled moments after this one count
   */
  public static TriggerEvaluation start(TriggerSettings settings, Instant at) {
    return new TriggerEvaluation(new TriggerState(settings, at));
  }

  /** The latest time of any observation. */
  public Instant now() {
    return state.now;
  }

  /** Returns true if a training is requested or running. */
  public boolean busy() {
    return state.busy != null;
  }

  /** Returns true if an incident of any kind is open at a source. */
  public boolean incidentOpen(String source) {
    return state.incidents.values().stream()
        .anyMatch(known -> known.incident().open() && known.incident().source().equals(source));
  }

  /** The state after one more observation. */
  public Step next(TriggerObservation observation) {
    if (observation instanceof FrameEvaluated frame) {
      return evaluated(frame);
    }
    TriggerState c = after(observation);
    if (observation instanceof TrainingStarted || observation instanceof TrainingEnded) {
      return new Step(new TriggerEvaluation(c), Optional.empty(), List.of());
    }
    RetrainTrigger.Commanded command = null;
    if (observation instanceof Commanded given) {
      command = new RetrainTrigger.Commanded(given.at(), given.id(), given.by(), given.reason());
    }
    return decide(c, command);
  }

  /** The state after an observation from before a restart; decides nothing, ignores frames. */
  public TriggerEvaluation replayed(TriggerObservation observation) {
    return observation instanceof FrameEvaluated ? this : new TriggerEvaluation(after(observation));
  }

  private TriggerState after(TriggerObservation observation) {
    TriggerState c = new TriggerState(state);
    c.now = later(state.now, observation.at());
    if (observation instanceof IncidentChanged changed) {
      Incident incident = changed.incident();
      c.incidents = with(state.incidents, incident.id(), known(incident));
      // Frames between the change and its detection are among the last of the window.
      c.windows = incident.open() ? without(state.windows, incident.source()) : state.windows;
    } else if (observation instanceof DriftSeen seen) {
      drift(c, seen.event(), seen.at());
    } else if (observation instanceof NormalAccepted accepted) {
      accept(c, accepted.command());
    } else if (observation instanceof AcceptanceTakenBack takenBack) {
      takeBack(c, takenBack.others());
    } else if (observation instanceof TrainingStarted started) {
      begin(c, started);
    } else if (observation instanceof TrainingEnded ended) {
      c.busy = null;
      c.endedAt = state.endedAt == null ? ended.at() : later(state.endedAt, ended.at());
      c.reported = Set.of();
    }
    return c;
  }

  private Step evaluated(FrameEvaluated frame) {
    UniformitySettings uniformity = settings.uniformity();
    if (uniformity == null
        || !frame.quiet()
        || !UniformityMonitor.samples(frame.sequence(), uniformity)
        || incidentOpen(frame.source())) {
      return new Step(this, Optional.empty(), List.of());
    }
    UniformityMonitor.Step step =
        state
            .windows
            .getOrDefault(frame.source(), UniformityMonitor.start())
            .next(frame.pValues(), frame.calibrationScores(), frame.calibration(), uniformity);
    TriggerState c = new TriggerState(state);
    c.now = later(state.now, frame.at());
    c.windows = with(state.windows, frame.source(), step.next());
    if (step.result().isEmpty()) {
      return new Step(new TriggerEvaluation(c), Optional.empty(), List.of());
    }
    UniformityMonitor.Result result = step.result().get();
    c.decays =
        result.decayed()
            ? with(state.decays, frame.source(), new Decay(frame.source(), result))
            : without(state.decays, frame.source());
    return decide(c, null);
  }

  private KnownIncident known(Incident incident) {
    KnownIncident before = state.incidents.get(incident.id());
    boolean reopened =
        before != null && before.incident().flaps() < incident.flaps() && incident.open();
    return new KnownIncident(incident, before != null && before.accepted() && !reopened);
  }

  private void drift(TriggerState c, DriftEvent event, Instant at) {
    if (event.channel() == DriftEvent.Channel.EVIDENCE && event.kind() == DriftEvent.Kind.ONSET) {
      cross(
          c,
          new Crossing(
              event.finding().source(),
              at,
              event.statistic(),
              event.threshold(),
              event.condition()));
    }
  }

  /** Keeps the first crossing of each source, as it gives the evidence's start. */
  private void cross(TriggerState c, Crossing crossing) {
    if (settings.evidence() && !state.evidence.containsKey(crossing.source())) {
      c.evidence = with(state.evidence, crossing.source(), crossing);
    }
  }

  private void accept(TriggerState c, AcceptNormal command) {
    Map<String, KnownIncident> next = new TreeMap<>(state.incidents);
    next.replaceAll(
        (id, known) ->
            matches(command, known.incident()) ? new KnownIncident(known.incident(), true) : known);
    c.incidents = next;
  }

  /** Keeps only the acceptances of incidents that another command covers. */
  private void takeBack(TriggerState c, List<AcceptNormal> others) {
    Map<String, KnownIncident> next = new TreeMap<>(state.incidents);
    next.replaceAll(
        (id, known) ->
            new KnownIncident(
                known.incident(),
                known.accepted()
                    && others.stream().anyMatch(other -> matches(other, known.incident()))));
    c.incidents = next;
  }

  /** Returns true if an {@code accept-normal} covers an incident. */
  public static boolean matches(AcceptNormal command, Incident incident) {
    Instant given = command.order().at();
    Instant resolved = incident.endedAt();
    return command.order().covers(incident.source())
        && !incident.openedAt().isAfter(given)
        && (resolved == null || !resolved.plus(ACCEPT_TOLERANCE).isBefore(given));
  }

  private void begin(TriggerState c, TrainingStarted started) {
    c.busy =
        "training %s, which started at %s, has not ended".formatted(started.id(), started.at());
    List<Instant> more = new ArrayList<>(state.starts);
    more.add(started.at());
    more.removeIf(start -> !start.plus(settings.budgetPeriod()).isAfter(c.now));
    c.starts = List.copyOf(more);
    c.scheduledAfter = later(state.scheduledAfter, started.at());
    // This training learns what was found so far; a lasting cause is found again.
    c.evidence = Map.of();
    c.decays = Map.of();
    Map<String, KnownIncident> open = new TreeMap<>(state.incidents);
    open.values()
        .removeIf(
            known -> {
              Instant resolved = known.incident().endedAt();
              return resolved != null && !resolved.isAfter(started.at());
            });
    c.incidents = open;
    c.reported = Set.of();
  }

  private Step decide(TriggerState c, RetrainTrigger.@Nullable Commanded command) {
    dropResolved(c);
    List<RetrainTrigger> causes = new ArrayList<>();
    List<SuppressedTrigger> suppressed = new ArrayList<>();
    if (command != null) {
      causes.add(command);
    }
    lasting(c).ifPresent(causes::add);
    decay(c, suppressed).ifPresent(causes::add);
    evidence(c, suppressed).ifPresent(causes::add);
    scheduled(c).ifPresent(causes::add);
    RetrainTrigger trigger = null;
    List<SuppressedTrigger> obstructed = new ArrayList<>();
    for (RetrainTrigger cause : causes) {
      SuppressedTrigger obstacle = obstacle(c, cause);
      if (obstacle == null) {
        trigger = cause;
        break;
      }
      obstructed.add(obstacle);
    }
    if (trigger != null) {
      c.busy = "the training requested at %s has not ended".formatted(trigger.at());
    }
    suppressed.addAll(0, obstructed);
    Set<Reported> reported = new HashSet<>();
    for (Reported before : c.reported) { // an incident may change its kind, and change it back
      if (c.incidents.containsKey(before.subject())) {
        reported.add(before);
      }
    }
    List<SuppressedTrigger> fresh = new ArrayList<>();
    for (SuppressedTrigger one : suppressed) {
      boolean isNew = one.trigger() instanceof RetrainTrigger.Commanded;
      for (String subject : one.subjects()) {
        Reported now = new Reported(one.trigger().kind(), one.reason(), subject);
        isNew |= !state.reported.contains(now);
        reported.add(now);
      }
      if (isNew) {
        fresh.add(one);
      }
    }
    c.reported = Set.copyOf(reported);
    return new Step(new TriggerEvaluation(c), Optional.ofNullable(trigger), fresh);
  }

  /** Drops resolved incidents that {@code accept-normal} can no longer cover. */
  private void dropResolved(TriggerState c) {
    Map<String, KnownIncident> kept = null;
    for (KnownIncident known : c.incidents.values()) {
      Instant resolved = known.incident().endedAt();
      if (resolved != null
          && !known.accepted()
          && resolved.plus(ACCEPT_TOLERANCE).isBefore(c.now)) {
        kept = kept == null ? new TreeMap<>(c.incidents) : kept;
        kept.remove(known.incident().id());
      }
    }
    c.incidents = kept == null ? c.incidents : kept;
  }

  /**
   * The lasting incidents. An incident that has lasted long enough includes those that have lasted
   * half as long, as a change often reaches several cameras at almost the same time.
   */
  private Optional<RetrainTrigger> lasting(TriggerState c) {
    Duration half = settings.lastingDrift().dividedBy(2);
    List<Lasting> drifts =
        c.incidents.values().stream()
            .filter(known -> learnable(known) && (known.accepted() || known.incident().open()))
            .filter(known -> !known.incident().openedAt().plus(half).isAfter(c.now))
            .map(
                known ->
                    new Lasting(
                        known.incident().id(),
                        known.incident().source(),
                        known.incident().kind(),
                        known.incident().openedAt(),
                        known.accepted()))
            .sorted(Comparator.comparing(Lasting::openedAt).thenComparing(Lasting::incidentId))
            .toList();
    return drifts.isEmpty() || drifts.get(0).openedAt().plus(settings.lastingDrift()).isAfter(c.now)
        ? Optional.empty()
        : Optional.of(new LastingDrift(c.now, drifts, settings.lastingDrift()));
  }

  private boolean learnable(KnownIncident known) {
    return known.accepted() || settings.acceptedKinds().contains(known.incident().kind());
  }

  private Optional<RetrainTrigger> decay(TriggerState c, List<SuppressedTrigger> suppressed) {
    for (Decay decay : c.decays.values()) {
      KnownIncident incident = openAt(c, decay.source());
      if (incident != null) {
        suppressed.add(explainedBy(new CalibrationDecay(c.now, List.of(decay)), incident));
        c.decays = without(c.decays, decay.source());
      }
    }
    return c.decays.isEmpty()
        ? Optional.empty()
        : Optional.of(new CalibrationDecay(c.now, List.copyOf(c.decays.values())));
  }

  private Optional<RetrainTrigger> evidence(TriggerState c, List<SuppressedTrigger> suppressed) {
    List<Crossing> ripe = new ArrayList<>();
    for (Crossing crossing : c.evidence.values()) {
      KnownIncident incident = openAt(c, crossing.source());
      if (incident != null) {
        suppressed.add(explainedBy(new Evidence(c.now, List.of(crossing)), incident));
        c.evidence = without(c.evidence, crossing.source());
      } else if (!crossing.at().plus(settings.evidenceWait()).isAfter(c.now)) {
        ripe.add(crossing);
      }
    }
    ripe.sort(Comparator.comparing(Crossing::at).thenComparing(Crossing::source));
    return ripe.isEmpty() ? Optional.empty() : Optional.of(new Evidence(c.now, ripe));
  }

  private static @Nullable KnownIncident openAt(TriggerState c, String source) {
    for (KnownIncident known : c.incidents.values()) {
      if (known.incident().open() && known.incident().source().equals(source)) {
        return known;
      }
    }
    return null;
  }

  /** The trigger, suppressed by an open incident that explains it. */
  private SuppressedTrigger explainedBy(RetrainTrigger trigger, KnownIncident known) {
    Incident incident = known.incident();
    return learnable(known)
        ? new SuppressedTrigger(
            trigger,
            Reason.DRIFT,
            "incident %s of %s explains it and becomes a trigger once it has lasted %s"
                .formatted(incident.id(), incident.source(), settings.lastingDrift()))
        : new SuppressedTrigger(
            trigger,
            Reason.FAULT,
            "incident %s of %s is open and of the kind %s, which is learnt only after accept-normal"
                .formatted(incident.id(), incident.source(), incident.kind()));
  }

  private Optional<RetrainTrigger> scheduled(TriggerState c) {
    Schedule schedule = settings.schedule();
    if (schedule == null) {
      return Optional.empty();
    }
    Optional<Instant> moment = schedule.next(state.scheduledAfter);
    if (moment.isEmpty() || moment.get().isAfter(c.now)) {
      return Optional.empty();
    }
    c.scheduledAfter = c.now;
    return Optional.of(new Scheduled(c.now, moment.get(), schedule.text()));
  }

  private @Nullable SuppressedTrigger obstacle(TriggerState c, RetrainTrigger trigger) {
    if (state.busy != null) {
      return new SuppressedTrigger(trigger, Reason.RUNNING, state.busy);
    }
    if (trigger instanceof RetrainTrigger.Commanded) {
      return null;
    }
    if (state.endedAt != null && state.endedAt.plus(settings.cooldown()).isAfter(c.now)) {
      return new SuppressedTrigger(
          trigger,
          Reason.COOLDOWN,
          "the last training ended at %s, the next may start %s later"
              .formatted(state.endedAt, settings.cooldown()));
    }
    Instant since = c.now.minus(settings.budgetPeriod());
    List<Instant> counted = state.starts.stream().filter(start -> start.isAfter(since)).toList();
    if (counted.size() >= settings.budget()) {
      return new SuppressedTrigger(
          trigger,
          Reason.BUDGET,
          "%d trainings started within %s, the first of them at %s, and %d are allowed"
              .formatted(
                  counted.size(), settings.budgetPeriod(), counted.get(0), settings.budget()));
    }
    return null;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static <T> Map<String, T> with(Map<String, T> map, String key, T value) {
    Map<String, T> next = new TreeMap<>(map);
    next.put(key, value);
    return next;
  }

  private static <T> Map<String, T> without(Map<String, T> map, String key) {
    if (!map.containsKey(key)) {
      return map;
    }
    Map<String, T> next = new TreeMap<>(map);
    next.remove(key);
    return next;
  }
}
