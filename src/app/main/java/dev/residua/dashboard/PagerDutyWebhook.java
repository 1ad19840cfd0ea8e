package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parser of the webhook by which PagerDuty reports an acknowledgement of a person.
 *
 * <p>Source: PagerDuty, Webhooks V3: event {@code incident.acknowledged}, whose {@code
 * incident_key} is the {@code dedup_key} that the incident was opened with, and the header {@code
 * X-PagerDuty-Signature}.
 */
final class PagerDutyWebhook {
  static final String SIGNATURE = "X-PagerDuty-Signature";

  static final int MAX_SIGNATURES = 4;

  private static final String VERSION = "v1=";
  private static final ObjectMapper JSON = new ObjectMapper();

  private PagerDutyWebhook() {}

  /**
   * Returns true if a body comes from someone who knows the secret.
   *
   * @param header up to {@value #MAX_SIGNATURES} signatures {@code v1=HEX}, several while a secret
   *     is being changed; null for none
   */
  static boolean isSigned(byte[] secret, byte[] body, @Nullable String header) {
    String[] given = header == null ? new String[0] : header.split(",", MAX_SIGNATURES + 1);
    return given.length <= MAX_SIGNATURES
        && Webhooks.isSigned(
            secret, VERSION, Arrays.stream(given).map(String::strip).toList(), body);
  }

  /**
   * Parses an event.
   *
   * @return empty for other events, and for acknowledgements of a program, such as our own
   * @throws IllegalArgumentException if the body is not an event
   */
  static Optional<ReportedAcknowledgement> read(byte[] body) {
    JsonNode event;
    try {
      event = JSON.readTree(body).path("event");
    } catch (IOException e) {
      throw new IllegalArgumentException("the body is not JSON", e);
    }
    String id = event.path("id").asText();
    if (id.isBlank()) {
      throw new IllegalArgumentException("the body has no event with an id");
    }
    JsonNode agent = event.path("agent");
    String incident = event.path("data").path("incident_key").asText();
    String person = agent.path("summary").asText();
    return event.path("event_type").asText().equals("incident.acknowledged")
            && agent.path("type").asText().equals("user_reference")
            && !incident.isBlank()
            && !person.isBlank()
        ? Optional.of(
            new ReportedAcknowledgement(id, incident, person, "acknowledged in PagerDuty"))
        : Optional.empty();
  }
}
