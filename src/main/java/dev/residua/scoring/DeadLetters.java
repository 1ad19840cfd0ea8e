package dev.residua.scoring;

import dev.residua.frame.RejectedFrameException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Refused records as dead letters: key and value unchanged, the original headers, and Kafka
 * Streams' own error headers, so that one tool reads the dead letters of every role.
 *
 * <p>Source: KIP-1034, Dead letter queue in Kafka Streams.
 */
final class DeadLetters {
  private static final String PREFIX = "__streams.errors.";
  private static final int MAX_STACK_CHARACTERS = 4096;

  private DeadLetters() {}

  static ProducerRecord<byte[], byte[]> of(
      String topic, ConsumerRecord<byte[], byte[]> refused, RejectedFrameException why) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : refused.headers()) {
      headers.add(header);
    }
    put(headers, PREFIX + "exception", why.getClass().getName());
    put(headers, PREFIX + "message", why.reason() + ": " + why.getMessage());
    put(headers, PREFIX + "stacktrace", stackTrace(why));
    put(headers, PREFIX + "topic", refused.topic());
    put(headers, PREFIX + "partition", Integer.toString(refused.partition()));
    put(headers, PREFIX + "offset", Long.toString(refused.offset()));
    return new ProducerRecord<>(topic, null, refused.key(), refused.value(), headers);
  }

  private static String stackTrace(Throwable why) {
    StringWriter text = new StringWriter();
    why.printStackTrace(new PrintWriter(text));
    return text.getBuffer().length() > MAX_STACK_CHARACTERS
        ? text.getBuffer().substring(0, MAX_STACK_CHARACTERS)
        : text.toString();
  }

  private static void put(RecordHeaders headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
