package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Summary;
import dev.residua.dynamics.DynamicChange;
import dev.residua.dynamics.DynamicHistory;
import java.util.Locale;

/** Describes the change of an equation that uses earlier frames, with the names of the domain. */
final class EquationChangeSentence {
  private final CausalGraph graph;
  private final FactorScales scales;
  private final DynamicHistory history;
  private final int frames;

  EquationChangeSentence(
      CausalGraph graph, FactorScales scales, DynamicHistory history, int frames) {
    this.graph = graph;
    this.scales = scales;
    this.history = history;
    this.frames = frames;
  }

  Summary of(DynamicChange change, int latent) {
    String name = graph.spokenName(latent);
    String causes = String.join(" and ", graph.spokenParentNames(latent));
    String explain = causes + (graph.parents(latent).length == 1 ? " explains" : " explain");
    double size = change.size();
    return switch (change.kind()) {
      case PUSH -> {
        String moves = gains(latent, size) ? " gains " : " loses ";
        String explanation =
            text("%s%s%s more than %s", name, moves, scales.spokenRate(latent, size), explain);
        yield scales.of(latent).isPresent()
            ? Summary.of(explanation, "%s" + moves + "%s", name, scales.spokenRate(latent, size))
            : Summary.of(explanation, "%s" + moves + "more than its causes explain", name);
      }
      case OFFSET -> {
        String explanation =
            text("%s is off by %s from what its equation expects", name, distance(latent, size));
        yield scales.of(latent).isPresent()
            ? Summary.of(explanation, "%s is off by %s", name, distance(latent, size))
            : Summary.of(
                explanation,
                "%s reads " + (size < 0 ? "lower" : "higher") + " than expected",
                name);
      }
      case GAIN -> {
        String cause = graph.spokenName(history.cause(latent, change));
        yield Summary.of(
            text("%s moves %s with %.2f of its trained influence", cause, name, size),
            "%s follows %s " + share(size, "as strongly"),
            name,
            cause);
      }
      case RESPONSE ->
          Summary.of(
              text("%s follows %s at %.2f of its trained speed", name, causes, size),
              "%s follows its causes " + share(size, "as fast"),
              name);
      case DELAY -> {
        String cause = graph.spokenName(history.cause(latent, change));
        String after = FactorScale.digits(size);
        String before = FactorScale.digits(history.delay(latent, change));
        yield Summary.of(
            text("%s follows %s after %s s instead of %s s", name, cause, after, before),
            "%s follows %s after " + after + " s instead of " + before + " s",
            name,
            cause);
      }
      case HELD ->
          Summary.of(
              text("%s no longer follows %s: it stays at %s", name, causes, value(latent, size)),
              "%s is held at %s",
              name,
              value(latent, size));
    };
  }

  /** Such as {@code only 50 % as fast}, escaped for a format. */
  private static String share(double size, String how) {
    return size <= 0
        ? "in the opposite direction"
        : size < 1
            ? "only " + Math.round(100 * size) + " %% " + how
            : FactorScale.digits(size) + " times " + how;
  }

  private boolean gains(int latent, double push) {
    return scales.of(latent).map(scale -> scale.slope() * push).orElse(push) > 0;
  }

  private String distance(int latent, double latents) {
    return scales
        .of(latent)
        .map(scale -> scale.spokenDistance(latents))
        .orElseGet(() -> String.format(Locale.ROOT, "%.2f", latents) + " standard deviations");
  }

  private String value(int latent, double value) {
    return scales
        .of(latent)
        .map(scale -> scale.number(scale.of(value)))
        .orElseGet(() -> String.format(Locale.ROOT, "%.2f", value));
  }

  private String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values) + ", over " + frames + " frames";
  }
}
