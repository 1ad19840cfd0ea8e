package dev.residua.renewal.gate;

/** Rules that a candidate must pass to replace the champion; bounds are in {@link GatePolicy}. */
public enum GateRule {
  /** Its p-values are uniform on quiet held-out frames. */
  CALIBRATION("largest distance of p-values from uniform"),
  /** Its residuals depend on one another at most slightly more than the champion's. */
  INDEPENDENCE("largest distance correlation of two residuals"),
  /** It reconstructs the same frames about as well. */
  RECONSTRUCTION("mean squared pixel error"),
  /** Its monitor gives no more false alarms on quiet frames than it was set for. */
  RUN_LENGTH("alarms on quiet frames"),
  /** It detects the faults that the champion detects, and is blind to no latent. */
  DETECTION("share of injected faults detected"),
  /** It detects them about as early. */
  DELAY("mean frames to the alarm of faults that both detect"),
  /** It names the broken latent about as often. */
  LOCALISATION("share of faults with the right latent named, of those that both detect"),
  /** It has the edges and latents that the champion is sure of. */
  GRAPH("edges and latents that the champion is sure of"),
  /** It takes about the same time per frame. */
  SPEED("median nanoseconds per frame"),
  /** It is about the same size. */
  MEMORY("bytes of the bundle"),
  /** An offset of one latent leaks to the others' residuals at most slightly more. */
  MONITORABILITY("leakage between latents"),
  /** Its latents and its reconstructions still vary. */
  COLLAPSE("smallest variance of a latent"),
  /** Its training found nothing unreadable, or a person accepted the findings. */
  FINDINGS("findings of the training"),
  /** It is significantly better in something; a tie keeps the champion. */
  NO_BETTER("criteria in which it is better");

  private final String measures;

  GateRule(String measures) {
    this.measures = measures;
  }

  /** Quantity of the rule's figures. */
  public String measures() {
    return measures;
  }
}
