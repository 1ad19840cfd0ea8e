package dev.residua.causal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The scales and the categories of the latents of a model that have some. Immutable. */
public final class FactorScales {
  /** No latent has a scale. */
  public static final FactorScales NONE = new FactorScales(Map.of(), Map.of());

  private static final int SECONDS_PER_MINUTE = 60;

  /** Range of a latent without a scale, in its standard deviations. */
  private static final double USUAL_RANGE = 4;

  private final Map<Integer, FactorScale> scales;
  private final Map<Integer, List<String>> categories;

  private FactorScales(Map<Integer, FactorScale> scales, Map<Integer, List<String>> categories) {
    this.scales = Map.copyOf(scales);
    this.categories = Map.copyOf(categories);
  }

  /** Those of a model's latents. */
  public static FactorScales of(List<Latent> latents) {
    Map<Integer, FactorScale> scales = new HashMap<>();
    Map<Integer, List<String>> categories = new HashMap<>();
    for (Latent latent : latents) {
      FactorScale scale = latent.factor();
      if (scale != null) {
        scales.put(latent.index(), scale);
      }
      if (latent.categorical()) {
        categories.put(latent.index(), latent.values());
      }
    }
    return new FactorScales(scales, categories);
  }

  /** Names of the categories of a latent; none for a real number. */
  public List<String> categories(int latent) {
    return categories.getOrDefault(latent, List.of());
  }

  /** Returns a value of a latent in its unit; the value itself if no labels gave one. */
  public double inUnit(int latent, double value) {
    FactorScale scale = scales.get(latent);
    return scale == null ? value : scale.of(value);
  }

  /** Returns the value of a latent for one in its unit, the inverse of {@link #inUnit}. */
  public double latent(int latent, double inUnit) {
    FactorScale scale = scales.get(latent);
    return scale == null ? inUnit : scale.latent(inUnit);
  }

  /** Name of the unit of a latent in JSON. */
  public String unit(int latent) {
    return scales.containsKey(latent) ? "factor" : "standard deviations";
  }

  /** A value of a latent in its unit, with the decimals of {@link FactorScale#number}, or two. */
  public String number(int latent, double inUnit) {
    FactorScale scale = scales.get(latent);
    return scale == null ? "%.2f".formatted(inUnit) : scale.number(inUnit);
  }

  /** Size of a change of a latent, such as {@code 0.042}, in its unit. */
  public String spokenSize(int latent, double change) {
    FactorScale scale = scales.get(latent);
    return scale == null
        ? FactorScale.digits(Math.abs(change)) + " standard deviations"
        : FactorScale.digits(Math.abs(scale.slope() * change));
  }

  /** Size of a rate of change of a latent, such as {@code 0.4 per minute}, in its unit. */
  public String spokenRate(int latent, double perSecond) {
    FactorScale scale = scales.get(latent);
    double range = scale == null ? USUAL_RANGE : scale.high() - scale.low();
    double size = Math.abs(scale == null ? perSecond : scale.slope() * perSecond);
    return size * SECONDS_PER_MINUTE < range
        ? spokenSize(latent, perSecond * SECONDS_PER_MINUTE) + " per minute"
        : spokenSize(latent, perSecond) + " per second";
  }

  /** The scale of a latent; empty if no labels gave one. */
  public Optional<FactorScale> of(int latent) {
    return Optional.ofNullable(scales.get(latent));
  }
}
