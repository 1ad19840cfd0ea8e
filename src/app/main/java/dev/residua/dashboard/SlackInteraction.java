package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parser of the request by which Slack reports a click on a button.
 *
 * <p>Source: Slack API, "Handling user interaction in your Slack apps", "Reference: block_actions
 * payload", "Verifying requests from Slack".
 */
final class SlackInteraction {
  static final String SIGNATURE = "X-Slack-Signature";
  static final String TIMESTAMP = "X-Slack-Request-Timestamp";

  /** Max age of a request, and max difference of the clocks. */
  private static final Duration MOST_AGE = Duration.ofMinutes(5);

  private static final String VERSION = "v0";
  private static final String FIELD = "payload=";
  private static final ObjectMapper JSON = new ObjectMapper();

  private SlackInteraction() {}

  /**
   * Returns true if a body comes from someone who knows the secret, and is not too old.
   *
   * @param timestamp seconds since 1970; null for none
   * @param signature {@code v0=HEX}; null for none
   */
  static boolean isSigned(
      byte[] secret,
      byte[] body,
      @Nullable String timestamp,
      @Nullable String signature,
      Instant now) {
    if (timestamp == null || signature == null) {
      return false;
    }
    try {
      Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
      if (Duration.between(sent, now).abs().compareTo(MOST_AGE) > 0) {
        return false;
      }
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      return false;
    }
    byte[] head = "%s:%s:".formatted(VERSION, timestamp).getBytes(StandardCharsets.US_ASCII);
    return Webhooks.isSigned(secret, VERSION + "=", List.of(signature), head, body);
  }

  /**
   * Parses a click.
   *
   * @param button action of the button
   * @return empty for other interactions
   * @throws IllegalArgumentException if the body is not an interaction
   */
  static Optional<ReportedAcknowledgement> read(byte[] body, String button) {
    JsonNode payload;
    try {
      String field =
          Arrays.stream(new String(body, StandardCharsets.UTF_8).split("&", -1))
              .filter(one -> one.startsWith(FIELD))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("the body has no payload"));
      payload =
          JSON.readTree(URLDecoder.decode(field.substring(FIELD.length()), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalArgumentException("the payload is not JSON", e);
    }
    JsonNode user = payload.path("user");
    String person = user.path("username").asText(user.path("name").asText());
    for (JsonNode action : payload.path("actions")) {
      String alert = action.path("value").asText();
      String at = action.path("action_ts").asText();
      if (action.path("action_id").asText().equals(button)
          && !alert.isBlank()
          && !at.isBlank()
          && !person.isBlank()) {
        return Optional.of(new ReportedAcknowledgement(at, alert, person, "acknowledged in Slack"));
      }
    }
    return Optional.empty();
  }
}
