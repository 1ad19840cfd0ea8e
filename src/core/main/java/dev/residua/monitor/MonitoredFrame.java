package dev.residua.monitor;

import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Moment;
import java.time.Instant;

/**
 * Frame on its way through the stages, with the commands and settings in force.
 *
 * @param events results of the stages so far
 */
record MonitoredFrame(
    ScoredFrame scored,
    Moment moment,
    ActiveControls controls,
    SourceSettings settings,
    FrameEvents events) {
  static MonitoredFrame of(
      ScoredFrame scored, String modelDigest, ActiveControls controls, SourceSettings settings) {
    Moment moment =
        new Moment(
            scored.source(),
            scored.sequence(),
            scored.capturedAt(),
            scored.position().toString(),
            scored.modelId(),
            modelDigest);
    return new MonitoredFrame(scored, moment, controls, settings, new FrameEvents());
  }

  Instant capturedAt() {
    return scored.capturedAt();
  }

  /** Returns true if some residuals of the frame are unknown. */
  boolean isPartial() {
    return scored.statistics().isPartial();
  }

  /** Returns true if the frame lacks a variable of the model. */
  boolean lacksVariable(MonitorModel model) {
    int nodes = model.graph().size();
    for (int i = nodes - model.variables(); i < nodes; i++) {
      if (Float.isNaN(scored.latents()[i])) {
        return true;
      }
    }
    return false;
  }

  /** Returns true if the frame does not show a latent. */
  boolean isUnreadable(int latent) {
    return Float.isNaN(scored.latents()[latent])
        && Float.isNaN(scored.statistics().pValues()[latent]);
  }

  boolean isMaintained() {
    return controls.maintained(scored.source(), scored.capturedAt());
  }

  boolean isChangeExpected() {
    return controls.expectsChange(scored.source(), scored.capturedAt());
  }
}
