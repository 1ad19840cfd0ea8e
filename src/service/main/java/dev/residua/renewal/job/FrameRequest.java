package dev.residua.renewal.job;

import dev.residua.decoding.Stabilizer;
import dev.residua.frame.ImageShape;
import dev.residua.renewal.selection.SelectionSettings;
import dev.residua.source.SourceRule;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which frames to collect, and where to store their pixels.
 *
 * @param shape of the pictures that the model reads; frames are resampled to it
 * @param factorNames factors whose readings count, in the order of the model's latents; may be
 *     empty
 * @param variableNames variables of the model; a frame that lacks one is left out
 * @param sources chooses the sources whose frames count
 * @param rules finds the rule of a source, which says how its pictures are read
 * @param stabilizer of the model that scores the frames, for the sources whose rule asks for it;
 *     for one thread
 * @param memoryBytes limit of pixels in memory, in bytes, at least 0; the others go to a file
 * @param folder of that file
 */
public record FrameRequest(
    ImageShape shape,
    List<String> factorNames,
    List<String> variableNames,
    SelectionSettings selection,
    Predicate<String> sources,
    Function<String, SourceRule> rules,
    Stabilizer stabilizer,
    long memoryBytes,
    Path folder) {
  public FrameRequest {
    factorNames = List.copyOf(factorNames);
    variableNames = List.copyOf(variableNames);
    if (memoryBytes < 0) {
      throw new IllegalArgumentException("memoryBytes must be at least 0 but was " + memoryBytes);
    }
  }

  /**
   * The variables of a frame.
   *
   * @param rule of its source
   * @return shape {@code [variableNames]}, NaN for a missing one
   */
  double[] variables(SourceRule rule, Map<String, String> attributes, Instant capturedAt) {
    return variableNames.stream()
        .mapToDouble(name -> rule.variable(attributes, capturedAt, name))
        .toArray();
  }

  /** Returns true if a frame lacks a variable. */
  boolean lacksVariable(SourceRule rule, Map<String, String> attributes, Instant capturedAt) {
    return !Arrays.stream(variables(rule, attributes, capturedAt)).allMatch(Double::isFinite);
  }
}
