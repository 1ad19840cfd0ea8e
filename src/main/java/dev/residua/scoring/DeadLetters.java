package dev.residua.scoring;

import dev.residua.frame.RejectedFrameException;
import dev.residua.wire.DeadLetter;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Refused records as dead letters: key and value unchanged, the original headers, and Kafka
 * Streams' own error headers, so that one tool reads the dead letters of every role.
 */
final class DeadLetters {
  private static final int MAX_STACK_CHARACTERS = 4096;

  private DeadLetters() {}

  static ProducerRecord<byte[], byte[]> of(
      String topic, ConsumerRecord<byte[], byte[]> refused, RejectedFrameException why) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : refused.headers()) {
      headers.add(header);
    }
    new DeadLetter(
            why.reason().name(),
            String.valueOf(why.getMessage()),
            why.getClass().getName(),
            refused.topic(),
            refused.partition(),
            refused.offset(),
            refused.timestamp())
        .addTo(headers, stackTrace(why));
    return new ProducerRecord<>(topic, null, refused.key(), refused.value(), headers);
  }

  private static String stackTrace(Throwable why) {
    StringWriter text = new StringWriter();
    why.printStackTrace(new PrintWriter(text));
    return text.getBuffer().length() > MAX_STACK_CHARACTERS
        ? text.getBuffer().substring(0, MAX_STACK_CHARACTERS)
        : text.toString();
  }
}
