package dev.residua.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Arrays;

/**
 * Settings of the fit of {@link Mechanisms}.
 *
 * @param features cosines of each structural equation, at least 8
 * @param bandwidths candidates for the kernel's length, in multiples of the parents' typical
 *     distance; each latent uses the best one on held-out rows
 * @param ridges candidates for the ridge per row, chosen with the bandwidth
 * @param maxRows rows used; more are thinned evenly
 * @param seed of frequencies and phases
 */
@RecordBuilder
public record MechanismSettings(
    int features, double[] bandwidths, double[] ridges, int maxRows, long seed)
    implements MechanismSettingsBuilder.With {
  public static final MechanismSettings DEFAULTS =
      new MechanismSettings(
          256, new double[] {0.35, 0.7, 1.4, 2.8}, new double[] {1e-6, 1e-5, 1e-4}, 20_000, 1);

  public MechanismSettings {
    if (features < 8) {
      throw new IllegalArgumentException("features must be at least 8 but was " + features);
    }
    bandwidths = positive("bandwidths", bandwidths);
    ridges = positive("ridges", ridges);
    if (maxRows < ExactDagSearch.MIN_ROWS) {
      throw new IllegalArgumentException(
          "maxRows must be at least " + ExactDagSearch.MIN_ROWS + " but was " + maxRows);
    }
  }

  private static double[] positive(String name, double[] values) {
    if (values.length == 0 || Arrays.stream(values).anyMatch(v -> !(v > 0))) {
      throw new IllegalArgumentException(
          name + " must be above 0, at least one of them, but was " + Arrays.toString(values));
    }
    return values.clone();
  }

  @Override
  public double[] bandwidths() {
    return bandwidths.clone();
  }

  @Override
  public double[] ridges() {
    return ridges.clone();
  }
}
