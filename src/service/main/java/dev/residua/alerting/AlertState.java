package dev.residua.alerting;

import dev.residua.alerting.NotifiedState.Stage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** State of an alert and of its notifications in this process. For one thread. */
final class AlertState {
  final int partition; // of the stored state

  AlertEntry entry;
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

    boolean attempted; // the receiver may have accepted the alert without an answer

    int failures;
    @Nullable Instant firstFailure;
    @Nullable Instant notBefore;
    @Nullable Instant lastSent;
  }

  Track track(String receiver) {
    return tracks.computeIfAbsent(receiver, name -> new Track());
  }

  boolean mayFire() {
    return entry.notified().values().stream().anyMatch(state -> state.stage() == Stage.FIRING)
        || tracks.values().stream().anyMatch(track -> track.inFlight || track.attempted);
  }
}
