package dev.residua.wire;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/**
 * A topic with the serdes that its records need, so that they cannot drift apart.
 *
 * @param name full name on the broker
 * @param key serde of the keys
 * @param value serde of the values
 * @param settings topic configuration that the product needs, by Kafka's key
 */
public record Topic<K, V>(String name, Serde<K> key, Serde<V> value, Map<String, String> settings) {
  public Topic {
    settings = Map.copyOf(settings);
  }

  /** The media type of values. */
  public String contentType() {
    RecordFormat format =
        value instanceof RecordSerde<?, ?> records ? records.format() : RecordFormat.AVRO;
    return format.contentType();
  }

  /** The bytes of a value; null for null. */
  @SuppressWarnings("NullAway") // as Kafka's serdes pass null through
  public byte[] write(@Nullable V value) {
    return this.value.serializer().serialize(name, value);
  }

  /**
   * A value as a JSON object with the fields of its schema in every format of the topic.
   *
   * @throws IllegalStateException if the values of this topic have no schema
   */
  public byte[] json(V value) {
    return records().json(value);
  }

  /** The schema of the values; empty if they have none. */
  public Optional<Schema> schema() {
    return value instanceof RecordSerde<?, ?> records
        ? Optional.of(records.schema())
        : Optional.empty();
  }

  /**
   * A value as a record of its schema.
   *
   * @throws IllegalStateException if the values of this topic have no schema
   */
  public IndexedRecord record(V value) {
    return records().record(value);
  }

  private RecordSerde<?, V> records() {
    if (!(this.value instanceof RecordSerde<?, ?>)) {
      throw new IllegalStateException("values of %s have no schema".formatted(name));
    }
    @SuppressWarnings("unchecked") // a serde of V
    RecordSerde<?, V> records = (RecordSerde<?, V>) this.value;
    return records;
  }

  /**
   * The value of bytes; null for null.
   *
   * @throws SerializationException if they are no such value
   */
  @SuppressWarnings("NullAway") // as Kafka's serdes pass null through
  public V read(byte @Nullable [] bytes) {
    return value.deserializer().deserialize(name, bytes);
  }

  /**
   * Keeps the last value of each key, as compaction does. A record without a key, or one that
   * cannot be read, changes nothing.
   *
   * @param last values by key
   */
  public void keepLast(ConsumerRecord<byte[], byte[]> record, Map<K, V> last) {
    try {
      K of = key.deserializer().deserialize(name, record.key());
      if (of != null && record.value() == null) {
        last.remove(of);
      } else if (of != null) {
        last.put(of, read(record.value()));
      }
    } catch (SerializationException e) {
      // written by something else
    }
  }

  /** The value of a record; null if it has none, or one that cannot be read. */
  public @Nullable V value(ConsumerRecord<byte[], byte[]> record) {
    try {
      return read(record.value());
    } catch (SerializationException e) {
      return null; // written by something else
    }
  }

  /** Receiver of records that passes on each readable value with the time of its record. */
  public Consumer<ConsumerRecord<byte[], byte[]>> values(BiConsumer<V, Instant> each) {
    return changes((key, at) -> {}, each);
  }

  /**
   * Receiver of records that passes on changes, each with the time of its record.
   *
   * @param deleted receives the keys of records without a value
   * @param each receives the readable values
   */
  public Consumer<ConsumerRecord<byte[], byte[]>> changes(
      BiConsumer<String, Instant> deleted, BiConsumer<V, Instant> each) {
    return record -> {
      V value = value(record);
      if (value != null) {
        each.accept(value, FrameReader.recordTime(record));
      } else if (record.value() == null && record.key() != null) {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        deleted.accept(key, FrameReader.recordTime(record));
      }
    };
  }
}
