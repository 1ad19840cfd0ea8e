package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.FactorScales;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.DetectableMean;
import dev.residua.drift.DetectableMean.Response;
import dev.residua.drift.DriftReference;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.LastingChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Smallest lasting changes of latents that the detector of a source finds on average within a time,
 * if their residuals are otherwise as they were learned, and near the mean of the latent. Of a
 * latent that integrates its causes or follows them with a memory, it is a constant push on its
 * rate of change, such as a leak; of any other, an offset. Immutable.
 */
public final class Sensitivity {
  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY = 24 * HOUR;

  /** Times for which the smallest change is stated, in seconds. */
  public static final List<Integer> TIMES = List.of(MINUTE, HOUR, DAY);

  private final DriftReference detector;
  private final AnomalyCalibration calibration;
  private final FactorScales factors;
  private final @Nullable DynamicModel dynamics;

  /**
   * @param detector of sources that have learned their own normal
   * @param dynamics equations that use earlier frames; null if none does
   */
  public Sensitivity(
      DriftReference detector,
      AnomalyCalibration calibration,
      FactorScales factors,
      @Nullable DynamicModel dynamics) {
    this.detector = detector;
    this.calibration = calibration;
    this.factors = factors;
    this.dynamics = dynamics;
  }

  /**
   * Smallest change of one latent.
   *
   * @param withinSeconds of its beginning
   * @param size in the unit of the latent, above 0
   * @param perSecond true if it changes the rate, and the size is per second
   * @param text such as {@code 0.4 per minute}
   */
  public record SmallestChange(int withinSeconds, double size, boolean perSecond, String text) {}

  /**
   * Returns the smallest changes of a latent within each of {@link #TIMES} that has a frame; none
   * for a category. O(frames of the longest memory).
   *
   * @param normal of the source
   * @param threshold of its detector
   * @param interval between two frames of the source in seconds, above 0
   */
  public List<SmallestChange> of(
      int latent, SourceCalibration normal, double threshold, double interval) {
    List<SmallestChange> changes = new ArrayList<>();
    DetectableMean mean = detector.detectableMean(threshold).orElse(null);
    if (mean == null || !factors.categories(latent).isEmpty()) {
      return changes;
    }
    LatentCalibration one = normal.latents().get(latent);
    double deviation =
        detector.deviation(latent) * ResidualNormal.shift(one) * calibration.scale(latent);
    boolean rate = dynamics != null && dynamics.equations().get(latent).memory().actsOnRate();
    Response response = response(latent, interval);
    for (int seconds : TIMES) {
      long frames = (long) (seconds / interval + 1e-9);
      if (frames >= 1) {
        double change = mean.smallest(response, frames) * deviation;
        double size = Math.abs(factors.inUnit(latent, change) - factors.inUnit(latent, 0));
        String text =
            rate ? factors.spokenRate(latent, change) : factors.spokenSize(latent, change);
        changes.add(new SmallestChange(seconds, size, rate, text));
      }
    }
    return changes;
  }

  /** Returns the part of a change of 1 that the residuals show. */
  private Response response(int latent, double step) {
    if (dynamics == null) {
      return Response.constant(1);
    }
    LastingChange change = dynamics.lastingChange(latent, step);
    return new Response(change.start(), change.end(), change.kept());
  }
}
