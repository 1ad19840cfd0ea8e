package dev.residua.wire;

import dev.residua.avro.ActivationStart;
import dev.residua.avro.ModelActivation;
import dev.residua.avro.ModelEntry;
import dev.residua.avro.ModelShadow;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.RegistryRecord.Start;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Records of the topic of models: Avro in single-object encoding, distinguished by the start of
 * their keys, and between them the bytes of bundles in parts.
 */
public final class ModelRecords {
  private static final String PART = "part/";

  private static final List<Form<?, ?>> FORMS =
      List.of(
          new Form<>(Entry.PREFIX, Entry.class, ModelEntry.class),
          new Form<>(Activation.PREFIX, Activation.class, ModelActivation.class),
          new Form<>(Start.PREFIX, Start.class, ActivationStart.class),
          new Form<>(Shadow.PREFIX, Shadow.class, ModelShadow.class));

  private static final class Form<R extends Record & RegistryRecord, A extends SpecificRecordBase> {
    private final String prefix;
    private final Class<R> type;
    private final Class<A> stored;
    private final SingleObject<A> avro;
    private final AvroCodec<R> codec;

    /**
     * @param prefix start of the keys
     */
    Form(String prefix, Class<R> type, Class<A> stored) {
      this.prefix = prefix;
      this.type = type;
      this.stored = stored;
      this.avro = new SingleObject<>(stored);
      this.codec = AvroCodec.of(type, SpecificData.get().getSchema(stored));
    }

    byte[] encode(RegistryRecord fact) {
      return avro.encode(stored.cast(codec.toAvro(type.cast(fact))));
    }

    RegistryRecord decode(byte[] value) {
      return codec.toJava(avro.decode(value));
    }
  }

  private ModelRecords() {}

  /**
   * One part of a bundle's bytes.
   *
   * @param modelId the model
   * @param number from 0
   */
  public record Part(String modelId, int number) {
    /** Key of its record. */
    public byte[] key() {
      return bytes(PART + modelId + "/" + number);
    }
  }

  /** The part that a key names, if it names one. */
  public static Optional<Part> part(byte[] key) {
    String text = new String(key, StandardCharsets.UTF_8);
    int slash = text.lastIndexOf('/');
    if (!text.startsWith(PART) || slash <= PART.length()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Part(
              text.substring(PART.length(), slash), Integer.parseInt(text.substring(slash + 1))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Key of a fact's record. */
  public static byte[] key(String key) {
    return bytes(key);
  }

  /** Value of a fact's record; null removes one. */
  @SuppressWarnings("NullAway") // compaction removes a key with a null value
  public static byte[] value(RegistryRecord fact) {
    return FORMS.stream()
        .filter(form -> form.type.isInstance(fact))
        .findFirst()
        .map(form -> form.encode(fact))
        .orElse(null);
  }

  /**
   * The fact of a record.
   *
   * @return empty for a part of a bundle, and for an unknown kind of record
   * @throws SerializationException if the value is damaged
   */
  public static Optional<RegistryRecord> fact(byte[] key, byte[] value) {
    String text = new String(key, StandardCharsets.UTF_8);
    if (text.startsWith(PART)) {
      return Optional.empty();
    }
    if (value == null) {
      return Optional.of(new Removed(text));
    }
    Optional<RegistryRecord> fact = decoded(text, value);
    if (fact.isPresent() && !fact.get().key().equals(text)) {
      throw new SerializationException(
          "the record '%s' of the registry of models cannot be used: its value belongs to the key '%s'"
              .formatted(text, fact.get().key()));
    }
    return fact;
  }

  private static Optional<RegistryRecord> decoded(String text, byte[] value) {
    try {
      return FORMS.stream()
          .filter(form -> text.startsWith(form.prefix))
          .findFirst()
          .map(form -> form.decode(value));
    } catch (IllegalArgumentException | SerializationException e) {
      throw new SerializationException(
          "the record '%s' of the registry of models cannot be used: %s"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
