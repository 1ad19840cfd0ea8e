package dev.residua.source;

import dev.residua.causal.ScoreCheck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Distinction of kinds of frames of one source that each have a normal of their own: an attribute
 * of the frames, as {@code product}; a named schedule, as {@code day: 06:00-22:00 Europe/Berlin};
 * or several, joined by a plus sign. Immutable.
 */
public final class SourceContext {
  /** Longest description, in characters. */
  public static final int MAX_CHARACTERS = 500;

  /** Most contexts of a source in which it learns what is normal. */
  public static final int MAX_LEARNED = 8;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final String text;
  private final List<Part> parts;

  /**
   * One part.
   *
   * @param name of the attribute or schedule
   * @param hours in which the schedule holds; null for an attribute
   */
  private record Part(String name, @Nullable ActiveHours hours) {
    String value(Map<String, String> attributes, Instant capturedAt) {
      if (hours == null) {
        return attributes.getOrDefault(name, "");
      }
      return hours.contain(capturedAt) ? name : "not " + name;
    }
  }

  private SourceContext(String text, List<Part> parts) {
    this.text = text;
    this.parts = List.copyOf(parts);
  }

  /**
   * Parses a description.
   *
   * @throws IllegalArgumentException with the reason, if it is none
   */
  public static SourceContext parse(String description) {
    String text = description.strip();
    if (text.length() > MAX_CHARACTERS) {
      throw invalid(text, "it is longer than " + MAX_CHARACTERS + " characters");
    }
    List<Part> parts = new ArrayList<>();
    for (String part : text.split("\\+", -1)) {
      int colon = part.indexOf(':');
      String name = (colon < 0 ? part : part.substring(0, colon)).strip();
      if (!NAME.matcher(name).matches()) {
        throw invalid(
            text,
            "'%s' is not a name of at most 64 letters, digits, dots and hyphens".formatted(name));
      }
      parts.add(new Part(name, colon < 0 ? null : hours(text, part.substring(colon + 1))));
    }
    return new SourceContext(text, parts);
  }

  private static ActiveHours hours(String text, String hours) {
    try {
      return ActiveHours.parse(hours);
    } catch (IllegalArgumentException e) {
      throw invalid(text, String.valueOf(e.getMessage()));
    }
  }

  private static IllegalArgumentException invalid(String text, String why) {
    return new IllegalArgumentException(
        "context '%s': %s; expected such as product, or day: 06:00-22:00 Europe/Berlin"
            .formatted(text, why));
  }

  /**
   * The context of a frame: one line of at most {@value ScoreCheck#MAX_CONTEXT_CHARACTERS}
   * characters; empty for a frame without the attribute.
   */
  public String of(Map<String, String> attributes, Instant capturedAt) {
    String value =
        String.join(" ", parts.stream().map(part -> part.value(attributes, capturedAt)).toList());
    String line = value.replaceAll("\\p{Cntrl}", " ").strip();
    return line.substring(0, Math.min(line.length(), ScoreCheck.MAX_CONTEXT_CHARACTERS));
  }

  /** The description. */
  @Override
  public String toString() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SourceContext context && context.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }
}
