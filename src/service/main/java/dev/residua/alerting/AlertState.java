package dev.residua.alerting;

import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.incident.IncidentGroup;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** State of an alert and of its notifications in this process. For one thread. */
final class AlertState {
  final int partition; // of the stored state

  AlertEntry entry;

  /** Names of the receivers that are notified of it without an escalation. */
  Set<String> routed;

  /** Names of those among them that are not notified now, as their routes are muted. */
  Set<String> muted = Set.of();

  /** Revision of the group that was published last; negative before the first. */
  private long published = -1;

  private final Map<String, Track> tracks = new HashMap<>();

  AlertState(int partition, AlertEntry entry, Set<String> routed) {
    this.partition = partition;
    this.entry = entry;
    this.routed = routed;
  }

  /** Attempts of this process to deliver one alert to one receiver. */
  static final class Track {
    boolean inFlight;

    boolean attempted; // the receiver may have accepted the alert without an answer

    int failures;
    @Nullable Instant firstFailure;
    @Nullable Instant notBefore;
    @Nullable Instant lastSent;
  }

  Track track(String receiver) {
    return tracks.computeIfAbsent(receiver, name -> new Track());
  }

  /** Returns true if a receiver is to be notified of it. */
  boolean wants(String receiver) {
    return routed.contains(receiver) || entry.escalation().to().containsKey(receiver);
  }

  /** Names of the receivers that are notified of it now without an escalation. */
  Set<String> unmuted() {
    Set<String> names = new HashSet<>(routed);
    names.removeAll(muted);
    return names;
  }

  /** Returns true if a receiver gets nothing but the end now. */
  boolean isMuted(String receiver) {
    return muted.contains(receiver) && !entry.escalation().to().containsKey(receiver);
  }

  /** A state that is stored is published too, in the same transaction. */
  void restored() {
    published = entry.revision();
  }

  /** The state of the group if it is to be published; published once. */
  Optional<IncidentGroup> publish() {
    if (!(entry.grouping() instanceof Group group) || entry.revision() == published) {
      return Optional.empty();
    }
    published = entry.revision();
    return Optional.of(GroupIncident.published(entry, group));
  }

  boolean mayFire() {
    return entry.notified().values().stream().anyMatch(state -> state.stage() == Stage.FIRING)
        || tracks.values().stream().anyMatch(track -> track.inFlight || track.attempted);
  }
}
