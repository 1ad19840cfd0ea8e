package dev.residua.incident;

import dev.residua.causal.Finding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One problem of one source, as it stands.
 *
 * @param id identity; the same after a restart or a rebalance, and when the problem comes back
 *     within the cooldown
 * @param source source of the frames
 * @param state where in its life it is
 * @param severity how urgently a person should look
 * @param kind kind of the finding that says most about it, such as {@code DRIFT.RESIDUAL} or {@code
 *     INTERVENTION.OFFSET}
 * @param sentence what is wrong, in one plain sentence
 * @param causes causes, most likely first
 * @param openedAt capture time of the first frame
 * @param updatedAt capture time of the last frame that changed it
 * @param resolvedAt capture time of the frame that resolved it; null while it is open
 * @param openedSequence first frame
 * @param updatedSequence last frame that changed it
 * @param events findings grouped in it so far, at least 0
 * @param flaps how often it came back within the cooldown
 * @param modelId model in use
 * @param links where to look, by purpose
 */
public record Incident(
    String id,
    String source,
    State state,
    Finding.Severity severity,
    String kind,
    String sentence,
    List<Finding.Cause> causes,
    Instant openedAt,
    Instant updatedAt,
    @Nullable Instant resolvedAt,
    long openedSequence,
    long updatedSequence,
    long events,
    int flaps,
    String modelId,
    Map<String, String> links) {
  public Incident {
    if ((state == State.RESOLVED) != (resolvedAt != null)) {
      throw new IllegalArgumentException(
          "incident %s is %s but its time of resolution is %s".formatted(id, state, resolvedAt));
    }
    if (events < 0 || flaps < 0) {
      throw new IllegalArgumentException(
          "incident %s has %d events and %d flaps, expected at least 0"
              .formatted(id, events, flaps));
    }
    causes = List.copyOf(causes);
    links = Map.copyOf(links);
  }

  /** State of an incident. */
  public enum State {
    /** It has begun, or come back. */
    OPENED,
    /** It is known to be worse, or more is known about it. */
    ESCALATED,
    /** It is over. */
    RESOLVED
  }

  /** Whether it is not over. */
  public boolean open() {
    return state != State.RESOLVED;
  }
}
