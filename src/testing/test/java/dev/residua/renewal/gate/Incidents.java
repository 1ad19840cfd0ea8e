package dev.residua.renewal.gate;

import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Incidents for tests. */
public final class Incidents {
  private Incidents() {}

  public static Incident open(String id, String source, String kind, Instant openedAt) {
    return of(id, source, kind, openedAt, 0, null);
  }

  public static Incident resolved(
      String id, String source, String kind, Instant openedAt, Instant resolvedAt) {
    return of(id, source, kind, openedAt, 0, resolvedAt);
  }

  public static Incident of(
      String id,
      String source,
      String kind,
      Instant openedAt,
      long openedSequence,
      @Nullable Instant resolvedAt) {
    return new Incident(
        id,
        source,
        Subject.latent("shadow_length", false),
        resolvedAt == null ? State.OPENED : State.RESOLVED,
        null,
        Severity.WARNING,
        kind,
        new Summary("Something is wrong", "something is wrong"),
        null,
        List.of(),
        null,
        null,
        openedAt,
        resolvedAt == null ? openedAt : resolvedAt,
        resolvedAt,
        openedSequence,
        openedSequence,
        1,
        0,
        null,
        null,
        "m1",
        "ab12",
        null,
        Map.of());
  }
}
