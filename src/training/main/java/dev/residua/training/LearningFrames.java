package dev.residua.training;

import dev.residua.commissioning.Commissioning;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.model.ModelBundle;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.OptionalLong;

/**
 * Estimates the number of frames after which a source is armed: the effective samples that it
 * needs, times the autocorrelation time of the frames that calibrated the model.
 */
public final class LearningFrames {
  private static final MathContext TWO_DIGITS = new MathContext(2);

  private LearningFrames() {}

  /** The number for a model, to two digits; empty if too few frames calibrated it. */
  public static OptionalLong of(ModelBundle bundle) {
    return bundle
        .find(ModelBundle.COMMISSIONING_REFERENCE)
        .map(bytes -> OptionalLong.of(frames(CommissioningReference.fromBytes(bytes).own())))
        .orElse(OptionalLong.empty());
  }

  static long frames(SourceCalibration own) {
    return new BigDecimal(Commissioning.ENOUGH_SAMPLES * own.frames() / own.effectiveSamples())
        .round(TWO_DIGITS)
        .longValue();
  }
}
