package dev.residua.commissioning;

import java.util.List;

/** Decides whether a calibration is near enough to the accepted one to be used unseen. */
@FunctionalInterface
public interface AcceptanceBounds {
  /**
   * Compares a calibration with the accepted one.
   *
   * @param times by which the bounds are wider, at least 1
   * @return shifts beyond the bounds
   * @throws IllegalArgumentException if their numbers of latents differ
   */
  List<CalibrationShift> beyond(
      SourceCalibration calibration, SourceCalibration accepted, double times);
}
