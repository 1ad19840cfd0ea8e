package dev.residua.scoring;

import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.wire.DeadLetter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Refused records as dead letters: key and value unchanged, the original headers, and Kafka
 * Streams' own error headers, so that one tool reads the dead letters of every role.
 *
 * <p>A letter that turns out larger than its topic allows fails its transaction. It is remembered,
 * and when its record is read again it goes without the value and the original headers, and with
 * {@link DeadLetter#TRUNCATED}, which says where the whole record still is. So it stops no
 * partition and is not lost silently. The broker refuses whole batches, so small letters are
 * refused together with a large one: only the largest of those that were refused together is
 * shortened, which is too large for certain, and the others are tried again as they are. So n
 * letters that are too large, within one transaction, take n attempts. For one loop; answers of the
 * broker come on the producer's thread.
 */
final class DeadLetters {
  private static final int MAX_STACK_CHARACTERS = 4096;
  private static final int MAX_KEY_BYTES = 1024;

  private final String topic;
  private final Set<FramePosition> tooLarge = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Refused> largest = new AtomicReference<>();

  /**
   * A letter that the broker has refused, alone or with the others of its batch.
   *
   * @param position of its record
   * @param bytes of the letter, without the overhead of a batch
   */
  private record Refused(FramePosition position, int bytes) {}

  DeadLetters(String topic) {
    this.topic = topic;
  }

  /** Sends a refused record with the other results. */
  void send(
      Publication publication, ConsumerRecord<byte[], byte[]> refused, RejectedFrameException why) {
    FramePosition position =
        new FramePosition(refused.topic(), refused.partition(), refused.offset());
    boolean shortened = tooLarge.contains(position);
    ProducerRecord<byte[], byte[]> letter =
        shortened ? shortened(refused, why) : whole(refused, why);
    Refused inCase = new Refused(position, bytes(letter));
    publication.send(
        letter,
        (metadata, failure) -> {
          if (failure instanceof RecordTooLargeException && !shortened) {
            largest.accumulateAndGet(
                inCase, (a, b) -> a == null || (b != null && b.bytes() > a.bytes()) ? b : a);
          }
        });
  }

  private static int bytes(ProducerRecord<byte[], byte[]> letter) {
    int bytes = length(letter.key()) + length(letter.value());
    for (Header header : letter.headers()) {
      bytes += header.key().length() + length(header.value());
    }
    return bytes;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /**
   * Returns true if a letter turned out too large since the last call: its record gives a shorter
   * one next time. To be asked after the transaction was aborted, when all answers are in.
   */
  boolean shorterNextTime() {
    Refused found = largest.getAndSet(null);
    return found != null && tooLarge.add(found.position());
  }

  /** The letters are committed: no record comes again. */
  void committed() {
    tooLarge.clear();
  }

  private ProducerRecord<byte[], byte[]> whole(
      ConsumerRecord<byte[], byte[]> refused, RejectedFrameException why) {
    RecordHeaders headers = new RecordHeaders();
    for (Header header : refused.headers()) {
      headers.add(header);
    }
    describe(headers, refused, why);
    return new ProducerRecord<>(topic, null, refused.key(), refused.value(), headers);
  }

  private ProducerRecord<byte[], byte[]> shortened(
      ConsumerRecord<byte[], byte[]> refused, RejectedFrameException why) {
    RecordHeaders headers = new RecordHeaders();
    describe(headers, refused, why);
    byte[] key = refused.key();
    put(
        headers,
        DeadLetter.TRUNCATED,
        "%d bytes of key and value are more than this topic takes, the value is left out; the whole record is at %s-%d offset %d as long as that topic keeps it"
            .formatted(
                Math.max(0, refused.serializedKeySize())
                    + Math.max(0, refused.serializedValueSize()),
                refused.topic(),
                refused.partition(),
                refused.offset()));
    return new ProducerRecord<>(
        topic, null, key == null || key.length > MAX_KEY_BYTES ? null : key, null, headers);
  }

  private static void describe(
      RecordHeaders headers, ConsumerRecord<byte[], byte[]> refused, RejectedFrameException why) {
    new DeadLetter(
            why.reason().name(),
            String.valueOf(why.getMessage()),
            why.getClass().getName(),
            refused.topic(),
            refused.partition(),
            refused.offset(),
            refused.timestamp())
        .addTo(headers, stackTrace(why));
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
