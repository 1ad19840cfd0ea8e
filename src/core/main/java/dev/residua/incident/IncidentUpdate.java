package dev.residua.incident;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.incident.SourceIncidents.Entry;
import dev.residua.incident.SourceIncidents.Step;
import dev.residua.incident.SourceIncidents.Track;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Works out one change of a source's incidents. Mutable, used once. */
final class IncidentUpdate {
  private static final Comparator<Report> BY_WEIGHT = Comparator.comparing(Report::weight);

  private final Moment at;
  private final IncidentSettings settings;
  private final int capacity;
  private final Map<Subject, Entry> entries = new LinkedHashMap<>();
  private final OpenTrack[] tracks = new OpenTrack[Channel.values().length];
  private final Map<String, Incident> changed = new LinkedHashMap<>(); // by id, in order

  /** Part of a finding that an incident shows. */
  private record Content(
      Weight weight,
      String kind,
      Severity severity,
      Summary summary,
      List<Finding.Cause> causes,
      @Nullable Effect effect,
      @Nullable ChangePoint changePoint,
      @Nullable IncidentFrame frame,
      Instant firstAt,
      long firstSequence) {
    static Content of(Report report) {
      Finding finding = report.finding();
      return new Content(
          report.weight(),
          report.kind(),
          finding.severity(),
          finding.summary(),
          finding.causes(),
          finding.effect(),
          report.changePoint(),
          new IncidentFrame(finding.position(), finding.modelId(), finding.modelDigest()),
          finding.firstAt(),
          finding.firstSequence());
    }

    static Content of(Entry entry, Moment at) {
      Incident incident = entry.incident();
      return new Content(
          entry.weight(),
          incident.kind(),
          incident.severity(),
          incident.summary(),
          incident.causes(),
          incident.effect(),
          incident.changePoint(),
          incident.frame(),
          at.at(),
          at.sequence());
    }

    /** The incident with this content; its severity never falls. */
    Incident in(Incident incident) {
      return incident
          .withSeverity(worse(severity, incident.severity()))
          .withKind(kind)
          .withSummary(summary)
          .withCauses(causes)
          .withEffect(effect)
          .withChangePoint(changePoint)
          .withFrame(frame);
    }
  }

