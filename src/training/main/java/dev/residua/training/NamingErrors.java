package dev.residua.training;

import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Errors of latents on the labels of frames that did not train them. */
final class NamingErrors {
  private NamingErrors() {}

  /**
   * Root mean squared errors, in standard deviations of the latent, of those latents that have a
   * unit and at least {@link LabelErrors#MIN_HELD_OUT} labels. Categories have none, and labels
   * that are texts count for no number.
   *
   * @param data whose factors have the names of the latents
   * @param frames that did not train the model
   * @param latents of these frames, shape {@code [frames.length][d]}
   * @return by the names that the provenance uses
   */
  static Map<String, Double> of(
      List<Latent> nodes, TrainingData data, int[] frames, double[][] latents) {
    Map<String, Double> errors = new TreeMap<>();
    for (Latent latent : nodes) {
      FactorScale scale = latent.factor();
      int factor = data.factorNames().indexOf(latent.name());
      if (scale == null || factor < 0 || !data.categories().get(factor).isEmpty()) {
        continue;
      }
      double squares = 0;
      int known = 0;
      for (int i = 0; i < frames.length; i++) {
        double[] labels = data.factors(frames[i]);
        if (labels != null && Double.isFinite(labels[factor])) {
          double read = scale.of(latents[i][latent.index()]);
          squares += Math.pow((labels[factor] - read) / scale.slope(), 2);
          known++;
        }
      }
      if (known >= LabelErrors.MIN_HELD_OUT) {
        errors.put(ModelVerdicts.CHECKED_ERROR + latent.index(), Math.sqrt(squares / known));
      }
    }
    return errors;
  }
}
