package dev.residua.renewal.gate;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
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
        resolvedAt == null ? State.OPENED : State.RESOLVED,
        Severity.WARNING,
        kind,
        "something is wrong",
        List.of(),
        openedAt,
        resolvedAt == null ? openedAt : resolvedAt,
        resolvedAt,
        openedSequence,
        openedSequence,
        1,
        0,
        "m1",
        Map.of());
  }
}
