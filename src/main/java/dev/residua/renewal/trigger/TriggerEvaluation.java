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
import dev.residua.renewal.trigger.SuppressionReason.Why;
import dev.residua.renewal.trigger.TriggerObservation.CapitalCrossed;
import dev.residua.renewal.trigger.TriggerObservation.Commanded;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameJudged;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a model is trained anew. Immutable: every observation gives the next state, and a trigger or
 * the reasons that held one back. There is no clock inside; time comes with the observations.
 *
 * <pre>
 *           a trigger                TrainingStarted            TrainingEnded
 *   WAITING ----------> ASKED ---------------------> RUNNING ----------------> cooldown, then WAITING
 * </pre>
 *
 * <p>Reasons are looked for in this order, and the first one is the trigger; the others are served
 * by the same training: a command; an incident of an accepted kind, or one that an operator
 * accepted as normal, that lasts; a calibration that decayed; evidence; the schedule. A command
 * waits for nothing but another training, and is not kept until then. What lasts (a drift, a decay,
 * evidence) is kept and counts again after the cooldown, a drift as long as it is open. A moment of
 * the schedule that is held back is passed over.
 *
 * <p>An open incident puts an end to decay and evidence of its source, which are then explained by
 * it: what is learnt of that source waits until the incident has lasted. A broken mechanism is
 * never learnt unless an operator says {@code accept-normal}. That makes every incident of the
 * sources meant, open at that time or resolved within {@link #ACCEPT_TOLERANCE} before, one that
 * counts, also after it is resolved.
 *
 * <p>How long an incident is open is reckoned from the capture time of its first frame to the time
 * of the observations: frames must come about when they were captured.
 *
 * <p><b>After a restart</b> the state is made again from topics. Start with the time of the newest
 * record of a training: of the moments of the schedule that were missed since then, one counts.
 * Then {@linkplain #replayed replay} an {@link IncidentChanged} for every key of the compacted
 * incidents, and after them {@link NormalAccepted}, {@link TrainingStarted} and {@link
 * TrainingEnded} from the control topic in the order of their times; of a training that began and
 * that nobody works on any more, say that it ended. Then go on with {@link #next}. What is lost are
 * windows of p-values that were not full, and evidence: both come again if there is something to
 * them.
 *
 * <p>O(open incidents + sources with something to say) time for an observation that may decide,
 * O(1) for a frame that is passed over, and O(sources + window) for one that is kept.
 */
public final class TriggerEvaluation {
  /** How long after an incident was resolved an order may still mean it. */
  public static final Duration ACCEPT_TOLERANCE = Duration.ofMinutes(5);

  /**
   * What follows from one observation.
   *
   * @param next the new state
   * @param trigger a training to begin now
   * @param suppressed what does not lead to one, each told once until it ends or a training does
   */
  public record Step(
      TriggerEvaluation next,
      Optional<RetrainTrigger> trigger,
      List<SuppressionReason> suppressed) {
    public Step {
      suppressed = List.copyOf(suppressed);
    }
  }

  /** An incident, and whether an operator said that it is normal. */
  private record Known(Incident incident, boolean accepted) {}

  private final TriggerSettings settings;
  private final Instant now;
  private final Instant scheduledAfter;
  private final Map<String, Known> incidents;
  private final Map<String, Crossing> evidence;
  private final Map<String, UniformityMonitor> windows;
  private final Map<String, Decay> decays;
  private final List<Instant> starts;
  private final @Nullable Instant endedAt;

  /** What is asked for or running, as the end of a sentence. */
  private final @Nullable String busy;

  private final Set<String> told;

  private TriggerEvaluation(Changes c) {
    settings = c.settings;
    now = c.now;
    scheduledAfter = c.scheduledAfter;
    incidents = c.incidents;
    evidence = c.evidence;
    windows = c.windows;
    decays = c.decays;
    starts = c.starts;
    endedAt = c.endedAt;
    busy = c.busy;
    told = c.told;
  }

  /**
   * Nothing is known.
   *
   * @param at moments of the schedule after this one count
   */
  public static TriggerEvaluation start(TriggerSettings settings, Instant at) {
    return new TriggerEvaluation(new Changes(settings, at));
  }

  /** The latest time that it was told. */
  public Instant now() {
    return now;
  }

  /** Whether a training is asked for or running. */
  public boolean busy() {
    return busy != null;
  }

  /** Whether an incident of a source is open, of whatever kind. */
  public boolean incidentOpen(String source) {
    return incidents.values().stream()
        .anyMatch(known -> known.incident().open() && known.incident().source().equals(source));
  }

  /** The state after one more observation. */
  public Step next(TriggerObservation observation) {
    if (observation instanceof FrameJudged frame) {
      return judged(frame);
    }
    Changes c = changed(observation);
    if (observation instanceof TrainingStarted || observation instanceof TrainingEnded) {
      return new Step(new TriggerEvaluation(c), Optional.empty(), List.of());
    }
    RetrainTrigger.Commanded command = null;
    if (observation instanceof Commanded said) {
      command = new RetrainTrigger.Commanded(said.at(), said.id(), said.by(), said.why());
    }
    return decide(c, command);
  }

  /**
   * The state after something that happened before a restart: nothing is decided on it. Frames and
   * commands are passed over.
   */
  public TriggerEvaluation replayed(TriggerObservation observation) {
    return observation instanceof FrameJudged ? this : new TriggerEvaluation(changed(observation));
  }

  private Changes changed(TriggerObservation observation) {
    Changes c = new Changes(this);
    c.now = later(now, observation.at());
    if (observation instanceof IncidentChanged changed) {
      Incident incident = changed.incident();
      c.incidents = with(incidents, incident.id(), known(incident));
      // Frames between the change and its detection are among the last of the window.
      c.windows = incident.open() ? without(windows, incident.source()) : windows;
    } else if (observation instanceof DriftSeen seen) {
      drift(c, seen.event(), seen.at());
    } else if (observation instanceof CapitalCrossed crossed) {
      cross(c, crossing(crossed));
    } else if (observation instanceof NormalAccepted accepted) {
      accept(c, accepted.command());
    } else if (observation instanceof TrainingStarted started) {
      begin(c, started);
    } else if (observation instanceof TrainingEnded ended) {
      c.busy = null;
      c.endedAt = endedAt == null ? ended.at() : later(endedAt, ended.at());
      c.told = Set.of();
    }
    return c;
  }

  private Step judged(FrameJudged frame) {
    UniformitySettings uniformity = settings.uniformity();
    if (uniformity == null
        || !frame.quiet()
        || !UniformityMonitor.looksAt(frame.sequence(), uniformity)
        || incidentOpen(frame.source())) {
      return new Step(this, Optional.empty(), List.of());
    }
    UniformityMonitor.Step step =
        windows
            .getOrDefault(frame.source(), UniformityMonitor.start())
            .next(frame.jointPValue(), frame.calibrationScores(), frame.modelId(), uniformity);
    Changes c = new Changes(this);
    c.now = later(now, frame.at());
    c.windows = with(windows, frame.source(), step.next());
    if (step.result().isEmpty()) {
      return new Step(new TriggerEvaluation(c), Optional.empty(), List.of());
    }
    UniformityMonitor.Result result = step.result().get();
    c.decays =
        result.decayed()
            ? with(decays, frame.source(), new Decay(frame.source(), result))
            : without(decays, frame.source());
    return decide(c, null);
  }

  private Known known(Incident incident) {
    Known before = incidents.get(incident.id());
    boolean reopened =
        before != null && before.incident().flaps() < incident.flaps() && incident.open();
    return new Known(incident, before != null && before.accepted() && !reopened);
  }

  private void drift(Changes c, DriftEvent event, Instant at) {
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

  private static Crossing crossing(CapitalCrossed crossed) {
    return new Crossing(
        crossed.source(),
        crossed.at(),
        crossed.logCapital(),
        -Math.log(crossed.level()),
        "quiet frames are independent given the past and exchangeable with the calibration frames");
  }

  /** The first of a source's crossings says since when it stands. */
  private void cross(Changes c, Crossing crossing) {
    if (settings.evidence() && !evidence.containsKey(crossing.source())) {
      c.evidence = with(evidence, crossing.source(), crossing);
    }
  }

  private void accept(Changes c, AcceptNormal command) {
    Pattern sources = Pattern.compile(command.order().sources());
    Map<String, Known> next = new TreeMap<>(incidents);
    next.replaceAll(
        (id, known) ->
            means(command, sources, known.incident()) ? new Known(known.incident(), true) : known);
    c.incidents = next;
  }

  /**
   * Whether an order to take the present as normal is about an incident.
   *
   * @param sources the order's own, ready to match
   */
  public static boolean means(AcceptNormal command, Pattern sources, Incident incident) {
    Instant said = command.order().at();
    Instant resolved = incident.resolvedAt();
    return sources.matcher(incident.source()).matches()
        && !incident.openedAt().isAfter(said)
        && (resolved == null || !resolved.plus(ACCEPT_TOLERANCE).isBefore(said));
  }

  private void begin(Changes c, TrainingStarted started) {
    c.busy = "training %s, which began at %s, has not ended".formatted(started.id(), started.at());
    List<Instant> more = new ArrayList<>(starts);
    more.add(started.at());
    more.removeIf(start -> !start.plus(settings.budgetPeriod()).isAfter(c.now));
    c.starts = List.copyOf(more);
    c.scheduledAfter = later(scheduledAfter, started.at());
    // What was found so far is learnt now; what goes on will be found again.
    c.evidence = Map.of();
    c.decays = Map.of();
    Map<String, Known> open = new TreeMap<>(incidents);
    open.values()
        .removeIf(
            known -> {
              Instant resolved = known.incident().resolvedAt();
              return resolved != null && !resolved.isAfter(started.at());
            });
    c.incidents = open;
    c.told = Set.of();
  }

  private Step decide(Changes c, RetrainTrigger.@Nullable Commanded command) {
    forget(c);
    List<RetrainTrigger> causes = new ArrayList<>();
    List<SuppressionReason> suppressed = new ArrayList<>();
    if (command != null) {
      causes.add(command);
    }
    lasting(c).ifPresent(causes::add);
    decay(c, suppressed).ifPresent(causes::add);
    evidence(c, suppressed).ifPresent(causes::add);
    scheduled(c).ifPresent(causes::add);
    RetrainTrigger trigger = null;
    List<SuppressionReason> held = new ArrayList<>();
    for (RetrainTrigger cause : causes) {
      SuppressionReason obstacle = obstacle(c, cause);
      if (obstacle == null) {
        trigger = cause;
        break;
      }
      held.add(obstacle);
    }
    if (trigger != null) {
      c.busy = "the training asked for at %s has not ended".formatted(trigger.at());
    }
    suppressed.addAll(0, held);
    Set<String> now = new HashSet<>();
    List<SuppressionReason> news = new ArrayList<>();
    for (SuppressionReason one : suppressed) {
      String key = String.join("|", one.trigger().kind(), one.why().name(), one.subject());
      now.add(key);
      if (!told.contains(key) || one.trigger() instanceof RetrainTrigger.Commanded) {
        news.add(one);
      }
    }
    c.told = Set.copyOf(now);
    return new Step(new TriggerEvaluation(c), Optional.ofNullable(trigger), news);
  }

  /** Drops resolved incidents that no order can mean any more. */
  private void forget(Changes c) {
    Map<String, Known> kept = null;
    for (Known known : c.incidents.values()) {
      Instant resolved = known.incident().resolvedAt();
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
   * What has lasted. One that has lasted long enough takes along those of its kind that have lasted
   * half as long: the world often moves before several cameras at once, not to the frame.
   */
  private Optional<RetrainTrigger> lasting(Changes c) {
    Duration company = settings.lastingDrift().dividedBy(2);
    List<Lasting> drifts =
        c.incidents.values().stream()
            .filter(known -> learnable(known) && (known.accepted() || known.incident().open()))
            .filter(known -> !known.incident().openedAt().plus(company).isAfter(c.now))
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

  private boolean learnable(Known known) {
    return known.accepted() || settings.acceptedKinds().contains(known.incident().kind());
  }

  private Optional<RetrainTrigger> decay(Changes c, List<SuppressionReason> suppressed) {
    for (Decay decay : c.decays.values()) {
      Known incident = openAt(c, decay.source());
      if (incident != null) {
        suppressed.add(withheld(new CalibrationDecay(c.now, List.of(decay)), incident));
        c.decays = without(c.decays, decay.source());
      }
    }
    return c.decays.isEmpty()
        ? Optional.empty()
        : Optional.of(new CalibrationDecay(c.now, List.copyOf(c.decays.values())));
  }

  private Optional<RetrainTrigger> evidence(Changes c, List<SuppressionReason> suppressed) {
    List<Crossing> stands = new ArrayList<>();
    for (Crossing crossing : c.evidence.values()) {
      Known incident = openAt(c, crossing.source());
      if (incident != null) {
        suppressed.add(withheld(new Evidence(c.now, List.of(crossing)), incident));
        c.evidence = without(c.evidence, crossing.source());
      } else if (!crossing.at().plus(settings.evidenceWait()).isAfter(c.now)) {
        stands.add(crossing);
      }
    }
    stands.sort(Comparator.comparing(Crossing::at).thenComparing(Crossing::source));
    return stands.isEmpty() ? Optional.empty() : Optional.of(new Evidence(c.now, stands));
  }

  private static @Nullable Known openAt(Changes c, String source) {
    for (Known known : c.incidents.values()) {
      if (known.incident().open() && known.incident().source().equals(source)) {
        return known;
      }
    }
    return null;
  }

  /** What an open incident explains. */
  private SuppressionReason withheld(RetrainTrigger trigger, Known known) {
    Incident incident = known.incident();
    return learnable(known)
        ? new SuppressionReason(
            trigger,
            Why.DRIFT,
            "incident %s of %s explains it and counts itself once it has lasted %s"
                .formatted(incident.id(), incident.source(), settings.lastingDrift()))
        : new SuppressionReason(
            trigger,
            Why.FAULT,
            "incident %s of %s is open and of the kind %s, which is learnt only after accept-normal"
                .formatted(incident.id(), incident.source(), incident.kind()));
  }

  private Optional<RetrainTrigger> scheduled(Changes c) {
    Schedule schedule = settings.schedule();
    if (schedule == null) {
      return Optional.empty();
    }
    Optional<Instant> moment = schedule.next(scheduledAfter);
    if (moment.isEmpty() || moment.get().isAfter(c.now)) {
      return Optional.empty();
    }
    c.scheduledAfter = c.now;
    return Optional.of(new Scheduled(c.now, moment.get(), schedule.text()));
  }

  private @Nullable SuppressionReason obstacle(Changes c, RetrainTrigger trigger) {
    if (busy != null) {
      return new SuppressionReason(trigger, Why.RUNNING, busy);
    }
    if (trigger instanceof RetrainTrigger.Commanded) {
      return null;
    }
    if (endedAt != null && endedAt.plus(settings.cooldown()).isAfter(c.now)) {
      return new SuppressionReason(
          trigger,
          Why.COOLDOWN,
          "the last training ended at %s, the next may begin %s later"
              .formatted(endedAt, settings.cooldown()));
    }
    Instant since = c.now.minus(settings.budgetPeriod());
    List<Instant> counted = starts.stream().filter(start -> start.isAfter(since)).toList();
    if (counted.size() >= settings.budget()) {
      return new SuppressionReason(
          trigger,
          Why.BUDGET,
          "%d trainings began within %s, the first of them at %s, and %d are allowed"
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

  /** The next state in the making; maps are replaced, never changed. */
  private static final class Changes {
    final TriggerSettings settings;
    Instant now;
    Instant scheduledAfter;
    Map<String, Known> incidents = Map.of();
    Map<String, Crossing> evidence = Map.of();
    Map<String, UniformityMonitor> windows = Map.of();
    Map<String, Decay> decays = Map.of();
    List<Instant> starts = List.of();
    @Nullable Instant endedAt;
    @Nullable String busy;
    Set<String> told = Set.of();

    Changes(TriggerSettings settings, Instant at) {
      this.settings = settings;
      this.now = at;
      this.scheduledAfter = at;
    }

    Changes(TriggerEvaluation from) {
      settings = from.settings;
      now = from.now;
      scheduledAfter = from.scheduledAfter;
      incidents = from.incidents;
      evidence = from.evidence;
      windows = from.windows;
      decays = from.decays;
      starts = from.starts;
      endedAt = from.endedAt;
      busy = from.busy;
      told = from.told;
    }
  }
}
