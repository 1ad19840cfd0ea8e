package dev.residua.training;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * Settings of {@link ExactDagSearch}.
 *
 * @param features random Fourier features of each regression, at least 8
 * @param ridge ridge per row: the penalty on squared weights is {@code ridge * rows}, above 0
 * @param edgePenalty nats that an edge must save to be kept, at least 0
 * @param maxRows rows used; more are thinned evenly, at least 100
 * @param resamples half-samples for the confidence of edges; 0 gives every edge confidence 1
 * @param seed of the features and the half-samples
 */
@RecordBuilder
public record ExactDagSearchSettings(
    int features, double ridge, double edgePenalty, int maxRows, int resamples, long seed)
    implements ExactDagSearchSettingsBuilder.With {
  public static final ExactDagSearchSettings DEFAULTS =
      new ExactDagSearchSettings(300, 1e-4, 0.2, 5_000, 8, 1);

  public ExactDagSearchSettings {
    if (features < 8) {
      throw new IllegalArgumentException("features must be at least 8 but was " + features);
    }
    if (!(ridge > 0)) {
      throw new IllegalArgumentException("ridge must be above 0 but was " + ridge);
    }
    if (!(edgePenalty >= 0)) {
      throw new IllegalArgumentException("edgePenalty must be at least 0 but was " + edgePenalty);
    }
    if (maxRows < ExactDagSearch.MIN_ROWS) {
      throw new IllegalArgumentException(
          "maxRows must be at least " + ExactDagSearch.MIN_ROWS + " but was " + maxRows);
    }
    if (resamples < 0) {
      throw new IllegalArgumentException("resamples must be at least 0 but was " + resamples);
    }
  }
}
