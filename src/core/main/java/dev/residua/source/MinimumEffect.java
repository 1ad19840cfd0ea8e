package dev.residua.source;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Smallest effects that open an incident, by latent: {@code level=3, lamp=0.2}, in the unit of the
 * latent's factor, or in standard deviations of a latent without one.
 *
 * @param byLatent minimums by the name of the latent, finite and at least 0; 0 for none
 */
public record MinimumEffect(Map<String, Double> byLatent) {
  /** No minimums. */
  public static final MinimumEffect NONE = new MinimumEffect(Map.of());

  /** Most latents of one rule. */
  public static final int MAX_LATENTS = 62;

  private static final int MAX_CHARACTERS = 4_096;

  public MinimumEffect {
    byLatent = Collections.unmodifiableMap(new LinkedHashMap<>(byLatent));
    if (byLatent.size() > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "minimumEffect has %d latents, expected at most %d"
              .formatted(byLatent.size(), MAX_LATENTS));
    }
    byLatent.forEach(
        (latent, minimum) -> {
          if (latent.isBlank() || !(minimum >= 0) || minimum.isInfinite()) {
            throw invalid(latent + "=" + minimum);
          }
        });
  }

  /**
   * Parses the output of {@link #toString}.
   *
   * @throws IllegalArgumentException with the reason, if it is invalid
   */
  public static MinimumEffect parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "minimumEffect is longer than %d characters".formatted(MAX_CHARACTERS));
    }
    Map<String, Double> found = new LinkedHashMap<>();
    for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
      int equals = part.lastIndexOf('=');
      String latent = part.substring(0, Math.max(0, equals)).strip();
      if (latent.isEmpty() || found.put(latent, number(part, equals)) != null) {
        throw invalid(part.strip());
      }
    }
    return new MinimumEffect(found);
  }

  private static double number(String part, int equals) {
    try {
      return Double.parseDouble(part.substring(equals + 1).strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(invalid(part.strip()).getMessage(), e);
    }
  }

  private static IllegalArgumentException invalid(String part) {
    return new IllegalArgumentException(
        "minimumEffect has '%s', expected each latent once with a number of at least 0, such as level=3, lamp=0.2"
            .formatted(part));
  }

  /** Minimum of a latent; 0 for none. */
  public double of(String latent) {
    return byLatent.getOrDefault(latent, 0.0);
  }

  /** Returns the latents that are not among these; none if these are not known. */
  public List<String> unknown(Collection<String> latents) {
    return latents.isEmpty()
        ? List.of()
        : byLatent.keySet().stream().filter(latent -> !latents.contains(latent)).toList();
  }

  /** Returns the minimums of the other latents. */
  public MinimumEffect without(String latent) {
    Map<String, Double> others = new LinkedHashMap<>(byLatent);
    others.remove(latent);
    return new MinimumEffect(others);
  }

  /** Returns true if no latent has a minimum above 0. */
  public boolean isNone() {
    return byLatent.values().stream().allMatch(minimum -> minimum == 0);
  }

  @Override
  public String toString() {
    return byLatent.entrySet().stream()
        .map(one -> one.getKey() + "=" + number(one.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return value == Math.rint(value) && value < 1e15 ? "%d".formatted((long) value) : "" + value;
  }
}
