package dev.residua.wire;

import dev.residua.avro.ActivationKind;
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
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Records of the topic of models: Avro in single-object encoding, distinguished by the start of
 * their keys, and between them the bytes of bundles in parts.
 */
public final class ModelRecords {
  private static final String PART = "part/";

  private static final SingleObject<ModelEntry> ENTRY = new SingleObject<>(ModelEntry.class);
  private static final SingleObject<ModelActivation> ACTIVATION =
      new SingleObject<>(ModelActivation.class);
  private static final SingleObject<ActivationStart> START =
      new SingleObject<>(ActivationStart.class);
  private static final SingleObject<ModelShadow> SHADOW = new SingleObject<>(ModelShadow.class);

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
  @SuppressWarnings("NullAway") // an empty value is what compaction removes
  public static byte[] value(RegistryRecord fact) {
    if (fact instanceof Entry entry) {
      return ENTRY.encode(
          new ModelEntry(
              entry.id(),
              entry.scene(),
              entry.digest(),
              entry.parentId(),
              entry.publishedAt(),
              entry.publishedBy(),
              entry.bytes(),
              entry.sha256(),
              entry.parts(),
              entry.location(),
              entry.verdict(),
              entry.labels(),
              entry.findings(),
              entry.acceptedBy()));
    }
    if (fact instanceof Activation activation) {
      return ACTIVATION.encode(
          new ModelActivation(
              activation.number(),
              activation.scene(),
              activation.modelId(),
              activation.digest(),
              ActivationKind.valueOf(activation.kind().name()),
              activation.at(),
              activation.by(),
              activation.reason()));
    }
    if (fact instanceof Start start) {
      return START.encode(new ActivationStart(start.number(), start.partition(), start.offset()));
    }
    if (fact instanceof Shadow shadow) {
      return SHADOW.encode(
          new ModelShadow(
              shadow.scene(), shadow.modelId(), shadow.rate(), shadow.from(), shadow.until()));
    }
    return null;
  }

  /**
   * The fact of a record.
   *
   * @return empty for a part of a bundle, and for what a later version may write
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
      if (text.startsWith(Entry.PREFIX)) {
        return Optional.of(entry(ENTRY.decode(value)));
      }
      if (text.startsWith(Activation.PREFIX)) {
        ModelActivation record = ACTIVATION.decode(value);
        if (record.getKind() == ActivationKind.UNKNOWN) {
          throw new SerializationException("it is of a kind that this version does not know");
        }
        return Optional.of(
            new Activation(
                record.getNumber(),
                record.getScene(),
                record.getModelId(),
                record.getDigest(),
                Activation.Kind.valueOf(record.getKind().name()),
                record.getActivatedAt(),
                record.getActivatedBy(),
                record.getReason()));
      }
      if (text.startsWith(Start.PREFIX)) {
        ActivationStart record = START.decode(value);
        return Optional.of(
            new Start(record.getNumber(), record.getPartition(), record.getOffset()));
      }
      if (text.startsWith(Shadow.PREFIX)) {
        ModelShadow record = SHADOW.decode(value);
        return Optional.of(
            new Shadow(
                record.getScene(),
                record.getModelId(),
                record.getRate(),
                record.getFrom(),
                record.getUntil()));
      }
      return Optional.empty();
    } catch (IllegalArgumentException | SerializationException e) {
      throw new SerializationException(
          "the record '%s' of the registry of models cannot be used: %s"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  private static Entry entry(ModelEntry record) {
    return new Entry(
        record.getModelId(),
        record.getScene(),
        record.getDigest(),
        record.getParentId(),
        record.getPublishedAt(),
        record.getPublishedBy(),
        record.getBytes(),
        record.getSha256(),
        record.getParts(),
        record.getLocation(),
        record.getVerdict(),
        record.getLabels(),
        record.getFindings(),
        record.getAcceptedBy());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
