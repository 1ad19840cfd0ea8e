package dev.residua.renewal.trigger;

import dev.residua.incident.Incident;
import dev.residua.renewal.trigger.RetrainTrigger.Crossing;
import dev.residua.renewal.trigger.RetrainTrigger.Decay;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Memory of {@link TriggerEvaluation}. Only the evaluation step that makes a copy changes it; maps
 * are replaced, never changed.
 */
final class TriggerState {
  final TriggerSettings settings;
  Instant now;
  Instant scheduledAfter;
  Map<String, KnownIncident> incidents = Map.of();
  Map<String, Crossing> evidence = Map.of();
  Map<String, UniformityMonitor> windows = Map.of();
  Map<String, Decay> decays = Map.of();
  List<Instant> starts = List.of();
  @Nullable Instant endedAt;

  /** The training that is requested or running, as the end of a sentence. */
  @Nullable String busy;

  /** Suppressed triggers that were reported already. */
  Set<Reported> reported = Set.of();

  /**
   * That a kind of trigger is suppressed for a reason.
   *
   * @param subject one of {@link SuppressedTrigger#subjects}
   */
  record Reported(String kind, SuppressedTrigger.Reason reason, String subject) {}

  /** An incident, and whether an operator accepted it as normal. */
  record KnownIncident(Incident incident, boolean accepted) {}

  TriggerState(TriggerSettings settings, Instant at) {
    this.settings = settings;
    this.now = at;
    this.scheduledAfter = at;
  }

  /** A copy to be changed. */
  TriggerState(TriggerState from) {
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
    reported = from.reported;
  }
}
