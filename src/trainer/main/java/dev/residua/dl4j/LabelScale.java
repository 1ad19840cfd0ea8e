package dev.residua.dl4j;

import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;

/**
 * Mean and standard deviation of each factor over the frames that know it; 0 and 1 for a category.
 */
final class LabelScale {
  private final double[] mean;
  private final double[] deviation;

  private LabelScale(double[] mean, double[] deviation) {
    this.mean = mean;
    this.deviation = deviation;
  }

  /**
   * @param labelled frames with at least one known factor; none for no factors
   */
  static LabelScale of(TrainingData data, int[] labelled) throws TrainingFailedException {
    int factors = labelled.length == 0 ? 0 : data.factorNames().size();
    double[] mean = new double[factors];
    double[] deviation = new double[factors];
    for (int f = 0; f < factors; f++) {
      double squares = 0;
      int known = 0;
      for (int frame : labelled) {
        double value = factors(data, frame)[f];
        if (Double.isFinite(value)) {
          known++;
          double before = value - mean[f];
          mean[f] += before / known;
          squares += before * (value - mean[f]);
        }
      }
      deviation[f] = known == 0 ? 0 : Math.sqrt(squares / known);
      if (deviation[f] > 0 && !data.categories().get(f).isEmpty()) {
        mean[f] = 0;
        deviation[f] = 1;
      }
      if (!(deviation[f] > 0)) {
        throw new TrainingFailedException(
            "factor %s %s: leave it out with --factors, or label frames in which it differs"
                .formatted(
                    data.factorNames().get(f),
                    known == 0
                        ? "is unknown in all %d labelled frames".formatted(labelled.length)
                        : "has the same value in all %d labelled frames".formatted(known)));
      }
    }
    return new LabelScale(mean, deviation);
  }

  /** Factors of a labelled frame, NaN if unknown. */
  static double[] factors(TrainingData data, int frame) {
    double[] values = data.factors(frame);
    if (values == null) {
      throw new IllegalArgumentException("frame " + frame + " has no labels");
    }
    return values;
  }

  int factors() {
    return mean.length;
  }

  double standardize(int factor, double value) {
    return (value - mean[factor]) / deviation[factor];
  }
}
