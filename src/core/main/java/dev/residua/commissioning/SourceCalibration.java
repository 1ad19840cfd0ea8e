package dev.residua.commissioning;

import java.util.List;

/**
 * Normal of one source under one model: the map from its residuals to innovations with location 0
 * and scale 1; {@link InnovationFilter} applies it. Immutable.
 *
 * @param latents one per latent, at least one
 * @param frames that it was learned from
 * @param revision counts the calibrations of a source and model, from 1; 0 is the model's own
 */
public record SourceCalibration(List<LatentCalibration> latents, long frames, int revision) {
  public SourceCalibration {
    latents = List.copyOf(latents);
    if (latents.isEmpty()) {
      throw new IllegalArgumentException("a source calibration needs at least one latent");
    }
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1 but was " + frames);
    }
    if (revision < 0) {
      throw new IllegalArgumentException("revision must be at least 0 but was " + revision);
    }
  }

  /** Smallest number of effective samples over all latents. */
  public double effectiveSamples() {
    return latents.stream().mapToDouble(LatentCalibration::effectiveSamples).min().orElseThrow();
  }
}
