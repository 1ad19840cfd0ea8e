package dev.residua.wire;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Frames of HTTP requests to records of the frames topic. The body becomes the value unchanged, and
 * a header {@code ce-NAME} the header {@code ce_NAME}, so that a request can be a CloudEvent, or
 * have the time and the sequence alone. A record is read as the scoring role reads it before it is
 * returned. Thread-safe.
 *
 * <p>Source: CloudEvents 1.0.2, HTTP Protocol Binding and Kafka Protocol Binding.
 */
public final class PostedFrames {
  /** Header with the number of a frame within its source. */
  public static final String SEQUENCE = "ce-sequence";

  /** Header with the capture time of a frame. */
  public static final String TIME = "ce-time";

  /** Header with attributes of a frame, {@code NAME=VALUE} with commas between them. */
  public static final String ATTRIBUTES = "residua-attributes";

  private static final String CONTENT_TYPE = "content-type";
  private static final String EVENT = "application/cloudevents+json";
  private static final String HTTP = "ce-";
  private static final String KAFKA = "ce_";

  /** Types of a body; its bytes say which of the formats it has. */
  private static final Set<String> TYPES =
      Set.of(
          "image/png",
          "image/jpeg",
          "image/jpg",
          "image/webp",
          "image/bmp",
          "image/x-ms-bmp",
          "image/tiff",
          "application/avro",
          "avro/binary",
          "application/octet-stream",
          EVENT);

  private final FrameReader reader;
  private final String topic;

  /**
   * @param reader with the limits and the schema registry of the scoring role
   * @param topic of the frames
   */
  public PostedFrames(FrameReader reader, String topic) {
    this.reader = reader;
    this.topic = topic;
  }

  /**
   * A frame that may be stored.
   *
   * @param sequence of the frame; empty for a bare file
   */
  public record Posted(ProducerRecord<byte[], byte[]> record, OptionalLong sequence) {}

  /**
   * Reads one frame.
   *
   * @param headers of the request or of a part of it, by their names in lower case
   * @throws RejectedFrameException with the reason, if the scoring role would refuse the frame, or
   *     could not recognise it when it is sent again
   * @throws RegistryUnavailableException if the schema registry does not answer
   */
  public Posted read(String source, Map<String, String> headers, byte[] body)
      throws RejectedFrameException {
    byte[] key = source.getBytes(StandardCharsets.UTF_8);
    String type = mediaType(headers.get(CONTENT_TYPE));
    if (!TYPES.contains(type)) {
      throw new RejectedFrameException(
          Reason.UNKNOWN_FORMAT,
          "the content type is '%s'; expected one of %s"
              .formatted(type, String.join(", ", new TreeSet<>(TYPES))));
    }
    Headers event = event(source, headers);
    if (type.equals(EVENT)) {
      event.add(CONTENT_TYPE, EVENT.getBytes(StandardCharsets.UTF_8));
    }
    ConsumerRecord<byte[], byte[]> arriving = arriving(key, body, event);
    FrameReader.Read read = reader.read(FrameReader.source(key), arriving);
    if (!read.bareFile() && FrameEvent.isEvent(arriving)) {
      checkTime(FrameEvent.of(arriving));
    }
    Map<String, String> attributes = attributes(headers.get(ATTRIBUTES));
    if (!attributes.isEmpty()) {
      return read(
          source, Map.of(CONTENT_TYPE, "application/avro"), withAttributes(read, attributes));
    }
    return new Posted(
        new ProducerRecord<>(topic, null, key, body, event),
        read.bareFile() ? OptionalLong.empty() : OptionalLong.of(read.frame().sequence()));
  }

  private static String mediaType(@Nullable String header) {
    String text = header == null ? "" : header;
    int parameters = text.indexOf(';');
    return (parameters < 0 ? text : text.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  private ConsumerRecord<byte[], byte[]> arriving(byte[] key, byte[] body, Headers event) {
    return new ConsumerRecord<>(
        topic,
        0,
        0,
        0,
        TimestampType.CREATE_TIME,
        key.length,
        body.length,
        key,
        body,
        event,
        Optional.empty());
  }

  /** The attributes of the event; empty if the request has none. */
  private static Headers event(String source, Map<String, String> headers)
      throws RejectedFrameException {
    Map<String, String> event = new HashMap<>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (header.getKey().startsWith(HTTP)) {
        event.put(header.getKey().substring(HTTP.length()), decoded(header));
      }
    }
    if (!event.isEmpty()) {
      event.putIfAbsent("specversion", "1.0");
      event.putIfAbsent("type", "dev.residua.frame");
      event.putIfAbsent("source", "/residua/sources/" + CloudEventHeaders.encode(source));
      event.putIfAbsent("id", event.getOrDefault("sequence", "frame"));
    }
    Headers converted = new RecordHeaders();
    event.forEach(
        (name, value) -> converted.add(KAFKA + name, value.getBytes(StandardCharsets.UTF_8)));
    return converted;
  }

  private static String decoded(Map.Entry<String, String> header) throws RejectedFrameException {
    try {
      return URLDecoder.decode(header.getValue().replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the header %s has an invalid percent-encoding: '%s'"
              .formatted(header.getKey(), header.getValue()),
          e);
    }
  }

  /** The time of arrival differs when a frame is sent again. */
  private static void checkTime(FrameEvent event) throws RejectedFrameException {
    if (event.sequence().isPresent() && event.time().isEmpty()) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the frame has a sequence but no capture time; add the header %s, such as 2026-05-01T10:00:00.125Z, with the same value whenever the frame is sent again"
              .formatted(TIME));
    }
  }

  private static Map<String, String> attributes(@Nullable String header)
      throws RejectedFrameException {
    Map<String, String> attributes = new HashMap<>();
    if (header == null || header.isBlank()) {
      return attributes;
    }
    for (String pair : header.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0 || pair.substring(0, equals).isBlank()) {
        throw new RejectedFrameException(
            Reason.CORRUPT,
            "the header %s has '%s'; expected NAME=VALUE with commas between them, such as variable.speed=1250"
                .formatted(ATTRIBUTES, pair.strip()));
      }
      attributes.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
    return attributes;
  }

  private static byte[] withAttributes(FrameReader.Read read, Map<String, String> attributes)
      throws RejectedFrameException {
    Frame frame = read.frame();
    if (read.bareFile()) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "a frame with %s needs the headers %s and %s".formatted(ATTRIBUTES, SEQUENCE, TIME));
    }
    Map<String, String> all = new HashMap<>(frame.attributes());
    all.putAll(attributes);
    return FrameReader.write(
        new Frame(
            frame.source(),
            frame.sequence(),
            frame.capturedAt(),
            frame.width(),
            frame.height(),
            frame.format(),
            frame.data(),
            all));
  }
}
