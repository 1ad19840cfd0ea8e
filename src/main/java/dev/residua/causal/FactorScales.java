package dev.residua.causal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The scales of the latents of a model that have one. Immutable. */
public final class FactorScales {
  /** No latent has a scale. */
  public static final FactorScales NONE = new FactorScales(Map.of());

  private final Map<Integer, FactorScale> scales;

  private FactorScales(Map<Integer, FactorScale> scales) {
    this.scales = Map.copyOf(scales);
  }

  /** Those of a model's latents. */
  public static FactorScales of(List<Latent> latents) {
    Map<Integer, FactorScale> scales = new HashMap<>();
    for (Latent latent : latents) {
      FactorScale scale = latent.factor();
      if (scale != null) {
        scales.put(latent.index(), scale);
      }
    }
    return new FactorScales(scales);
  }

  /** The scale of a latent; empty where no labels gave one. */
  public Optional<FactorScale> of(int latent) {
    return Optional.ofNullable(scales.get(latent));
  }
}
