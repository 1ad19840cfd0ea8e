package dev.residua.commissioning;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A calibration from a window, with the reasons against its use: a test on the last 30 % of the
 * window of the fit to the rest, and changes of level or spread inside the window. 10 to 20 ms for
 * 4 latents and 60,000 frames.
 */
public final class CommissioningFit {
  /** Min complete intervals of a window that is fitted. */
  static final int MIN_INTERVALS = 16;

  private static final double TRAINED = 0.7;

  /** Three tests per latent, each two-sided at 0.1 %. */
  private static final double CRITICAL = 3.29;

  /** Smallest change of level, in standard deviations, that counts as a change point. */
  private static final double LEAST_SHIFT = 0.5;

  /** Effective samples that a block needs. */
  private static final double BLOCK_SAMPLES = 5;

  /** Smallest change of spread, as a factor. */
  private static final double LEAST_FACTOR = 1.25;

  private final CommissioningWindow window;
  private final List<LatentFit> fits;
  private final SourceCalibration calibration;

  private CommissioningFit(
      CommissioningWindow window, List<LatentFit> fits, SourceCalibration calibration) {
    this.window = window;
    this.fits = fits;
    this.calibration = calibration;
  }

  /** Returns true if a window has enough frames for a fit. */
  public static boolean possible(CommissioningWindow window) {
    return window.intervals() >= MIN_INTERVALS;
  }

  /**
   * Fits a window.
   *
   * @param revision of the calibration
   * @throws IllegalArgumentException if the window is too short, see {@link #possible}
   */
  public static CommissioningFit of(CommissioningWindow window, int revision) {
    if (!possible(window)) {
      throw new IllegalArgumentException(
          "a fit needs at least %d frames but got %d"
              .formatted(MIN_INTERVALS * CommissioningWindow.RUN, window.frames()));
    }
    List<LatentFit> fits = new ArrayList<>();
    List<LatentCalibration> latents = new ArrayList<>();
    for (int k = 0; k < window.latents(); k++) {
      LatentFit fit = LatentFit.of(window, k, 0, window.intervals());
      fits.add(fit);
      latents.add(fit.calibration());
    }
    return new CommissioningFit(
        window, fits, new SourceCalibration(latents, window.frames(), revision));
  }

  public SourceCalibration calibration() {
    return calibration;
  }

  /** Standardised innovations of the frames kept, shape {@code [d][n]}, n differs. */
  public double[][] innovations() {
    double[][] all = new double[fits.size()][];
    for (int k = 0; k < all.length; k++) {
      all[k] = fits.get(k).innovations().clone();
    }
    return all;
  }

  /**
   * Tests the fit of the first 70 % on the last 30 %: location, scale of the innovations and their
   * lag-one correlation.
   *
   * @return description of the difference; empty if there is none
   */
  public Optional<String> failedTest() {
    int intervals = window.intervals();
    int split = (int) (TRAINED * intervals);
    for (int k = 0; k < fits.size(); k++) {
      LatentFit learnt = LatentFit.of(window, k, 0, split);
      LatentFit rest = LatentFit.of(window, k, split, intervals);
      double[] before = learnt.innovations();
      double[] after = rest.innovations(learnt.calibration());
      if (Math.abs(level(learnt, rest)) > CRITICAL) {
        return Optional.of("latent %d has another level at the end of the window".formatted(k));
      }
      if (Math.abs(spread(before, after)) > CRITICAL) {
        return Optional.of("latent %d has another spread at the end of the window".formatted(k));
      }
      if (Math.abs(correlation(before, after)) > CRITICAL) {
        return Optional.of(
            "latent %d has another autocorrelation at the end of the window".formatted(k));
      }
    }
    return Optional.empty();
  }

  /**
   * CalibrationShift of the locations in standard errors, by the autocorrelation of the first part.
   */
  private static double level(LatentFit before, LatentFit after) {
    double time = before.frames() / before.calibration().effectiveSamples();
    double variance = time * (1.0 / before.frames() + 1.0 / after.frames());
    return (after.calibration().location() - before.calibration().location())
        / (before.marginal() * Math.sqrt(variance));
  }

