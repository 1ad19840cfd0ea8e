package dev.residua.anomaly;

/** Which of the three channels found a frame anomalous. */
public enum AnomalyKind {
  /** The whole picture changed: light, exposure, lens. Says nothing of mechanisms. */
  APPEARANCE,

  /** A latent is not what its causes explain, or a root is outside its usual range. */
  RESIDUAL,

  /** The model cannot redraw the picture: an unknown object, occlusion, damage. */
  OFF_MANIFOLD
}
