package dev.residua.testing;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding.Cause;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.frame.FramePosition;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Incidents as the monitor publishes them, changed where a test says so. */
public final class Incidents {
  public static final Instant OPENED = Instant.parse("2026-05-01T10:00:00Z");

  public String id = "incident-1";
  public String source = "cam1";
  public Subject subject = Subject.latent("shadow_length", false);
  public State state = State.OPENED;
  public @Nullable Reason reason;
  public @Nullable String follows;
  public @Nullable String mergedInto;
  public Severity severity = Severity.WARNING;
  public String kind = "DRIFT.RESIDUAL";
  public String headline = "Shadow length deviates more than usual from its causes";
  public String explanation =
      "shadow length deviates more than usual from what pendulum explains, 5.2 standard errors";
  public long sequence = 100;
  public int flaps;
  public @Nullable ChangePoint changePoint =
      new ChangePoint(
          97, 90, 100, 0.9, OPENED.minusMillis(150), new FramePosition("residua.frames", 0, 4));
  public @Nullable IncidentFrame frame =
      new IncidentFrame(new FramePosition("residua.frames", 0, 7), "model-1", "ab12");

  public Map<String, String> labels = Map.of();

  private Incidents() {}

  /** An open one, warning, of {@code cam1}. */
  public static Incident opened() {
    return with(i -> {});
  }

  /** The same with something else. */
  public static Incident with(Consumer<Incidents> changes) {
    Incidents of = new Incidents();
    changes.accept(of);
    Instant updated = OPENED.plusMillis(50 * (of.sequence - 100));
    return new Incident(
        of.id,
        of.source,
        of.subject,
        of.state,
        of.reason,
        of.severity,
        of.kind,
        new Summary(of.headline, of.explanation),
        null,
        List.of(new Cause("shadow_length", List.of("pendulum", "light"), 8.9, 1e-6, 0.8)),
        null,
        of.changePoint,
        OPENED,
        updated,
        of.state.open() ? null : updated,
        100,
        of.sequence,
        3,
        of.flaps,
        of.follows,
        of.mergedInto,
        "model-1",
        "ab12",
        of.frame,
        of.labels);
  }

  /** The same incident, over. */
  public static Incident resolved() {
    return with(
        i -> {
          i.state = State.RESOLVED;
          i.sequence = 200;
        });
  }
}