  private static double spread(double[] before, double[] after) {
    return difference(absolute(before), absolute(after));
  }

  private static double[] absolute(double[] values) {
    double[] absolute = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      absolute[i] = Math.min(3, Math.abs(values[i]));
    }
    return absolute;
  }

  private static double correlation(double[] before, double[] after) {
    return difference(products(before), products(after));
  }

  /** Products of neighbours, cut; a few of them are not neighbours in time. */
  private static double[] products(double[] values) {
    double[] products = new double[values.length - 1];
    for (int i = 0; i < products.length; i++) {
      products[i] = cut(values[i]) * cut(values[i + 1]);
    }
    return products;
  }

  private static double cut(double value) {
    return Math.max(-3, Math.min(3, value));
  }

  /** Welch's t of two samples. */
  private static double difference(double[] a, double[] b) {
    double[] first = moments(a);
    double[] second = moments(b);
    double error = Math.sqrt(first[1] / a.length + second[1] / b.length);
    return error > 0 ? (second[0] - first[0]) / error : 0;
  }

  private static double[] moments(double[] values) {
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      double delta = values[i] - mean;
      mean += delta / (i + 1);
      squares += delta * (values[i] - mean);
    }
    return new double[] {mean, squares / values.length};
  }

  /** Changes of level or spread inside the window. */
  public List<CalibrationShift> changePoints() {
    List<CalibrationShift> changes = new ArrayList<>();
    int blocks = Math.min(ChangePoints.BLOCKS, window.intervals() / 2);
    for (int k = 0; k < fits.size(); k++) {
      double[] levels = new double[blocks];
      double[] spreads = new double[blocks];
      LatentCalibration latent = fits.get(k).calibration();
      for (int b = 0; b < blocks; b++) {
        int from = b * window.intervals() / blocks;
        int to = (b + 1) * window.intervals() / blocks;
        long frames = 0;
        int kept = 0;
        double squares = 0;
        for (int i = from; i < to; i++) {
          CommissioningWindow.Interval interval = window.interval(i);
          frames += interval.frames;
          levels[b] += interval.sum(k, 0);
          for (int j = 0; j < interval.kept; j++, kept++) {
            double value = interval.residuals[j * window.latents() + k] - latent.location();
            squares += Math.abs(value);
          }
        }
        levels[b] /= frames;
        spreads[b] = Math.log(Math.max(1e-12, squares / kept));
      }
      ChangePoints.Change level = ChangePoints.largest(levels);
      double shift = level.difference() / fits.get(k).marginal();
      if (level.significant() && Math.abs(shift) > LEAST_SHIFT && resolved(k, level.at(), blocks)) {
        changes.add(new CalibrationShift(k, CalibrationShift.Kind.LEVEL_CHANGE, shift));
        continue; // the spread around one common level would seem to change as well
      }
      ChangePoints.Change spread = ChangePoints.largest(spreads);
      double factor = spread.difference();
      if (spread.significant()
          && Math.abs(factor) > Math.log(LEAST_FACTOR)
          && resolved(k, spread.at(), blocks)) {
        changes.add(new CalibrationShift(k, CalibrationShift.Kind.SPREAD_CHANGE, Math.exp(factor)));
      }
    }
    return changes;
  }

  /**
   * Returns true if blocks are long enough to be nearly independent. The autocorrelation is that of
   * the longer part on one side of the change, because the change itself looks like one.
   */
  private boolean resolved(int latent, int at, int blocks) {
    int intervals = window.intervals();
    int split = at * intervals / blocks;
    boolean first = split >= intervals - split;
    LatentFit part = LatentFit.of(window, latent, first ? 0 : split, first ? split : intervals);
    return part.calibration().effectiveSamples() * intervals / Math.max(split, intervals - split)
        >= BLOCK_SAMPLES * blocks;
  }
}
