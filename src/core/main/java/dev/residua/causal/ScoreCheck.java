package dev.residua.causal;

import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Checks that a score which came from elsewhere holds values that a scorer can compute. Detectors
 * keep sums over many frames, so one value that is not finite, now or after a square, would stay in
 * them.
 */
public final class ScoreCheck {
  /** Largest magnitude of a latent, a residual or an error; its fourth power fits a float. */
  public static final float MAX_MAGNITUDE = 1e9f;

  /** Longest name of a source, in characters. */
  public static final int MAX_SOURCE_CHARACTERS = 255;

  /** Longest key of a source rule, in characters: its id, a slash and its revision. */
  public static final int MAX_RULE_CHARACTERS = 120;

  /** Longest context of a frame, in characters. */
  public static final int MAX_CONTEXT_CHARACTERS = 64;

  private ScoreCheck() {}

  /**
   * Describes the error of a score, for a person.
   *
   * @param nodes number of nodes of its model: latents, then variables
   * @param variables number of its variables; values that depend on a missing one are NaN, as those
   *     that depend on a latent that cannot be read
   * @param historic returns true for a node whose equation uses earlier frames, so that its values
   *     may be NaN
   * @return empty if nothing is
   */
  public static Optional<String> fault(
      ScoredFrame score, int nodes, int variables, IntPredicate historic) {
    if (score.source().isBlank() || score.source().length() > MAX_SOURCE_CHARACTERS) {
      return Optional.of(
          "its source has %d characters, expected 1 to %d that are not all blank"
              .formatted(score.source().length(), MAX_SOURCE_CHARACTERS));
    }
    if (score.source().indexOf(0) >= 0) {
      return Optional.of("its source contains the character 0, which ends names elsewhere");
    }
    if (!SceneName.isValid(score.scene())) {
      return Optional.of(
          "its scene has %d characters, expected 1 to 100 letters, digits, dots, hyphens and underscores, not beginning with a dot"
              .formatted(score.scene().length()));
    }
    if (score.rule().length() > MAX_RULE_CHARACTERS) {
      return Optional.of(
          "its rule has %d characters, expected at most %d"
              .formatted(score.rule().length(), MAX_RULE_CHARACTERS));
    }
    if (score.context().length() > MAX_CONTEXT_CHARACTERS) {
      return Optional.of(
          "its context has %d characters, expected at most %d"
              .formatted(score.context().length(), MAX_CONTEXT_CHARACTERS));
    }
    if (score.sequence() < 0) {
      return Optional.of("its sequence is %d, expected at least 0".formatted(score.sequence()));
    }
    for (Instant time : new Instant[] {score.capturedAt(), score.scoredAt()}) {
      if (!ValidTimeRange.contain(time)) {
        return Optional.of("a time of it is %s, expected 1970 to 2261".formatted(time));
      }
    }
    FrameStatistics statistics = score.statistics();
    for (float[] values :
        new float[][] {
          score.latents(), score.expected(), score.residuals(), statistics.standardized()
        }) {
      if (values.length != nodes) {
        return Optional.of("it has %d latents, its model has %d".formatted(values.length, nodes));
      }
    }
    boolean partial = false;
    for (float latent : score.latents()) {
      partial |= Float.isNaN(latent);
    }
    for (int i = 0; i < nodes; i++) {
      boolean absent =
          Float.isNaN(score.latents()[i])
              && (i >= nodes - variables || Float.isNaN(statistics.pValues()[i]));
      if (!absent && !moderate(score.latents()[i])) {
        return magnitude("a latent or residual", score.latents()[i]);
      }
      if ((partial || historic.test(i)) && Float.isNaN(statistics.pValues()[i])) {
        continue; // not known
      }
      for (float[] values :
          new float[][] {score.expected(), score.residuals(), statistics.standardized()}) {
        if (!moderate(values[i])) {
          return magnitude("a latent or residual", values[i]);
        }
      }
      if (!probability(statistics.pValues()[i])) {
        return pValue(statistics.pValues()[i]);
      }
    }
    if (!probability(statistics.jointPValue())) {
      return pValue(statistics.jointPValue());
    }
    if (!probability(statistics.appearancePValue())) {
      return pValue(statistics.appearancePValue());
    }
    if (!moderate(statistics.appearanceDeviation())) {
      return magnitude("the appearance", statistics.appearanceDeviation());
    }
    if (statistics.reconstruction() != Reconstruction.NONE) {
      if (!probability(statistics.reconstructionPValue())) {
        return pValue(statistics.reconstructionPValue());
      }
      if (!(statistics.reconstructionError() >= 0) || !moderate(statistics.reconstructionError())) {
        return magnitude("the reconstruction error", statistics.reconstructionError());
      }
    }
    if (!moderate(score.sensor().sharpness())) {
      return magnitude("the sharpness", score.sensor().sharpness());
    }
    return Optional.empty();
  }

  private static boolean probability(float p) {
    return p > 0 && p <= 1;
  }

  private static boolean moderate(float value) {
    return Math.abs(value) <= MAX_MAGNITUDE; // false for NaN
  }

  private static Optional<String> pValue(float p) {
    return Optional.of("a p-value is %s, expected more than 0 and at most 1".formatted(p));
  }

  private static Optional<String> magnitude(String what, float value) {
    return Optional.of(
        "%s is %s, expected a finite value of at most %.0e".formatted(what, value, MAX_MAGNITUDE));
  }
}
