package dev.residua.wire;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * A serde of a domain type on top of an Avro record. It writes one format and reads all of them, as
 * each value shows its format by its first byte. Thread-safe.
 *
 * @param <A> the record
 * @param <D> the domain type
 */
final class RecordSerde<A extends SpecificRecordBase, D> implements Serde<D> {
  /** Byte 00 and the id of a schema. */
  private static final int REGISTRY_HEADER_BYTES = 1 + Integer.BYTES;

  /** Max ratio of the size of a record in JSON to its size in Avro. */
  private static final int JSON_GROWTH = 4;

  private final int maxBytes;
  private final Class<A> type;
  private final Function<D, A> toAvro;
  private final Function<A, D> toDomain;
  private final RecordFormat format;
  private final @Nullable RegisteredSchemas registered;
  private final SingleObject<A> avro;
  private final JsonRecord<A> json;

  RecordSerde(Class<A> type, Function<D, A> toAvro, Function<A, D> toDomain) {
    this(Integer.MAX_VALUE, type, toAvro, toDomain);
  }

  /**
   * @param maxBytes of a record that is read; a larger one is refused like a damaged one
   */
  RecordSerde(int maxBytes, Class<A> type, Function<D, A> toAvro, Function<A, D> toDomain) {
    this(maxBytes, type, toAvro, toDomain, RecordFormat.AVRO, null);
  }

  private RecordSerde(
      int maxBytes,
      Class<A> type,
      Function<D, A> toAvro,
      Function<A, D> toDomain,
      RecordFormat format,
      @Nullable RegisteredSchemas registered) {
    this.maxBytes = maxBytes;
    this.type = type;
    this.toAvro = toAvro;
    this.toDomain = toDomain;
    this.format = format;
    this.registered = registered;
    this.avro = new SingleObject<>(type);
    this.json = new JsonRecord<>(type);
  }

  /**
   * The same records in a format.
   *
   * @param registered ids of the schemas; null without a registry, so that records with an id are
   *     refused
   */
  RecordSerde<A, D> in(RecordFormat format, @Nullable RegisteredSchemas registered) {
    return new RecordSerde<>(maxBytes, type, toAvro, toDomain, format, registered);
  }

  RecordFormat format() {
    return format;
  }

  String record() {
    return type.getSimpleName();
  }

  Schema schema() {
    return SpecificData.get().getSchema(type);
  }

  A record(D value) {
    return toAvro.apply(value);
  }

  @Override
  public Serializer<D> serializer() {
    return (topic, value) -> value == null ? null : encode(toAvro.apply(value));
  }

  @Override
  public Deserializer<D> deserializer() {
    return (topic, bytes) -> bytes == null ? null : domain(decode(bytes));
  }

  /** A value as JSON with the fields of its schema in every format of the topic. */
  byte[] json(D value) {
    return json.encode(toAvro.apply(value));
  }

  private byte[] encode(A record) {
    return switch (format) {
      case AVRO -> avro.encode(record);
      case JSON -> json.encode(record);
      case AVRO_REGISTRY -> {
        if (registered == null) {
          throw new IllegalStateException("no registry is known for " + record());
        }
        ByteBuffer header = ByteBuffer.allocate(REGISTRY_HEADER_BYTES).put((byte) 0);
        yield avro.encode(header.putInt(registered.newest()).array(), record);
      }
    };
  }

  private A decode(byte[] bytes) {
    byte first = bytes.length == 0 ? -1 : bytes[0];
    long most = first == '{' ? (long) JSON_GROWTH * maxBytes : maxBytes;
    if (bytes.length > most) {
      throw new SerializationException(
          "a %s record has %d bytes, more than %d".formatted(record(), bytes.length, most));
    }
    return switch (first) {
      case '{' -> json.decode(bytes);
      case 0 -> registered(bytes);
      default -> avro.decode(bytes);
    };
  }

  private A registered(byte[] bytes) {
    if (registered == null) {
      throw new SerializationException(
          "the %s record begins with 00, as records with the id of a schema in a registry do, but no registry is known here; set residua.registry.url"
              .formatted(record()));
    }
    if (bytes.length <= REGISTRY_HEADER_BYTES) {
      throw new SerializationException(
          "%d bytes are not a whole %s record with the id of a schema"
              .formatted(bytes.length, record()));
    }
    int id = ByteBuffer.wrap(bytes).getInt(1);
    Schema writer = registered.byId(id);
    if (writer == null) {
      throw new SerializationException(
          "the registry has no released %s schema with id %s"
              .formatted(record(), Integer.toUnsignedString(id)));
    }
    return avro.decode(writer, bytes, REGISTRY_HEADER_BYTES);
  }

  private D domain(A record) {
    try {
      return toDomain.apply(record);
    } catch (RuntimeException e) {
      throw new SerializationException(
          "a %s record has a value that it cannot have: %s"
              .formatted(record(), SingleObject.reason(e)),
          e);
    }
  }
}