  private static Severity worse(Severity a, Severity b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  /** A {@link Track} while it changes. */
  private static final class OpenTrack {
    long alarms;
    final List<Subject> supports;
    @Nullable Report strongest;
    int waited;
    boolean dismissed;
    @Nullable Subject candidate;
    boolean on;

    OpenTrack(Track track) {
      alarms = track.alarms();
      supports = new ArrayList<>(track.supports());
      strongest = track.strongest();
      waited = track.waited();
      dismissed = track.dismissed();
      candidate = track.candidate();
    }

    void replace(Subject before, @Nullable Subject after) {
      int place = supports.indexOf(before);
      if (place >= 0) {
        supports.remove(place);
        if (after != null && !supports.contains(after)) {
          supports.add(place, after);
        }
      }
    }

    /** Removes a subject; the last one stays as a subject that an operator has dealt with. */
    void dismiss(Subject subject, Predicate<Subject> open) {
      if (!supports.remove(subject) || supports.stream().anyMatch(open)) {
        return;
      }
      supports.clear();
      supports.add(subject);
      dismissed = true;
      candidate = null;
    }

    Track closed() {
      return new Track(alarms, supports, strongest, waited, dismissed, candidate);
    }
  }

  IncidentUpdate(SourceIncidents before, Moment at, IncidentSettings settings, int capacity) {
    this.at = at;
    this.settings = settings;
    this.capacity = capacity;
    before.entries().forEach(entry -> entries.put(entry.subject(), entry));
    for (int i = 0; i < tracks.length; i++) {
      tracks[i] = new OpenTrack(before.tracks().get(i));
    }
  }

  private Step step() {
    List<Track> closed = new ArrayList<>();
    for (OpenTrack track : tracks) {
      closed.add(track.closed());
    }
    return new Step(
        new SourceIncidents(List.copyOf(entries.values()), closed), List.copyOf(changed.values()));
  }

  // One frame.

  Step frame(Evidence frame) {
    cool();
    resume(frame.maintained());
    follow(Channel.SENSOR, frame, frame.fault() == null ? Alarm.NONE : Alarm.ON);
    follow(Channel.RESIDUALS, frame, frame.residuals());
    follow(Channel.PICTURE, frame, frame.picture());
    if (!frame.maintained()) {
      sensor(frame.fault());
      name(frame.named());
      attach(Channel.RESIDUALS, frame);
      attach(Channel.PICTURE, frame);
      frame.reports().forEach(this::show);
      age();
    }
    return step();
  }

  /** Drops ended incidents whose cooldown is over. */
  private void cool() {
    entries.values().removeIf(e -> !e.open() && e.quiet() >= settings.cooldownFrames());
    entries.replaceAll(
        (subject, e) ->
            e.open() ? e : new Entry(e.incident(), e.weight(), e.quiet() + 1, e.openFrames()));
  }

  /**
   * A frame ends silence, unless it comes and goes; maintenance suspends incidents, and its end
   * resumes them.
   */
  private void resume(boolean maintained) {
    Entry silence = entries.get(Subject.SILENCE);
    if (silence != null && silence.open() && silence.incident().state() != State.FLAPPING) {
      end(silence, State.RESOLVED, null, null, null);
    }
    for (Entry entry : openEntries()) {
      if (maintained && entry.incident().state() != State.SUSPENDED) {
        publish(entry, i -> i.withState(State.SUSPENDED));
      } else if (!maintained && entry.incident().state() == State.SUSPENDED) {
        publish(entry, i -> i.withState(State.UPDATED));
      }
    }
  }

  /** Counts the alarm of a channel and keeps its strongest finding. */
  private void follow(Channel channel, Evidence frame, Alarm alarm) {
    OpenTrack track = track(channel);
    boolean maintained = frame.maintained();
    track.on = alarm == Alarm.ON && !maintained;
    track.alarms = track.alarms << 1 | (track.on ? 1 : 0);
    boolean reported = false;
    for (Report report : frame.reports()) {
      if (report.channel() == channel) {
        reported = true;
        if (track.strongest == null || BY_WEIGHT.compare(report, track.strongest) >= 0) {
          track.strongest = report;
        }
      }
    }
    if (alarm == Alarm.NONE) {
      track.supports.removeIf(subject -> !isOpen(subject)); // it may come back before they resolve
      track.waited = 0;
      track.dismissed = false;
      track.candidate = null;
      // A finding outlives the frames of the k-of-n window.
      if (window(track) == 0 && !reported) {
        track.strongest = null;
      }
    }
  }

  private long window(OpenTrack track) {
    return settings.ofFrames() == 64
        ? track.alarms
        : track.alarms & ((1L << settings.ofFrames()) - 1);
  }

  /** Returns true if the alarm of a channel may open an incident now. */
  private boolean opens(OpenTrack track) {
    return track.on
        && !track.dismissed
        && track.strongest != null
        && Long.bitCount(window(track)) >= settings.alarmFrames();
  }

  private boolean supportsAny(OpenTrack track) {
    return track.supports.stream().anyMatch(this::isOpen);
  }

  /**
   * The fault of the sensor: it replaces another fault, and takes over the residuals that it
   * explains.
   */
  private void sensor(@Nullable Subject fault) {
    OpenTrack track = track(Channel.SENSOR);
    if (fault == null || !opens(track) || track.supports.contains(fault)) {
      return;
    }
    Entry before =
        openEntries().stream()
            .filter(e -> e.subject().kind() == Subject.Kind.SENSOR)
            .findFirst()
            .orElse(null);
    Content content = Content.of(Objects.requireNonNull(track.strongest));
    Entry undetermined = entries.get(Subject.UNDETERMINED);
    if (isOpen(fault)) {
      support(track, fault, content);
    } else if (before != null) {
      rediagnose(before, fault, content);
    } else if (undetermined != null && isRecent(undetermined)) {
      determine(undetermined, fault, content);
    } else {
      open(fault, content, null);
    }
    track.supports.clear();
    track.supports.add(fault);
    if (fault.equals(Subject.MOVED)) {
      mergeExplained(fault);
    }
  }

  /**
   * Merges recent incidents into the incident of a moved camera, which needs some frames to be
   * known and changes the residuals at once.
   */
  private void mergeExplained(Subject fault) {
    for (Entry entry : openEntries()) {
      Subject subject = entry.subject();
      if (isRecent(entry) && (subject.isLatent() || subject.equals(Subject.PICTURE))) {
        merge(entry, entry(fault));
      }
    }
  }

  /**
   * Returns true if an incident is open, and opened so lately that a further alarm belongs to it.
   */
  private boolean isRecent(Entry entry) {
    return entry.open() && entry.openFrames() <= SourceIncidents.JOIN_FRAMES;
  }

  /** Finds the incident of an alarm that belongs to none, or opens one. */
  private void attach(Channel channel, Evidence frame) {
    OpenTrack track = track(channel);
    if (!opens(track) || supportsAny(track)) {
      return;
    }
    track.supports.clear();
    Content content = Content.of(Objects.requireNonNull(track.strongest));
    OpenTrack sensor = track(Channel.SENSOR);
    OpenTrack other = track(channel == Channel.PICTURE ? Channel.RESIDUALS : Channel.PICTURE);
    Subject direct = channel == Channel.PICTURE ? Subject.PICTURE : Subject.UNDETERMINED;
    if (supportsAny(sensor)) {
      track.supports.addAll(sensor.supports);
    } else if (supportsAny(other) && isRecent(first(other))) {
      track.supports.addAll(other.supports);
    } else if (!frame.diagnoses() || (channel == Channel.PICTURE && supportsAny(other))) {
      support(track, direct, content);
    } else if (isCooling() && track.waited < SourceIncidents.WAIT_FRAMES) {
      track.waited++;
    } else {
      support(track, Subject.UNDETERMINED, content);
    }
  }

  /** Returns true if a diagnosed incident ended lately, which may have come back. */
  private boolean isCooling() {
    return entries.values().stream()
        .anyMatch(
            e -> !e.open() && (e.subject().isLatent() || e.subject().equals(Subject.PICTURE)));
  }

  private Entry first(OpenTrack track) {
    return track.supports.stream().filter(this::isOpen).map(this::entry).findFirst().orElseThrow();
  }

  private Entry entry(Subject subject) {
    return Objects.requireNonNull(entries.get(subject));
  }

  private void support(OpenTrack track, Subject subject, Content content) {
    Entry opened = isOpen(subject) ? entry(subject) : open(subject, content, null);
    track.supports.add(opened.subject());
  }

  /** Applies a diagnosis: the track of the residuals has it, or that of the picture alone. */
  private void name(List<Subject> named) {
    OpenTrack residuals = track(Channel.RESIDUALS);
    OpenTrack track = residuals.on ? residuals : track(Channel.PICTURE);
    if (named.isEmpty()) {
      return;
    }
    Subject leading = named.get(0);
    if (track.on && track.dismissed) {
      nameDismissed(track, leading);
    }
    if (!opens(track)) {
      return;
    }
    Content content = Content.of(Objects.requireNonNull(track.strongest));
    if (!supportsAny(track)) {
      if (!supportsAny(track(Channel.SENSOR))) {
        track.supports.clear();
        support(track, leading, content);
      }
      return;
    }
    Entry current = first(track);
    if (current.subject().kind() == Subject.Kind.SENSOR) {
      return; // the fault of the sensor explains the residuals
    }
    if (track.supports.contains(leading)) {
      track.candidate = null;
      if (!leading.equals(Subject.PICTURE)) {
        track.supports.removeIf(s -> s.isLatent() && !named.contains(s));
      }
    } else if (current.subject().equals(Subject.UNDETERMINED)) {
      determine(current, leading, content);
      track.candidate = null;
    } else if (!leading.equals(track.candidate)) {
      track.candidate = leading;
    } else {
      track.candidate = null;
      if (leading.equals(Subject.PICTURE) || named.contains(current.subject())) {
        support(track, leading, content); // a second problem
      } else {
        rediagnose(current, leading, content);
      }
    }
  }

  /**
   * Ends the dismissal of an alarm if its diagnosis twice names another subject than the one that
   * an operator has dealt with.
   */
  private static void nameDismissed(OpenTrack track, Subject leading) {
    if (track.supports.contains(leading)) {
      track.candidate = null;
    } else if (track.supports.contains(Subject.UNDETERMINED)) {
      track.replace(Subject.UNDETERMINED, leading);
    } else if (!leading.equals(track.candidate)) {
      track.candidate = leading;
    } else {
      track.candidate = null;
      track.dismissed = false;
    }
  }

  /** The undetermined incident takes the subject, or merges into the one that is open. */
  private void determine(Entry undetermined, Subject subject, Content content) {
    Entry same = entries.get(subject);
    if (same != null && same.open()) {
      merge(undetermined, same);
      return;
    }
    entries.remove(subject);
    entries.remove(undetermined.subject());
    replaceSupport(undetermined.subject(), subject);
    Incident before = undetermined.incident();
    Incident next = before.withSubject(subject);
    int openFrames = undetermined.openFrames();
    if (same != null) { // the problem that ended lately has come back
      next =
          next.withFlaps(before.flaps() + same.incident().flaps() + 1)
              .withSeverity(worse(before.severity(), same.incident().severity()));
      openFrames += same.openFrames();
    }
    update(
        new Entry(before, undetermined.weight(), undetermined.quiet(), openFrames), next, content);
  }

  private void merge(Entry part, Entry whole) {
    replaceSupport(part.subject(), whole.subject());
    end(part, State.CLOSED, Reason.MERGED, whole.incident().id(), null);
    entries.remove(part.subject());
  }

  /** Another diagnosis holds: the incident closes, and one of the other subject follows. */
  private void rediagnose(Entry wrong, Subject subject, Content content) {
    Entry same = entries.get(subject);
    if (same != null && same.open()) {
      merge(wrong, same);
      return;
    }
    // The follower is published first: receivers see one problem that continues.
    Entry follower = open(subject, content, wrong);
    end(wrong, State.CLOSED, Reason.REDIAGNOSED, null, null);
    entries.remove(wrong.subject());
    replaceSupport(wrong.subject(), follower.subject());
  }

  private void replaceSupport(Subject before, Subject after) {
    for (OpenTrack track : tracks) {
      track.replace(before, after);
    }
  }

  /** Adds a finding to the incident of its track, if it explains more than the shown one. */
  private void show(Report report) {
    OpenTrack track = track(report.channel());
    Entry entry = null;
    if (supportsAny(track)) {
      entry = first(track);
      if (report.weight() == Weight.DIAGNOSIS) {
        // One without causes is about the camera or the picture.
        String latent =
            report.finding().causes().stream().map(Finding.Cause::latent).findFirst().orElse("");
        entry =
            openEntries().stream()
                .filter(e -> e.subject().isLatent() && e.subject().name().equals(latent))
                .findFirst()
                .orElse(entry.subject().isLatent() ? null : entry);
      }
    } else if (report.weight() == Weight.FRAME) {
      entry = openEntries().stream().findFirst().orElse(null);
    }
    if (entry == null) {
      return;
    }
    Incident incident = entry.incident();
    if (incident.updatedSequence() == at.sequence()
        && incident.summary().equals(report.finding().summary())) {
      return; // it opened with this finding
    }
    boolean more =
        report.weight().compareTo(entry.weight()) > 0
            || (report.weight() == Weight.DIAGNOSIS
                && !(report.kind().equals(incident.kind())
                    && report.finding().causes().equals(incident.causes())));
    Entry counted = entry.with(incident.withEvents(incident.events() + 1));
    if (more) {
      update(counted, counted.incident(), Content.of(report));
    } else {
      put(counted);
    }
  }

  /** Counts the frame for each open incident: it resolves, gets worse, or gets too old. */
  private void age() {
    for (Entry entry : openEntries()) {
      boolean supported = false;
      for (OpenTrack track : tracks) {
        supported |= track.on && !track.dismissed && track.supports.contains(entry.subject());
      }
      Entry next =
          new Entry(
              entry.incident(),
              entry.weight(),
              supported ? 0 : entry.quiet() + 1,
              entry.openFrames() == Integer.MAX_VALUE ? Integer.MAX_VALUE : entry.openFrames() + 1);
      put(next);
      int quietFrames =
          entry.incident().state() == State.FLAPPING
              ? Math.max(settings.resolveFrames(), settings.cooldownFrames())
              : settings.resolveFrames();
      if (next.quiet() >= quietFrames) {
        end(next, State.RESOLVED, null, null, null);
      } else if (isOld(next.incident()) && !changed.containsKey(next.incident().id())) {
        expire(next);
      } else if (next.openFrames() > settings.criticalFrames()
          && next.incident().severity() != Severity.CRITICAL) {
        publish(next, i -> i.withSeverity(Severity.CRITICAL).withState(State.ESCALATED));
      }
    }
  }

  private boolean isOld(Incident incident) {
    return !at.at().isBefore(incident.openedAt().plus(settings.maximumAge()));
  }

  /** The id is too old: another with the same subject follows while the alarm is on. */
  private void expire(Entry old) {
    entries.remove(old.subject());
    if (old.quiet() == 0) {
      Entry next = open(old.subject(), Content.of(old, at), null);
      publish(next, i -> i.withFollows(old.incident().id()));
    }
    Incident ended = ended(old.incident(), State.CLOSED, Reason.EXPIRED, null, null);
    changed.put(ended.id(), ended);
  }

  // Opening, changing, ending.

  /**
   * Opens an incident, or reopens the one of the subject whose cooldown runs.
   *
   * @param before the incident that it follows; null if it follows none
   */
  private Entry open(Subject subject, Content content, @Nullable Entry before) {
    if (before == null && openEntries().size() >= capacity) {
      return openEntries().get(0);
    }
    Entry cooling = entries.remove(subject);
    Entry entry;
    if (before == null
        && cooling != null
        && cooling.incident().state() == State.RESOLVED
        && !isOld(cooling.incident())) {
      entry = reopened(cooling, content);
    } else {
      Incident first =
          new Incident(
              at.id(subject),
              at.source(),
              subject,
              State.OPENED,
              null,
              worse(content.severity(), settings.lowestSeverity()),
              content.kind(),
              content.summary(),
              null,
              content.causes(),
              content.effect(),
              content.changePoint(),
              content.firstAt().isBefore(at.at()) ? content.firstAt() : at.at(),
              at.at(),
              null,
              Math.min(content.firstSequence(), at.sequence()),
              at.sequence(),
              1,
              0,
              null,
              null,
              at.modelId(),
              at.modelDigest(),
              content.frame(),
              settings.labels());
      entry = new Entry(first, content.weight(), 0, 0);
      if (before != null) {
        entry =
            new Entry(
                following(first, before.incident()), content.weight(), 0, before.openFrames());
      }
    }
    Entry opened = entry.with(touched(entry.incident()));
    put(opened);
    changed.put(opened.incident().id(), opened.incident());
    return opened;
  }

  private Entry reopened(Entry cooling, Content content) {
    Incident old = cooling.incident();
    int flaps = old.flaps() + 1;
    Incident again =
        IncidentBuilder.builder(content.in(old))
            .state(flaps > settings.flapLimit() ? State.FLAPPING : State.OPENED)
            .reason(null)
            .endedAt(null)
            .note(null)
            .flaps(flaps)
            .events(old.events() + 1)
            .build();
    return new Entry(again, content.weight(), 0, cooling.openFrames());
  }

  /** An incident that takes over age and severity of the one before. */
  private static Incident following(Incident incident, Incident before) {
    return incident
        .withFollows(before.id())
        .withSeverity(worse(incident.severity(), before.severity()))
        .withOpenedAt(before.openedAt())
        .withOpenedSequence(before.openedSequence())
        .withEvents(before.events() + 1);
  }

  /** Shows a finding in an open incident and publishes that. */
  private void update(Entry entry, Incident changedTo, Content content) {
    Incident next = content.in(changedTo);
    State before = entry.incident().state();
    State state =
        before == State.FLAPPING
            ? State.FLAPPING
            : next.severity().compareTo(entry.incident().severity()) > 0
                ? State.ESCALATED
                : State.UPDATED;
    publish(
        new Entry(entry.incident(), content.weight(), entry.quiet(), entry.openFrames()),
        i -> next.withState(state));
  }

  private void publish(Entry entry, UnaryOperator<Incident> change) {
    Incident before = entry.incident();
    Incident next = touched(change.apply(before));
    Incident unpublished = changed.get(next.id());
    if (unpublished != null && unpublished.state() == State.OPENED && next.open()) {
      next = next.withState(State.OPENED); // one record per frame
    }
    put(entry.with(next));
    changed.put(next.id(), next);
  }

  private Incident touched(Incident incident) {
    return incident
        .withUpdatedAt(at.at())
        .withUpdatedSequence(at.sequence())
        .withModelId(at.modelId())
        .withModelDigest(at.modelDigest());
  }

  private void end(
      Entry entry,
      State state,
      @Nullable Reason reason,
      @Nullable String mergedInto,
      @Nullable String note) {
    Incident ended = ended(entry.incident(), state, reason, mergedInto, note);
    put(new Entry(ended, entry.weight(), 0, entry.openFrames()));
    changed.remove(ended.id());
    changed.put(ended.id(), ended);
  }

  private Incident ended(
      Incident incident,
      State state,
      @Nullable Reason reason,
      @Nullable String mergedInto,
      @Nullable String note) {
    Incident touched = touched(incident);
    return IncidentBuilder.builder(touched)
        .state(state)
        .reason(reason)
        .mergedInto(mergedInto)
        .endedAt(at.at())
        .note(note == null ? incident.note() : note)
        .build();
  }

  private void put(Entry entry) {
    entries.put(entry.subject(), entry);
  }

  private boolean isOpen(Subject subject) {
    Entry entry = entries.get(subject);
    return entry != null && entry.open();
  }

  private List<Entry> openEntries() {
    return entries.values().stream().filter(Entry::open).toList();
  }

  private OpenTrack track(Channel channel) {
    return tracks[channel.ordinal()];
  }

  // Silence and orders.

  Step silent(Summary summary) {
    Entry silence = entries.get(Subject.SILENCE);
    if (silence == null || (!silence.open() && silence.quiet() > 0)) {
      open(
          Subject.SILENCE,
          new Content(
              Weight.DIAGNOSIS,
              "SILENCE",
              Severity.WARNING,
              summary,
              List.of(),
              null,
              null,
              null,
              at.at(),
              at.sequence()),
          null);
    } else if (silence.open() && silence.quiet() > 0) { // flapping, and silent again
      put(new Entry(silence.incident(), silence.weight(), 0, silence.openFrames()));
    }
    for (Entry entry : openEntries()) {
      if (!entry.subject().equals(Subject.SILENCE) && entry.incident().state() != State.SUSPENDED) {
        publish(entry, i -> i.withState(State.SUSPENDED));
      }
    }
    return step();
  }

  Step closed(Predicate<Incident> which, Reason reason, @Nullable String note) {
    for (Entry entry : openEntries()) {
      if (which.test(entry.incident())) {
        drop(entry, reason, note);
      }
    }
    return step();
  }

  /** Closes an incident; its alarm opens none of the same subject until it has ended. */
  private void drop(Entry entry, Reason reason, @Nullable String note) {
    for (OpenTrack track : tracks) {
      track.dismiss(entry.subject(), this::isOpen);
    }
    end(entry, State.CLOSED, reason, null, note);
    if (!entry.subject().equals(Subject.SILENCE)) {
      entries.remove(entry.subject()); // what comes next is another problem
    }
  }

  Step accepted(Order order, Function<Incident, @Nullable String> refusal) {
    for (Entry entry : openEntries()) {
      String why = refusal.apply(entry.incident());
      if (why == null) {
        drop(
            entry,
            Reason.ACCEPTED_AS_NORMAL,
            "accepted as normal by %s: %s".formatted(order.by(), order.reason()));
      } else {
        publish(
            entry,
            i ->
                i.withState(i.state() == State.SUSPENDED ? State.SUSPENDED : State.UPDATED)
                    .withNote("not accepted as normal (%s): %s".formatted(order.by(), why)));
      }
    }
    return step();
  }
}
