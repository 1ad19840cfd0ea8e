package dev.residua.commissioning;

import java.util.List;

/**
 * Normal of one residual of one source.
 *
 * @param location mean of the residual, in its units
 * @param scale of the innovations of its autoregression, in the same units, above 0: {@link
 *     RobustScale}, the standard deviation if they are normal
 * @param coefficients of the autoregression of the residual around its location, newest frame
 *     first, stationary; empty for independent frames, at most 4
 * @param slope of the observed on the expected value; 1 if the model's equation applies or nothing
 *     can be known, as for a root
 * @param effectiveSamples independent frames that would determine the location as well, at least 1
 */
public record LatentCalibration(
    double location,
    double scale,
    List<Double> coefficients,
    double slope,
    double effectiveSamples) {
  public LatentCalibration {
    coefficients = List.copyOf(coefficients);
    if (!Double.isFinite(location)) {
      throw new IllegalArgumentException("location must be finite but was " + location);
    }
    if (!(scale > 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException("scale must be above 0 but was " + scale);
    }
    Autoregression.of(coefficients);
    if (!Double.isFinite(slope)) {
      throw new IllegalArgumentException("slope must be finite but was " + slope);
    }
    if (!(effectiveSamples >= 1 && Double.isFinite(effectiveSamples))) {
      throw new IllegalArgumentException(
          "effectiveSamples must be at least 1 but was " + effectiveSamples);
    }
  }

  /** Correlation of the residuals of consecutive frames. */
  public double lagOne() {
    return Autoregression.of(coefficients).lagOne();
  }

  /** Frames that the effective samples stand for: the innovations that were learned from. */
  public double innovations() {
    return effectiveSamples * Autoregression.of(coefficients).time();
  }

  /** Standard deviation of the residual itself, in its units. */
  public double spread() {
    return scale * Math.sqrt(Autoregression.of(coefficients).variance());
  }
}
