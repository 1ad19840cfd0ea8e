package dev.residua.wire;

import dev.residua.source.SourceRule;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;

/** {@code SourceRule} records to domain and back. */
final class SourceRuleMapper {
  private static final AvroCodec<SourceRule> CODEC =
      AvroCodec.of(SourceRule.class, dev.residua.avro.SourceRule.getClassSchema())
          .withDefaults(SourceRule.DEFAULTS);

  static final RecordSerde<dev.residua.avro.SourceRule, SourceRule> SERDE =
      new RecordSerde<>(
          AvroCodec.MAX_EVENT_BYTES,
          dev.residua.avro.SourceRule.class,
          SourceRuleMapper::toAvro,
          SourceRuleMapper::toDomain);

  private SourceRuleMapper() {}

  static dev.residua.avro.SourceRule toAvro(SourceRule rule) {
    dev.residua.avro.SourceRule record = (dev.residua.avro.SourceRule) CODEC.toAvro(rule);
    record.setNotYetSupported(Map.of());
    return record;
  }

  static SourceRule toDomain(dev.residua.avro.SourceRule record) {
    if (!record.getNotYetSupported().isEmpty()) {
      throw new SerializationException(
          "source rule %s/%d has settings that this version does not know: %s"
              .formatted(
                  record.getId(), record.getRevision(), record.getNotYetSupported().keySet()));
    }
    if (record.getId().isEmpty() || record.getRevision() < 1) {
      throw new SerializationException(
          "a source rule must have an id and a revision of at least 1 but has '%s' and %d"
              .formatted(record.getId(), record.getRevision()));
    }
    return CODEC.toJava(record);
  }
}
