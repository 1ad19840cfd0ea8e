package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.access.Person;
import dev.residua.incident.AuthorName;

/** Body of a request, as JSON. */
final class RequestBody {
  /** Max length of a field in characters. */
  static final int MAX_TEXT = 500;

  private static final ObjectMapper JSON = new ObjectMapper();

  private RequestBody() {}

  /**
   * Parses a body.
   *
   * @throws IllegalArgumentException with the reason, if it is not JSON
   */
  static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Returns the author of a change: the name of the token, else the claimed one.
   *
   * @throws IllegalArgumentException if there is neither, or the token has another name
   */
  static String author(Person person, String claimed) {
    String name = person.name();
    if (name == null) {
      if (claimed.isBlank()) {
        throw new IllegalArgumentException("by is missing: who makes the change?");
      }
      return AuthorName.claimed(claimed);
    }
    if (!claimed.isBlank() && !claimed.equals(name)) {
      throw new IllegalArgumentException(
          "by is '%s' but your token says '%s'; leave it out".formatted(claimed, name));
    }
    return name;
  }

  /**
   * Returns the text of a field; empty if it is missing.
   *
   * @throws IllegalArgumentException if it is longer than {@value #MAX_TEXT} characters
   */
  static String text(JsonNode object, String name) {
    String text = object.path(name).asText("").strip();
    if (text.length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          "%s may have %d characters but has %d".formatted(name, MAX_TEXT, text.length()));
    }
    return text;
  }
}
