package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A person's acknowledgement of an incident in PagerDuty, as one of its webhooks reports it.
 *
 * <p>Source: PagerDuty, Webhooks V3: event {@code incident.acknowledged}, whose {@code
 * incident_key} is the {@code dedup_key} that the incident was opened with, and the header {@code
 * X-PagerDuty-Signature}.
 */
final class PagerDutyWebhook {
  static final String SIGNATURE = "X-PagerDuty-Signature";

  private static final String VERSION = "v1=";
  private static final ObjectMapper JSON = new ObjectMapper();

  private PagerDutyWebhook() {}

  /**
   * Whether a body comes from someone who knows the secret.
   *
   * @param header signatures {@code v1=HEX}, several while a secret is being changed; null for none
   */
  static boolean isSigned(byte[] secret, byte[] body, @Nullable String header) {
    boolean signed = false;
    for (String given : header == null ? new String[0] : header.split(",", -1)) {
      signed |= Webhooks.isSigned(secret, VERSION, given.strip(), body);
    }
    return signed;
  }

  /**
   * Reads an event.
   *
   * @return empty for other events, and for acknowledgements of a program, such as our own
   * @throws IllegalArgumentException if it is no event
   */
  static Optional<ReportedAcknowledgement> read(byte[] body) {
    JsonNode event;
    try {
      event = JSON.readTree(body).path("event");
    } catch (IOException e) {
      throw new IllegalArgumentException("the body is no JSON", e);
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
