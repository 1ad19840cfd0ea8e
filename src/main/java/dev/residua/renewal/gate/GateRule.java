package dev.residua.renewal.gate;

/** What a candidate must satisfy to replace the champion; bounds are in {@link GatePolicy}. */
public enum GateRule {
  /** Its p-values are uniform on quiet held-out frames: what it calls one in a thousand is. */
  CALIBRATION("largest distance of p-values from uniform"),
  /** Its residuals depend on one another hardly more than the champion's. */
  INDEPENDENCE("largest distance correlation of two residuals"),
  /** It redraws the same frames about as well. */
  RECONSTRUCTION("mean squared pixel error"),
  /** Its monitor gives no more false alarms on quiet frames than it was set for. */
  RUN_LENGTH("alarms on quiet frames"),
  /** It alarms the faults that the champion alarms, and is blind to no latent. */
  DETECTION("share of injected faults alarmed"),
  /** It does so about as early. */
  DELAY("mean frames to the alarm of faults that both alarm"),
  /** It names the broken latent as often. */
  LOCALISATION("share of faults blamed on the right latent, of those that both alarm"),
  /** It has the edges and latents that the champion is sure of. */
  GRAPH("edges and latents that the champion is sure of"),
  /** It takes about the same time a frame. */
  SPEED("median nanoseconds a frame"),
  /** It is about the same size. */
  MEMORY("bytes of the bundle"),
  /** An offset of one latent shows at the others' residuals hardly more. */
  MONITORABILITY("leakage between latents"),
  /** Its latents still vary, and with them its pictures. */
  COLLAPSE("smallest variance of a latent"),
  /** It is better at something by evidence; a tie keeps the champion. */
  NO_BETTER("criteria in which it is better");

  private final String measures;

  GateRule(String measures) {
    this.measures = measures;
  }

  /** What the rule's figures are. */
  public String measures() {
    return measures;
  }
}
