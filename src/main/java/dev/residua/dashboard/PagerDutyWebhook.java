package dev.residua.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A person's acknowledgement of an incident in PagerDuty, as one of its webhooks reports it.
 *
 * <p>Source: PagerDuty, Webhooks V3: event {@code incident.acknowledged}, whose {@code
 * incident_key} is the {@code dedup_key} that the incident was opened with, and the header {@code
 * X-PagerDuty-Signature}.
 *
 * @param event identity of the event, the same when it is sent again
 * @param incident identity of the incident
 * @param person who acknowledged it
 */
record PagerDutyWebhook(String event, String incident, String person) {
  static final String SIGNATURE = "X-PagerDuty-Signature";

  private static final String VERSION = "v1=";
  private static final String HMAC = "HmacSHA256";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Whether a body comes from someone who knows the secret. Takes the same time for every wrong
   * signature.
   *
   * @param header signatures {@code v1=HEX}, several while a secret is being changed; null for none
   */
  static boolean isSigned(byte[] secret, byte[] body, @Nullable String header) {
    byte[] expected =
        (VERSION + HexFormat.of().formatHex(hmac(secret, body)))
            .getBytes(StandardCharsets.US_ASCII);
    boolean signed = false;
    for (String given : header == null ? new String[0] : header.split(",", -1)) {
      signed |= MessageDigest.isEqual(expected, given.strip().getBytes(StandardCharsets.US_ASCII));
    }
    return signed;
  }

  private static byte[] hmac(byte[] secret, byte[] body) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret, HMAC));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  /**
   * Reads an event.
   *
   * @return empty for other events, and for acknowledgements of a program, such as our own
   * @throws IllegalArgumentException if it is no event
   */
  static Optional<PagerDutyWebhook> read(byte[] body) {
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
        ? Optional.of(new PagerDutyWebhook(id, incident, person))
        : Optional.empty();
  }
}
