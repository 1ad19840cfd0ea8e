package dev.residua.intervention;

import java.util.List;

/**
 * Smallest effects that matter, for one diagnosis.
 *
 * @param byLatent minimum of each latent in the unit of its factor, or in standard deviations of a
 *     latent without one; 0 for none. Empty if no latent has a minimum
 * @param seconds time since the change, at least 0
 */
public record EffectMinimums(List<Double> byLatent, double seconds) {
  /** No latent has a minimum. */
  public static final EffectMinimums NONE = new EffectMinimums(List.of(), 0);

  public EffectMinimums {
    byLatent = List.copyOf(byLatent);
  }

  double of(int latent) {
    return byLatent.isEmpty() ? 0 : byLatent.get(latent);
  }
}
