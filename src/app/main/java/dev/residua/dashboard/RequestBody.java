package dev.residua.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What a request says, as JSON. */
final class RequestBody {
  /** Longest text of a field, in characters. */
  static final int MAX_TEXT = 500;

  private static final ObjectMapper JSON = new ObjectMapper();

  private RequestBody() {}

  /**
   * Reads a body.
   *
   * @throws IllegalArgumentException with the reason, if it is no JSON
   */
  static JsonNode read(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The text of a field; empty where it is missing.
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
