package dev.residua.wire;

import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.frame.ValidTimeRange;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.core.message.MessageReader;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Attributes of a CloudEvent that carries a picture. Source, type and id of the event are not used:
 * the key of the record names the source of the frame.
 *
 * @param data a file or an Avro frame
 * @param sequence the extension {@code sequence}, at least 0; empty if the event has none
 * @param time when the event occurred; empty if the event has none
 * @param attributes the other extensions, as texts
 *     <p>Source: CloudEvents 1.0.2, Kafka Protocol Binding, JSON Event Format, and the extension
 *     "Sequence".
 */
record FrameEvent(
    byte[] data, Optional<Long> sequence, Optional<Instant> time, Map<String, String> attributes) {
  private static final JsonFormat JSON = new JsonFormat();
  private static final String SEQUENCE = "sequence";
  private static final String STRUCTURED = "application/cloudevents";

  /** An event in structured mode is a JSON object, as no other accepted value is. */
  static boolean isEvent(ConsumerRecord<byte[], byte[]> record) {
    return isStructured(record) || record.headers().lastHeader("ce_specversion") != null;
  }

  private static boolean isStructured(ConsumerRecord<byte[], byte[]> record) {
    Header type = record.headers().lastHeader("content-type");
    return record.value()[0] == '{'
        || (type != null
            && type.value() != null
            && new String(type.value(), StandardCharsets.UTF_8).startsWith(STRUCTURED));
  }

  /**
   * Reads the event of a record.
   *
   * @throws RejectedFrameException if it is none, or says something that no frame can have
   */
  static FrameEvent of(ConsumerRecord<byte[], byte[]> record) throws RejectedFrameException {
    CloudEvent event = event(record);
    CloudEventData data = event.getData();
    if (data == null) {
      throw new RejectedFrameException(
          Reason.EMPTY,
          "the CloudEvent '%s' has no data; expected a picture or an Avro Frame, in JSON as data_base64"
              .formatted(event.getId()));
    }
    Map<String, String> attributes = new HashMap<>();
    for (String name : event.getExtensionNames()) {
      attributes.put(name, String.valueOf(event.getExtension(name)));
    }
    String sequence = attributes.remove(SEQUENCE);
    return new FrameEvent(
        data.toBytes(),
        sequence == null ? Optional.empty() : Optional.of(sequence(sequence)),
        event.getTime() == null ? Optional.empty() : Optional.of(time(event)),
        attributes);
  }

  private static CloudEvent event(ConsumerRecord<byte[], byte[]> record)
      throws RejectedFrameException {
    try {
      if (isStructured(record)) {
        return JSON.deserialize(record.value());
      }
      MessageReader reader = KafkaMessageFactory.createReader(record);
      return reader.toEvent();
    } catch (RuntimeException e) { // the library throws many kinds
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the record is not a CloudEvent of version 1.0: " + SingleObject.reason(e),
          e);
    }
  }

  private static long sequence(String text) throws RejectedFrameException {
    try {
      long sequence = Long.parseLong(text);
      if (sequence >= 0) {
        return sequence;
      }
    } catch (NumberFormatException e) {
      // refused like a negative one
    }
    throw new RejectedFrameException(
        Reason.CORRUPT,
        "the sequence of the CloudEvent must be a whole number of at least 0 but was '%s'"
            .formatted(text));
  }

  private static Instant time(CloudEvent event) throws RejectedFrameException {
    Instant time = event.getTime().toInstant();
    if (!ValidTimeRange.contain(time)) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the time of the CloudEvent must be from %s to before %s but was %s; check the camera's clock"
              .formatted(Instant.EPOCH, ValidTimeRange.END, time));
    }
    return time;
  }
}
