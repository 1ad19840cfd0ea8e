package dev.residua.wire;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;

/**
 * CloudEvents 1.0 attributes as Kafka headers, binary mode: the record value is the data, every
 * attribute is a header {@code ce_<name>} in UTF-8.
 *
 * <p>Source: CloudEvents Kafka Protocol Binding 1.0, section 3.2.
 */
public final class CloudEventHeaders {
  private CloudEventHeaders() {}

  /**
   * Adds the attributes of one event.
   *
   * @param headers headers of the record
   * @param type such as {@code dev.residua.anomaly}
   * @param id identity of the event
   * @param kind of the thing that it is about, a plural such as {@code sources}
   * @param name of that thing
   * @param time when it happened
   * @param contentType of the value
   */
  public static void add(
      Headers headers,
      String type,
      String id,
      String kind,
      String name,
      Instant time,
      String contentType) {
    put(headers, "ce_specversion", "1.0");
    put(headers, "ce_type", type);
    put(headers, "ce_source", "/residua/%s/%s".formatted(kind, encode(name)));
    put(headers, "ce_id", id);
    put(headers, "ce_time", time.toString());
    put(headers, "ce_subject", name);
    put(headers, "content-type", contentType);
  }

  /** A text as one segment of the path of an address. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
