package dev.residua.wire;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Headers of a dead letter; key and value are those of the refused record.
 *
 * @param reason short name of the reason, such as {@code CORRUPT}; {@code OTHER} if Kafka Streams
 *     refused the record
 * @param message for a person
 * @param exception class of the failure
 * @param topic topic of the refused record
 * @param partition its partition, or -1 if it is unknown
 * @param offset its offset, or -1 if it is unknown
 * @param timestamp its timestamp, milliseconds since 1970, or -1 if it is unknown
 *     <p>Source of the headers: KIP-1034, Dead letter queue in Kafka Streams; the timestamp is our
 *     addition.
 */
public record DeadLetter(
    String reason,
    String message,
    String exception,
    String topic,
    int partition,
    long offset,
    long timestamp) {
  /** Header of a letter whose value was left out: its size, and the place of the whole record. */
  public static final String TRUNCATED = "residua.dead-letter.truncated";

  /** Reason of an alert that its receiver refused for good. */
  public static final String ALERT_REFUSED = "ALERT_REFUSED";

  /** Reason of an alert that its receiver did not accept in time. */
  public static final String ALERT_UNDELIVERED = "ALERT_UNDELIVERED";

  private static final String PREFIX = "__streams.errors.";
  private static final String TIMESTAMP = "residua.timestamp";
  private static final String OTHER = "OTHER";

  /** Reads the headers of a record of the dead-letter topic; a missing header is empty. */
  public static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
    String text = text(record.headers(), PREFIX + "message");
    int colon = text.indexOf(": ");
    boolean named = colon > 0 && text.substring(0, colon).matches("[A-Z_]+");
    return new DeadLetter(
        named ? text.substring(0, colon) : OTHER,
        named ? text.substring(colon + 2) : text,
        text(record.headers(), PREFIX + "exception"),
        text(record.headers(), PREFIX + "topic"),
        (int) number(record.headers(), PREFIX + "partition"),
        number(record.headers(), PREFIX + "offset"),
        number(record.headers(), TIMESTAMP));
  }

  /**
   * Adds these headers to a record.
   *
   * @param stackTrace of the failure
   */
  public void addTo(Headers headers, String stackTrace) {
    put(headers, PREFIX + "exception", exception);
    put(headers, PREFIX + "message", reason + ": " + message);
    put(headers, PREFIX + "stacktrace", stackTrace);
    put(headers, PREFIX + "topic", topic);
    put(headers, PREFIX + "partition", Integer.toString(partition));
    put(headers, PREFIX + "offset", Long.toString(offset));
    put(headers, TIMESTAMP, Long.toString(timestamp));
  }

  /** Returns true if the value was left out because it is too large for the topic. */
  public static boolean isTruncated(ConsumerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader(TRUNCATED) != null;
  }

  /** Returns true for the headers that {@link #addTo} adds. */
  public static boolean owns(Header header) {
    return header.key().startsWith(PREFIX) || header.key().equals(TIMESTAMP);
  }

  /** Returns true for an undelivered alert; the record is the incident as it was then. */
  public boolean isAlert() {
    return reason.equals(ALERT_REFUSED) || reason.equals(ALERT_UNDELIVERED);
  }

  /** The reason as a label of metrics: lower case. */
  public String label() {
    return reason.toLowerCase(Locale.ROOT);
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Headers headers, String name) {
    @Nullable Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static long number(Headers headers, String name) {
    String text = text(headers, name);
    try {
      return text.isEmpty() ? -1 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
