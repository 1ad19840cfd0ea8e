package dev.residua.intervention;

/** Which kind of change a mechanism shows. */
public enum InterventionKind {
  /** Single frames are off, those between them are normal. */
  OUTLIER,
  /** The latent is held at one value, independently of its causes. */
  HARD_INTERVENTION,
  /** The latent is drawn from its own distribution, independently of its causes. */
  STOCHASTIC_INTERVENTION,
  /** The latent still answers its causes, but differently. */
  MECHANISM_CHANGE,
  /** A constant is added to the latent. */
  OFFSET,
  /** The latent deviates more, or less, than usual from what its causes explain. */
  NOISE_CHANGE,
  /** A latent with memory gains or loses more than its causes explain. */
  BALANCE_CHANGE,
  /** A latent with memory follows its causes faster or slower. */
  RESPONSE_CHANGE,
  /** A latent follows a cause earlier or later. */
  DELAY_CHANGE,
  /** A latent without causes has moved within its normal range. */
  COVARIATE_DRIFT,
  /** The picture as a whole changed, so that residuals show nothing about mechanisms. */
  APPEARANCE_SHIFT,
  /** The camera repeats a picture: nothing moves at all. */
  FROZEN_CAMERA,
  /** No cause can be named. */
  UNKNOWN
}
