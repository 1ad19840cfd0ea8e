package dev.residua.wire;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditEntry.Outcome;
import dev.residua.avro.AuditOutcome;
import org.apache.kafka.common.errors.SerializationException;

/** {@code AuditEntry} records to domain and back. */
final class AuditEntryMapper {
  static final RecordSerde<dev.residua.avro.AuditEntry, AuditEntry> SERDE =
      new RecordSerde<>(
          FindingFields.MAX_EVENT_BYTES,
          dev.residua.avro.AuditEntry.class,
          AuditEntryMapper::toAvro,
          AuditEntryMapper::toDomain);

  private AuditEntryMapper() {}

  static dev.residua.avro.AuditEntry toAvro(AuditEntry entry) {
    return new dev.residua.avro.AuditEntry(
        entry.at(),
        entry.by(),
        entry.action(),
        entry.target(),
        entry.sources(),
        entry.sourceCount(),
        entry.scene(),
        AuditOutcome.valueOf(entry.outcome().name()),
        entry.detail());
  }

  static AuditEntry toDomain(dev.residua.avro.AuditEntry record) {
    try {
      return new AuditEntry(
          record.getAt(),
          record.getAuthor(),
          record.getAction(),
          record.getTarget(),
          record.getSources(),
          record.getSourceCount(),
          record.getScene(),
          outcome(record.getOutcome()),
          record.getDetail());
    } catch (IllegalArgumentException e) {
      throw new SerializationException("not an audit entry: " + e.getMessage(), e);
    }
  }

  private static Outcome outcome(AuditOutcome outcome) {
    return switch (outcome) {
      case DONE -> Outcome.DONE;
      case DENIED -> Outcome.DENIED;
      case FAILED, UNKNOWN -> Outcome.FAILED;
    };
  }
}
