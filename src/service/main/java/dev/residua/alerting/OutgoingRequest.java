package dev.residua.alerting;

import java.net.URI;
import java.util.Map;

/**
 * A message for a receiver: a POST over HTTP, a mail, or a message to a topic of MQTT.
 *
 * @param url where to
 * @param headers in addition to those that its sender knows: content type and authorization, or the
 *     addresses and the date of a mail; for MQTT, the topic and whether the broker keeps it
 * @param contentType of the body
 * @param body UTF-8; not copied, nobody may change it
 */
record OutgoingRequest(URI url, Map<String, String> headers, String contentType, byte[] body) {
  static final String JSON = "application/json";
}
