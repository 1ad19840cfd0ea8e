package dev.residua.incident;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Effect;
import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Current state of one problem of one source.
 *
 * @param id identity; the same after a restart or a rebalance, and when the problem comes back
 *     within the cooldown; never used for another subject
 * @param source source of the frames
 * @param subject its subject; changes at most once, from undetermined to a diagnosed subject
 * @param state current state
 * @param reason why it was closed; null unless the state is {@code CLOSED}
 * @param severity how urgently a person should look; never falls while it is open
 * @param kind kind of the finding that explains most, such as {@code DRIFT.RESIDUAL} or {@code
 *     INTERVENTION.OFFSET}
 * @param summary the problem for people
 * @param note last remark about it, such as who closed it, cut to {@link #MAX_NOTE} characters;
 *     null if there is none
 * @param causes causes, most likely first
 * @param effect effect of the finding that it shows, with its minimum; null without a minimum
 * @param changePoint estimated begin of the change, if known
 * @param openedAt capture time of the first frame
 * @param updatedAt capture time of the last frame that changed it
 * @param endedAt capture time at which it was resolved or closed; null while it is open
 * @param openedSequence first frame
 * @param updatedSequence last frame that changed it
 * @param events findings grouped in it so far, at least 0
 * @param flaps how often it came back within the cooldown
 * @param follows the incident that it continues under a corrected diagnosis; null for most
 * @param mergedInto the incident that it turned out to be a part of; null for most
 * @param modelId model in use
 * @param modelDigest SHA-256 of its bundle; empty if several models are in use
 * @param frame frame of the finding that it shows; null if the source is silent
 * @param labels labels of the source rule that was in force when it opened, and the scene
 */
@RecordBuilder
public record Incident(
    String id,
    String source,
    Subject subject,
    State state,
    @Nullable Reason reason,
    Finding.Severity severity,
    String kind,
    Summary summary,
    @Nullable String note,
    List<Finding.Cause> causes,
    @Nullable Effect effect,
    @Nullable ChangePoint changePoint,
    Instant openedAt,
    Instant updatedAt,
    @Nullable Instant endedAt,
    long openedSequence,
    long updatedSequence,
    long events,
    int flaps,
    @Nullable String follows,
    @Nullable String mergedInto,
    String modelId,
    String modelDigest,
    @Nullable IncidentFrame frame,
    Map<String, String> labels)
    implements IncidentBuilder.With {
  /** Longest note, in characters; the rest is cut off. */
  public static final int MAX_NOTE = 500;

  public Incident {
    if (state.open() != (endedAt == null)) {
      throw new IllegalArgumentException(
          "incident %s is %s but its end is %s".formatted(id, state, endedAt));
    }
    if ((state == State.CLOSED) != (reason != null)) {
      throw new IllegalArgumentException(
          "incident %s is %s but its reason is %s".formatted(id, state, reason));
    }
    if ((reason == Reason.MERGED) != (mergedInto != null)) {
      throw new IllegalArgumentException(
          "incident %s is closed for %s but merged into %s".formatted(id, reason, mergedInto));
    }
    if (events < 0 || flaps < 0) {
      throw new IllegalArgumentException(
          "incident %s has %d events and %d flaps, expected at least 0"
              .formatted(id, events, flaps));
    }
    note = note == null || note.length() <= MAX_NOTE ? note : note.substring(0, MAX_NOTE - 1) + "…";
    causes = List.copyOf(causes);
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** State of an incident. */
  public enum State {
    /** It has begun, or come back. */
    OPENED,
    /** More is known about it; it is not worse. */
    UPDATED,
    /** Its severity rose. */
    ESCALATED,
    /** It comes and goes; it stays open until it is quiet for the cooldown. */
    FLAPPING,
    /** Maintenance, or silence of the source, hides it. */
    SUSPENDED,
    /** Its alarm has ended. */
    RESOLVED,
    /** It ended for another reason. */
    CLOSED;

    /** Returns true if it is not over. */
    public boolean open() {
      return this != RESOLVED && this != CLOSED;
    }
  }

  /** Why an incident was closed. */
  public enum Reason {
    /** It turned out to be a part of another open incident. */
    MERGED,
    /** A later diagnosis names another subject; the incident that follows is about that. */
    REDIAGNOSED,
    /** An operator resolved it. */
    RESOLVED_BY_OPERATOR,
    /** An operator called it a false alarm. */
    FALSE_ALARM,
    /** An operator accepted the present as normal, and the detectors follow. */
    ACCEPTED_AS_NORMAL,
    /** The source was retired. */
    SOURCE_RETIRED,
    /** The source stayed away until it was forgotten. */
    SOURCE_GONE,
    /** It reached the maximum age of an id; if the alarm is on, another follows. */
    EXPIRED
  }

  /** Returns true if it is not over. */
  public boolean open() {
    return state.open();
  }

  /** The thresholds that were crossed, as a sentence; null if no detector alarmed. */
  public @Nullable String threshold() {
    if (!kind.startsWith("DRIFT.") && !kind.startsWith("INTERVENTION.")) {
      return null;
    }
    if (effect == null) {
      return "Crossed the threshold of the false-alarm budget alone: no minimum effect applies.";
    }
    return "Crossed the threshold of the false-alarm budget %s: %s."
        .formatted(
            effect.size() >= effect.minimum() ? "and the minimum effect" : "alone",
            effect.sentence());
  }
}
