package dev.residua.alerting;

import dev.residua.alerting.NotifiedState.Stage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An alert with the state of its notifications in this process. For one thread. */
final class AlertState {
  /** Where it is stored. */
  final int partition;

  AlertEntry entry;

  /** Names of the receivers that it is routed to. */
  Set<String> wanted;

  private final Map<String, Track> tracks = new HashMap<>();

  AlertState(int partition, AlertEntry entry, Set<String> wanted) {
    this.partition = partition;
    this.entry = entry;
    this.wanted = wanted;
  }

  /** Attempts of this process to deliver one alert to one receiver. */
  static final class Track {
    boolean inFlight;

    /** Whether it may have received the alert without an answer. */
    boolean attempted;

    int failures;
    @Nullable Instant firstFailure;
    @Nullable Instant notBefore;
    @Nullable Instant lastSent;
  }

  Track track(String receiver) {
    return tracks.computeIfAbsent(receiver, name -> new Track());
  }

  /** Whether the alert may be open for a receiver. */
  boolean mayFire() {
    return entry.notified().values().stream().anyMatch(state -> state.stage() == Stage.FIRING)
        || tracks.values().stream().anyMatch(track -> track.inFlight || track.attempted);
  }
}
