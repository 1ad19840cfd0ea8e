package dev.residua.renewal.gate;

import dev.residua.training.LatentMatching;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Agreement of a latent with the latent of the parent model that it was matched with.
 *
 * @param correlation Spearman's, in [-1, 1]
 * @param margin over other latents, at most 1, see {@link LatentMatching.Pair}
 * @param confidence share of resamples that match the same pair, in [0, 1]
 */
public record LatentIdentity(double correlation, double margin, double confidence) {
  private static final String CORRELATION = "identity.correlation.";
  private static final String MARGIN = "identity.margin.";
  private static final String CONFIDENCE = "identity.confidence.";

  /** Returns the metrics by which a bundle stores the agreement of the latent of that name. */
  public static Map<String, Double> metrics(String name, LatentMatching.Pair pair) {
    return Map.of(
        CORRELATION + name, pair.correlation(),
        MARGIN + name, pair.margin(),
        CONFIDENCE + name, pair.confidence());
  }

  /** Reads the agreement of a latent from a bundle's metrics; empty if it was never matched. */
  static Optional<LatentIdentity> of(String name, Map<String, Double> metrics) {
    Double correlation = metrics.get(CORRELATION + name);
    Double margin = metrics.get(MARGIN + name);
    Double confidence = metrics.get(CONFIDENCE + name);
    return correlation == null || margin == null || confidence == null
        ? Optional.empty()
        : Optional.of(new LatentIdentity(correlation, margin, confidence));
  }

  /**
   * Explains which latents lost their names.
   *
   * @param lost names of the old model
   * @param renamed agreement of the new model's latents that got other names, by name
   */
  static String sentence(List<String> lost, Map<String, LatentIdentity> renamed) {
    StringBuilder text = new StringBuilder();
    text.append(lost.size() == 1 ? "latent " : "latents ").append(String.join(", ", lost));
    text.append(" could not be matched: ");
    String separator = "";
    for (Map.Entry<String, LatentIdentity> one : renamed.entrySet()) {
      LatentIdentity identity = one.getValue();
      text.append(
          String.format(
              Locale.ROOT,
              "%s%s has correlation %.2f, margin %.2f and confidence %.2f",
              separator,
              one.getKey(),
              Math.abs(identity.correlation()),
              identity.margin(),
              identity.confidence()));
      separator = ", ";
    }
    return text.append(
            String.format(
                Locale.ROOT,
                " (at least %.2f, %.2f and %.2f are needed)",
                LatentMatching.MIN_CORRELATION,
                LatentMatching.MIN_MARGIN,
                LatentMatching.MIN_CONFIDENCE))
        .toString();
  }
}
