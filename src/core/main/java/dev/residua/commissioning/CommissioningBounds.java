package dev.residua.commissioning;

import java.util.ArrayList;
import java.util.List;

/**
 * Bounds on the shifts of residuals that need no review.
 *
 * @param offset largest distance of a location, in accepted standard deviations
 * @param factor largest relative difference of a slope or a spread: 0.5 accepts half to one and a
 *     half times
 */
public record CommissioningBounds(double offset, double factor) implements AcceptanceBounds {
  public static final CommissioningBounds DEFAULTS = new CommissioningBounds(3, 0.5);

  public CommissioningBounds {
    if (!(offset > 0)) {
      throw new IllegalArgumentException("offset must be above 0 but was " + offset);
    }
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException("factor must be in (0, 1) but was " + factor);
    }
  }

  @Override
  public List<CalibrationShift> beyond(
      SourceCalibration calibration, SourceCalibration accepted, double times) {
    double low = Math.pow(1 - factor, times);
    double high = Math.pow(1 + factor, times);
    int latents = calibration.latents().size();
    if (accepted.latents().size() != latents) {
      throw new IllegalArgumentException(
          "the calibration has %d latents, the accepted one %d"
              .formatted(latents, accepted.latents().size()));
    }
    List<CalibrationShift> beyond = new ArrayList<>();
    for (int k = 0; k < latents; k++) {
      LatentCalibration now = calibration.latents().get(k);
      LatentCalibration then = accepted.latents().get(k);
      double shift = (now.location() - then.location()) / then.spread();
      if (Math.abs(shift) > times * offset) {
        beyond.add(new CalibrationShift(k, CalibrationShift.Kind.OFFSET, shift));
      }
      double slope = now.slope() / then.slope();
      if (slope < low || slope > high) {
        beyond.add(new CalibrationShift(k, CalibrationShift.Kind.SLOPE, slope));
      }
      double spread = now.spread() / then.spread();
      if (spread < low || spread > high) {
        beyond.add(new CalibrationShift(k, CalibrationShift.Kind.SPREAD, spread));
      }
    }
    return beyond;
  }
}
