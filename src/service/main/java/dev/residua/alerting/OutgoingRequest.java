package dev.residua.alerting;

import java.net.URI;
import java.util.Map;

/**
 * A POST of JSON.
 *
 * @param url where to
 * @param headers in addition to content type and authorization
 * @param contentType of the body
 * @param body UTF-8; not copied, nobody may change it
 */
record OutgoingRequest(URI url, Map<String, String> headers, String contentType, byte[] body) {
  static final String JSON = "application/json";
}
