package dev.residua.renewal.job;

import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** What the topics say of frames that must not be learnt. */
public final class StoredExclusions {
  private StoredExclusions() {}

  /**
   * Reads all incidents, commands and dead letters that are stored now. Commands of kinds that this
   * version does not know are passed over.
   *
   * @param consumers of bytes, committed records only, outside any group
   * @param accepted incidents whose frames are the new normal
   */
  public static Exclusions read(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Collection<String> accepted,
      BooleanSupplier cancelled) {
    Exclusions.Builder builder = Exclusions.builder().accept(accepted);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      TopicReader.all(
          consumer,
          topics.incidents().name(),
          record -> {
            Incident incident = value(topics.incidents(), record);
            if (incident != null) {
              builder.incident(incident);
            }
          },
          cancelled);
      TopicReader.all(
          consumer,
          topics.control().name(),
          record -> {
            if (record.value() == null && record.key() != null) {
              builder.withdraw(new String(record.key(), StandardCharsets.UTF_8));
            }
            ControlCommand command = value(topics.control(), record);
            if (command != null) {
              builder.command(command);
            }
          },
          cancelled);
      TopicReader.all(
          consumer,
          topics.deadLetters().name(),
          record -> {
            DeadLetter letter = DeadLetter.of(record);
            if (letter.topic().equals(topics.frames().name())
                && letter.partition() >= 0
                && letter.offset() >= 0) {
              builder.deadLetter(
                  new FramePosition(letter.topic(), letter.partition(), letter.offset()));
            }
          },
          cancelled);
    }
    return builder.build();
  }

  /** The value of a record; null where it has none, or one that this version cannot read. */
  static <V> @Nullable V value(Topic<?, V> topic, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      return topic.value().deserializer().deserialize(record.topic(), record.value());
    } catch (SerializationException e) {
      return null;
    }
  }
}
