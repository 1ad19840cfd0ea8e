package dev.residua.renewal.gate;

import dev.residua.drift.DriftReference;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The extent of an examination of two models.
 *
 * @param replayAlarms expected false alarms of a healthy monitor on all held-out frames: its target
 *     run length is the number of frames over this; above 0
 * @param faultRunLength target run length of the monitors that detect injected faults, in frames:
 *     long against {@code leadFrames + faultFrames}, so that few faults are lost to a false alarm
 *     at their place (with the defaults one in 125)
 * @param leadFrames quiet frames before each fault, at least 2
 * @param faultFrames frames that each fault lasts, at least 64, as a diagnosis follows 32 frames
 *     after an alarm
 * @param shift offset of a caused latent, in standard deviations of its residual, above 0
 * @param rootShift offset of a latent without causes, in the same unit, clipped to the range of the
 *     held-out frames; above 0
 * @param noiseFactor factor on the noise of a caused latent, above 1
 * @param maxFaults most faults; a larger suite is reduced to a random part, the same number for
 *     each model; at least 8
 * @param batch frames that are scored in one call, at least 1
 * @param independenceRows most frames for the independence of residuals, at least 20
 * @param seed of every draw
 */
@RecordBuilder
public record ExaminationSettings(
    double replayAlarms,
    double faultRunLength,
    int leadFrames,
    int faultFrames,
    double shift,
    double rootShift,
    double noiseFactor,
    int maxFaults,
    int batch,
    int independenceRows,
    long seed)
    implements ExaminationSettingsBuilder.With {
  public static final ExaminationSettings DEFAULTS =
      new ExaminationSettings(4, 20_000, 64, 96, 2, 0.75, 2, 64, 32, 800, 1);

  /** Fewest frames from which a fault can be diagnosed, see {@code faultFrames}. */
  private static final int MIN_FAULT = 64;

  public ExaminationSettings {
    atLeast("replayAlarms", replayAlarms, Double.MIN_VALUE);
    atLeast("faultRunLength", faultRunLength, DriftReference.MIN_TARGET);
    atLeast("leadFrames", leadFrames, 2);
    atLeast("faultFrames", faultFrames, MIN_FAULT);
    atLeast("shift", shift, Double.MIN_VALUE);
    atLeast("rootShift", rootShift, Double.MIN_VALUE);
    atLeast("noiseFactor", noiseFactor, Math.nextUp(1.0));
    atLeast("maxFaults", maxFaults, 8);
    atLeast("batch", batch, 1);
    atLeast("independenceRows", independenceRows, 20);
  }

  private static void atLeast(String name, double value, double least) {
    if (!(value >= least && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s of an examination must be at least %s but was %s".formatted(name, least, value));
    }
  }

  int minFrames() {
    return Math.max(
        leadFrames + faultFrames, (int) Math.ceil(replayAlarms * DriftReference.MIN_TARGET));
  }
}
