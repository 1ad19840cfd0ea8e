package dev.residua.monitor;

import dev.residua.causal.Finding;
import dev.residua.incident.ActiveControls;

/** Suppression of the alarm of the residuals, which then opens no incident. */
public enum Suppression {
  NONE,
  /** A change is announced; the diagnosis shows whether it is this one. */
  UNTIL_DIAGNOSIS,
  /** The change is announced or covered by a suppression. */
  WHILE_ON,
  /** Until a diagnosis finds an effect that is not below the minimum of its latent. */
  BELOW_MINIMUM;

  /**
   * The suppression of a new alarm.
   *
   * @param frames independent frames that show a mean as exactly as the chart that alarmed
   * @param diagnoses whether a diagnosis follows
   * @param minimum whether a latent has a minimum effect
   */
  static Suppression at(
      Finding onset, double frames, ActiveControls controls, boolean diagnoses, boolean minimum) {
    if (covered(onset, frames, controls)) {
      return WHILE_ON;
    }
    if (!controls.expectsChange(onset.source(), onset.lastAt())) {
      return diagnoses && minimum ? BELOW_MINIMUM : NONE;
    }
    return diagnoses ? UNTIL_DIAGNOSIS : announced(onset, controls) ? WHILE_ON : NONE;
  }

  Suppression after(Finding diagnosis, ActiveControls controls) {
    if (this == NONE || this == WHILE_ON) {
      return this;
    }
    if (this == UNTIL_DIAGNOSIS && announced(diagnosis, controls)) {
      return WHILE_ON;
    }
    return diagnosis.isBelowMinimum() ? BELOW_MINIMUM : NONE;
  }

  /** Returns true if only means have changed, within the margins of suppressions. */
  private static boolean covered(Finding onset, double frames, ActiveControls controls) {
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
