package dev.residua.monitor;

import dev.residua.causal.Finding;
import dev.residua.incident.ActiveControls;

/** Suppression of the alarm of the residuals, which then opens no incident. */
public enum Suppression {
  NONE,
  /** A change is announced; the diagnosis shows whether it is this one. */
  UNTIL_DIAGNOSIS,
  /** The change is announced or covered by a suppression. */
  WHILE_ON;

  /**
   * The suppression of a new alarm.
   *
   * @param frames frames of the window that alarmed
   * @param diagnoses whether a diagnosis follows
   */
  static Suppression at(Finding onset, int frames, ActiveControls controls, boolean diagnoses) {
    if (covered(onset, frames, controls)) {
      return WHILE_ON;
    }
    if (!controls.expectsChange(onset.source(), onset.lastAt())) {
      return NONE;
    }
    return diagnoses ? UNTIL_DIAGNOSIS : announced(onset, controls) ? WHILE_ON : NONE;
  }

  Suppression after(Finding diagnosis, ActiveControls controls) {
    if (this != UNTIL_DIAGNOSIS) {
      return this;
    }
    return announced(diagnosis, controls) ? WHILE_ON : NONE;
  }

  /** Returns true if only means have changed, within the margins of suppressions. */
  private static boolean covered(Finding onset, int frames, ActiveControls controls) {
    return !onset.causes().isEmpty()
        && onset.causes().stream()
            .allMatch(
                cause ->
                    controls.suppressed(
                        onset.source(), cause.latent(), cause.evidence() / Math.sqrt(frames)));
  }

  private static boolean announced(Finding finding, ActiveControls controls) {
    return !finding.causes().isEmpty()
        && controls
            .announced(finding.source(), finding.causes().get(0).latent(), finding.lastAt())
            .isPresent();
  }
}
