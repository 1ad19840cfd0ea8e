package dev.residua.model;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Something that a model cannot read, found by its training. A model with a finding is used only
 * after a person accepted it.
 *
 * @param aspect of the model that it concerns
 * @param sentence the evidence and the next step, on one line
 */
public record ModelFinding(Aspect aspect, String sentence) {
  private static final String SEPARATOR = ": ";

  /** A property of a model on which there is a verdict. */
  public enum Aspect {
    /** Each latent is the factor of its name. */
    NAMES,
    /** Each residual depends on one mechanism alone. */
    INDEPENDENCE,
    /** Each latent is read from its own place in the picture. */
    OWN_PIXELS,
    /** The latents give the frame. */
    RECONSTRUCTION;

    /** Lower-case words. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  public ModelFinding {
    Objects.requireNonNull(aspect, "aspect");
    if (sentence.isBlank() || sentence.lines().count() != 1) {
      throw new IllegalArgumentException(
          "a finding must be one sentence on one line but was '%s'"
              .formatted(SafeText.of(sentence)));
    }
  }

  /** The sentences of findings. */
  public static List<String> sentences(List<ModelFinding> findings) {
    return findings.stream().map(ModelFinding::sentence).toList();
  }

  /** One line per finding, UTF-8. */
  public static byte[] toLines(List<ModelFinding> findings) {
    return findings.stream()
        .map(one -> one.aspect().label() + SEPARATOR + one.sentence() + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The inverse of {@link #toLines}.
   *
   * @throws IllegalArgumentException if a line has no known aspect or no sentence
   */
  public static List<ModelFinding> fromLines(byte[] lines) {
    return new String(lines, StandardCharsets.UTF_8).lines().map(ModelFinding::fromLine).toList();
  }

  private static ModelFinding fromLine(String line) {
    for (Aspect aspect : Aspect.values()) {
      String start = aspect.label() + SEPARATOR;
      if (line.startsWith(start)) {
        return new ModelFinding(aspect, line.substring(start.length()));
      }
    }
    throw new IllegalArgumentException(
        "a finding is '%s', expected an aspect such as 'names: ' and a sentence"
            .formatted(SafeText.of(line)));
  }
}
