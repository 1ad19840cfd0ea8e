package dev.residua.intervention;

import java.util.List;

/**
 * Smallest effects that matter, for one diagnosis.
 *
 * @param byLatent minimum of each latent in the unit of its factor, or in standard deviations of a
 *     latent without one; 0 for none. Empty if no latent has a minimum
 * @param seconds time since the change, at least 0
 * @param alarmed latents that the alarm names; empty if it names none
 */
public record EffectMinimums(List<Double> byLatent, double seconds, List<Integer> alarmed) {
  /** No latent has a minimum. */
  public static final EffectMinimums NONE = new EffectMinimums(List.of(), 0, List.of());

  public EffectMinimums {
    byLatent = List.copyOf(byLatent);
    alarmed = List.copyOf(alarmed);
  }

  double of(int latent) {
    return byLatent.isEmpty() ? 0 : byLatent.get(latent);
  }
}
