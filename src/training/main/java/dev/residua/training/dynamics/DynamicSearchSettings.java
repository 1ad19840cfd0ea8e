package dev.residua.training.dynamics;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * Settings of {@link DynamicSearch}.
 *
 * @param maxDelaySteps longest delay, 0 to 120 steps
 * @param edgePenalty nats per row that a cause must save in held-out blocks, at least 0: a cause
 *     that matters
 * @param edgeNats nats of all rows together that a cause must save, at least 0: a cause that is not
 *     chance
 * @param leastInfluence standard deviation that a cause must give its effect, as a share of that of
 *     the effect, 0 to 1: less may be an error of the readings that depends on other parts of a
 *     picture
 * @param memoryNats nats of all rows together that each step from none over integrator to first
 *     order or a slow error must save, at least 0
 * @param blocks blocks in the order of time, each held out once, at least 2
 * @param threads at least 1
 */
@RecordBuilder
public record DynamicSearchSettings(
    int maxDelaySteps,
    double edgePenalty,
    double edgeNats,
    double leastInfluence,
    double memoryNats,
    int blocks,
    int threads)
    implements DynamicSearchSettingsBuilder.With {
  public static final DynamicSearchSettings DEFAULTS =
      new DynamicSearchSettings(10, 0.004, 12, 0, 8, 3, 2);

  public DynamicSearchSettings {
    if (maxDelaySteps < 0 || maxDelaySteps > 120) {
      throw new IllegalArgumentException("maxDelaySteps must be 0 to 120 but was " + maxDelaySteps);
    }
    if (!(edgePenalty >= 0 && edgeNats >= 0 && memoryNats >= 0)) {
      throw new IllegalArgumentException("penalties must be at least 0");
    }
    if (!(leastInfluence >= 0 && leastInfluence <= 1)) {
      throw new IllegalArgumentException("leastInfluence must be 0 to 1 but was " + leastInfluence);
    }
    if (blocks < 2 || threads < 1) {
      throw new IllegalArgumentException(
          "blocks must be at least 2 and threads at least 1 but were %d and %d"
              .formatted(blocks, threads));
    }
  }
}
