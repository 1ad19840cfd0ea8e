package dev.residua.anomaly;

/**
 * Kind of an anomaly: one of three channels of the model, or a fault of the sensor. Sensor faults
 * are declared in the order in which one hides the next: a picture that is dark has no edges left
 * to be sharp and no rows to be torn.
 */
public enum AnomalyKind {
  /** The whole picture changed: light, exposure, lens. Shows nothing about mechanisms. */
  APPEARANCE,

  /** A latent contradicts its causes, or a root is outside its usual range. */
  RESIDUAL,

  /** The model cannot redraw the picture: an unknown object, occlusion, damage. */
  OFF_MANIFOLD,

  /** Sensor fault: hardly any light reaches the camera. */
  DARK,

  /** Sensor fault: nearly all of the picture is at the end of the range. */
  SATURATED,

  /** Sensor fault: the camera repeats one picture. */
  FROZEN,

  /** Sensor fault: a part of the picture is displaced against the rest. */
  TORN,

  /** Sensor fault: the picture has lost its edges. */
  BLURRED,

  /** Sensor fault: the camera was moved, turned or zoomed. */
  MOVED,

  /** Fault of the readings: frames lack a variable of the model. Says nothing of the picture. */
  VARIABLE_MISSING,

  /** Fault of the readings: the picture does not show some latents. */
  UNREADABLE;

  /**
   * Returns true if the sensor rather than the scene is at fault; such frames say nothing of
   * latents.
   */
  public boolean isSensorFault() {
    return switch (this) {
      case APPEARANCE, RESIDUAL, OFF_MANIFOLD -> false;
      case DARK, SATURATED, FROZEN, TORN, BLURRED, MOVED, VARIABLE_MISSING, UNREADABLE -> true;
    };
  }
}
