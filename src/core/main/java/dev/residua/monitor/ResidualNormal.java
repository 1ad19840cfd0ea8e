package dev.residua.monitor;

import dev.residua.commissioning.CommissioningReference;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.commissioning.UniformityWatch;
import java.time.Instant;

/**
 * Normal of the residuals of one source. Residuals are in the model's standard deviations, shape
 * {@code [d]}. Mutable, for one thread.
 */
final class ResidualNormal {
  final SourceCalibration calibration;
  final InnovationFilter filter;
  final InnovationDistribution distribution;
  final UniformityWatch uniformity;
  private final double[] innovations; // of the last frame, [d]
  private final CommissioningReference shared;

  /**
   * @param distribution distribution of the source's innovations
   */
  ResidualNormal(
      CommissioningReference shared,
      SourceCalibration calibration,
      InnovationDistribution distribution) {
    this.shared = shared;
    this.calibration = calibration;
    this.distribution = distribution;
    this.filter = new InnovationFilter(calibration);
    this.uniformity = new UniformityWatch(calibration, distribution);
    this.innovations = new double[calibration.latents().size()];
  }

  /**
   * Residuals of a frame.
   *
   * @param marginal residuals with the model's location and spread, for diagnoses
   * @param innovations parts that previous frames do not predict, with the model's location and
   *     spread, for p-values
   * @param scores normal scores of the innovations, for the detector
   */
  @SuppressWarnings("ArrayRecordComponent") // one per frame
  record Frame(float[] marginal, float[] innovations, float[] scores) {}

  Frame next(float[] residuals) {
    int d = residuals.length;
    filter.next(residuals, innovations);
    Frame frame = new Frame(new float[d], new float[d], new float[d]);
    for (int k = 0; k < d; k++) {
      LatentCalibration now = calibration.latents().get(k);
      LatentCalibration then = shared.own().latents().get(k);
      double deviation = (residuals[k] - now.location()) / now.spread();
      frame.marginal[k] = (float) (then.location() + deviation * then.spread());
      frame.innovations[k] = (float) (then.location() + innovations[k] * then.spread());
      frame.scores[k] = (float) distribution.normalScore(k, innovations[k]);
    }
    return frame;
  }

  void countForUniformity(Instant at) {
    uniformity.next(at, innovations);
  }

  /** Returns the shift of residuals that has such means of the detector's samples. */
  float[] shift(float[] means) {
    float[] shift = new float[means.length];
    for (int k = 0; k < shift.length; k++) {
      shift[k] = (float) (means[k] * shift(calibration.latents().get(k)));
    }
    return shift;
  }

  /** Returns the shift of a residual by which its innovations move by one of their scales. */
  static double shift(LatentCalibration latent) {
    return latent.scale() / unpredicted(latent);
  }

  /** Part of a constant shift that the frames before do not predict. */
  static double unpredicted(LatentCalibration latent) {
    return 1 - latent.coefficients().stream().mapToDouble(Double::doubleValue).sum();
  }

  ChangeMonitor.Thresholds thresholds(double runLength, String condition) {
    return ChangeMonitor.Thresholds.of(
        shared.detector(),
        length -> shared.thresholds().threshold(shared.detector(), calibration, length),
        runLength,
        condition);
  }
}
