package dev.residua.renewal.job;

import java.time.Duration;

/**
 * Settings of retraining.
 *
 * @param window age of the oldest frames, above zero
 * @param trainingFrames most frames that the network is trained on, at least 256
 * @param calibrationFrames most frames that calibrate, at least 256
 * @param heldOutFrames most frames for the gate, at least 200
 * @param steps parameter updates, at least 1
 * @param warmStart whether to start from the weights of the active model
 * @param anchors whether the active model's latents on quiet frames replace readings of factors
 *     that no frame has; without both, the training finds new latents
 * @param recalibrates whether the recalibrated active model is evaluated at the gate if the trained
 *     one does not pass
 * @param graphMayChange whether the gate accepts the loss of a sure edge of the active model's
 *     graph
 * @param promotes whether a model that passes the gate is activated; else it is only published
 * @param shadowFor how long a model that passed the gate scores at least in shadow of the active
 *     one; zero to skip it if no source has a calibration of its own
 * @param shadowAtMost how long it scores at most, until those sources are calibrated for it
 * @param shadowRate share of the frames that it scores in shadow, in (0, 1]
 * @param keep newest models that stay in the registry although nothing needs them, at least 0
 * @param threads native threads, at least 1
 * @param seed of every draw
 * @param driftSimulation random streams from which thresholds are set, at least 100; more are more
 *     precise and slower
 */
public record RenewalSettings(
    Duration window,
    int trainingFrames,
    int calibrationFrames,
    int heldOutFrames,
    int steps,
    boolean warmStart,
    boolean anchors,
    boolean recalibrates,
    boolean graphMayChange,
    boolean promotes,
    Duration shadowFor,
    Duration shadowAtMost,
    double shadowRate,
    int keep,
    int threads,
    long seed,
    int driftSimulation) {
  public RenewalSettings {
    above("window", window.isNegative() || window.isZero(), window);
    atLeast("frames", trainingFrames, 256);
    atLeast("calibration-frames", calibrationFrames, 256);
    atLeast("held-out-frames", heldOutFrames, 200);
    atLeast("steps", steps, 1);
    atLeast("keep", keep, 0);
    atLeast("threads", threads, 1);
    atLeast("drift-simulation", driftSimulation, 100);
    if (shadowFor.isNegative()) {
      throw new IllegalArgumentException(
          "residua.training.shadow-for must be at least zero but was " + shadowFor);
    }
    if (shadowAtMost.compareTo(shadowFor) < 0 || shadowAtMost.isZero()) {
      throw new IllegalArgumentException(
          "residua.training.shadow-at-most must be above zero and at least shadow-for, %s, but was %s"
              .formatted(shadowFor, shadowAtMost));
    }
    if (!(shadowRate > 0 && shadowRate <= 1)) {
      throw new IllegalArgumentException(
          "residua.training.shadow-rate must be in (0, 1] but was " + shadowRate);
    }
  }

  private static void above(String name, boolean wrong, Duration value) {
    if (wrong) {
      throw new IllegalArgumentException(
          "residua.training.%s must be above zero but was %s".formatted(name, value));
    }
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "residua.training.%s must be at least %d but was %d".formatted(name, least, value));
    }
  }
}
