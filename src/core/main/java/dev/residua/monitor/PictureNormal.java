package dev.residua.monitor;

import dev.residua.commissioning.CalibrationShift;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.DriftReference;
import dev.residua.drift.ImageStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Normal of the numbers of one source's picture. Mutable, for one thread.
 *
 * <p>The numbers that are learnt have no dead band, which is taken off after the level of the
 * source. A single picture of a source that varies more than those that calibrated the model counts
 * for less; one that varies less is not made to vary more.
 *
 * <p>The detector compares distributions, so its samples need the spread of its reference. The
 * reconstruction error and the details are scaled to it. The appearance is only scaled down, as
 * grey levels that do not matter must not come to matter; if it varies less, independent noise is
 * added.
 */
final class PictureNormal {
  /**
   * Grey levels beyond which a picture is strange: of the static parts, and of the root of the mean
   * squared reconstruction error. Other light and a slightly other place stay below.
   */
  private static final double STRANGE = 40;

  private static final double WHITE = 255;

  final SourceCalibration calibration;
  final InnovationFilter filter;
  private final CommissioningReference shared;
  private final double[] shrink = new double[ImageStatistics.COUNT]; // of a single picture
  private final double[] scale; // of the inputs of the detector
  private final double missing; // standard deviation of the noise of the appearance

  PictureNormal(CommissioningReference shared, SourceCalibration calibration) {
    this.shared = shared;
    this.calibration = calibration;
    this.filter = new InnovationFilter(calibration);
    for (int k = 0; k < shrink.length; k++) {
      shrink[k] = Math.min(1, floored(k, then(k).spread()) / floored(k, now(k).spread()));
    }
    scale = new double[calibration.latents().size()];
    for (int k = 0; k < scale.length; k++) {
      scale[k] = spread(k) / floored(k, now(k).scale());
    }
    int grey = ImageStatistics.APPEARANCE;
    scale[grey] = Math.min(1, scale[grey]);
    double varies = now(grey).scale() * scale[grey];
    missing = Math.sqrt(Math.max(0, spread(grey) * spread(grey) - varies * varies));
  }

  /** The spread with which the model was calibrated, whose numbers are not dithered. */
  private double spread(int number) {
    double dither = ImageStatistics.floor(number);
    double dithered = Math.max(dither, then(number).spread());
    return floored(number, Math.sqrt(dithered * dithered - dither * dither));
  }

  private LatentCalibration now(int number) {
    return calibration.latents().get(number);
  }

  private LatentCalibration then(int number) {
    return shared.picture().latents().get(number);
  }

  /** Returns the numbers of a picture that are far from those of the training. */
  static List<CalibrationShift> strange(
      SourceCalibration now, SourceCalibration accepted, double times) {
    List<CalibrationShift> beyond = new ArrayList<>();
    for (int k = 0; k < ImageStatistics.COUNT; k++) {
      LatentCalibration before = accepted.latents().get(k);
      LatentCalibration after = now.latents().get(k);
      if (Math.abs(grey(k, after) - grey(k, before)) > times * STRANGE) {
        double shift = after.location() - before.location();
        double spread = floored(k, before.spread());
        beyond.add(new CalibrationShift(k, CalibrationShift.Kind.OFFSET, shift / spread));
      }
    }
    return beyond;
  }

  private static double floored(int number, double spread) {
    return Math.max(ImageStatistics.floor(number), spread);
  }

  private static double grey(int number, LatentCalibration calibration) {
    return number == ImageStatistics.RECONSTRUCTION
        ? WHITE * Math.exp(calibration.location() / 2)
        : calibration.location();
  }

  /** Returns the deviation of the static pixels as the model would see it; 1 is white. */
  float appearance(float deviation) {
    int k = ImageStatistics.APPEARANCE;
    double shift = (deviation * WHITE - now(k).location()) * shrink[k];
    return (float) ((then(k).location() + shift) / WHITE);
  }

  /** The reconstruction error as the model would see it. */
  float error(float error) {
    int k = ImageStatistics.RECONSTRUCTION;
    double shift = (Math.log(Math.max(1e-12, error)) - now(k).location()) * shrink[k];
    return (float) Math.min(Float.MAX_VALUE, Math.exp(then(k).location() + shift));
  }

  /**
   * Returns the detector's sample of the next picture.
   *
   * @param numbers without a dead band
   * @param band half width of the detector's dead band in grey levels
   */
  float[] next(float[] numbers, double band) {
    double[] innovations = new double[numbers.length];
    filter.next(numbers, innovations);
    float[] taken = new float[numbers.length];
    for (int k = 0; k < taken.length; k++) {
      taken[k] = (float) (then(k).location() + innovations[k] * now(k).scale() * scale[k]);
    }
    int grey = ImageStatistics.APPEARANCE;
    taken[grey] += (float) (missing * noise(numbers));
    taken[grey] = ImageStatistics.beyond(taken[grey], band);
    return taken;
  }

  /** Standard normal; the same numbers, which are dithered by frame, give the same noise. */
  private static double noise(float[] numbers) {
    long seed = 0;
    for (float number : numbers) {
      seed = 31 * seed + Float.floatToIntBits(number);
    }
    return new SplittableRandom(seed).nextGaussian();
  }

  /** Returns the shift of numbers that has such means of the detector's samples. */
  float[] shift(float[] means) {
    float[] shift = new float[means.length];
    for (int k = 0; k < shift.length; k++) {
      shift[k] = (float) (means[k] / scale[k] / ResidualNormal.unpredicted(now(k)));
    }
    return shift;
  }

  /**
   * Thresholds of the detector. The cost of finite learning is taken from the table of the
   * residuals' detector, whose statistic has the same units.
   */
  ChangeMonitor.Thresholds thresholds(
      DriftReference reference, double runLength, String condition) {
    return ChangeMonitor.Thresholds.of(
        reference,
        length ->
            reference.threshold(length).value()
                + shared.thresholds().cost(shared.detector(), calibration, length),
        runLength,
        condition);
  }
}
