package dev.residua.intervention;

/** Test statistic of a window of frames, one number for each latent. */
enum MechanismTest {
  /** Mean of the standardised residual: an offset. */
  MEAN("mean"),
  /** Logarithm of the residual's variance: another noise, a held or narrowed latent. */
  VARIANCE("variance"),
  /**
   * {@code atanh r} of residual and prediction, for latents with causes: a latent that ignores its
   * causes has {@code r} near -1.
   */
  DEPENDENCE("dependence on the prediction"),
  /**
   * Largest {@code |atanh r|} of the residual with the causes, their squares and their products: a
   * dependence that the prediction does not show. For latents with causes, upper tail.
   */
  SHAPE("dependence on the causes"),
  /** Largest size of the standardised residual: single frames that are off. Upper tail. */
  LARGEST("largest size");

  private final String spoken;

  MechanismTest(String spoken) {
    this.spoken = spoken;
  }

  /** Its name in sentences. */
  String spoken() {
    return spoken;
  }

  boolean needsCauses() {
    return this == DEPENDENCE || this == SHAPE;
  }

  boolean upperOnly() {
    return this == SHAPE || this == LARGEST;
  }
}
