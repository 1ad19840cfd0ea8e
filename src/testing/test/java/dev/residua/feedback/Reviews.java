package dev.residua.feedback;

import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Cause;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.drift.DriftEvent;
import dev.residua.feedback.ReviewedIncident.Verdict;
import dev.residua.frame.FramePosition;
import dev.residua.incident.Subject;
import dev.residua.testing.Incidents;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reviewed incidents of tests. */
final class Reviews {
  static final Instant REVIEWED_AT = Incidents.OPENED.plusSeconds(3_600);
  static final Instant NOW = REVIEWED_AT.plusSeconds(3_600);

  private Reviews() {}

  /** An incident of a latent whose alarm was a shift of it alone. */
  static ReviewedIncident shifted(
      String id, String source, String latent, double shift, @Nullable Boolean verdict) {
    return reviewed(
        id,
        source,
        Subject.latent(latent, false),
        new IncidentAlarms(Map.of(latent, shift), false),
        verdict);
  }

  static ReviewedIncident reviewed(
      String id, String source, Subject subject, IncidentAlarms alarms, @Nullable Boolean verdict) {
    return new ReviewedIncident(
        Incidents.with(
            i -> {
              i.id = id;
              i.source = source;
              i.subject = subject;
              i.labels = Map.of("scene", "tank");
            }),
        alarms,
        Optional.ofNullable(verdict).map(value -> new Verdict(value, REVIEWED_AT)));
  }

  /** The onset of a drift over 16 frames. */
  static DriftEvent onset(String incident, DriftEvent.Channel channel, Cause... causes) {
    Finding finding =
        new Finding(
            "e-" + incident,
            incident,
            "cam1",
            1,
            16,
            Incidents.OPENED,
            Incidents.OPENED,
            "model-1",
            "",
            Severity.WARNING,
            new Summary("Light has moved", ""),
            Arrays.asList(causes),
            List.of(),
            new FramePosition("f", 0, 1),
            Map.of(),
            null);
    return new DriftEvent(
        finding, DriftEvent.Kind.ONSET, channel, 14.5, 14, 1e6, 1e6, "", 16, null);
  }

  /** A cause by a statistic, which is the shift times the root of the frames. */
  static Cause cause(String latent, double evidence) {
    return new Cause(latent, List.of(), evidence, 1e-6, 0.5);
  }
}
