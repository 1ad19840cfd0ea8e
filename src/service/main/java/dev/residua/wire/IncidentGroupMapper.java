package dev.residua.wire;

import dev.residua.incident.IncidentGroup;

/** {@code IncidentGroup} records to domain and back. */
final class IncidentGroupMapper {
  /** Largest record that is read and written, in bytes. */
  static final int MAX_BYTES = 256 << 10;

  private static final AvroCodec<IncidentGroup> CODEC =
      AvroCodec.of(IncidentGroup.class, dev.residua.avro.IncidentGroup.getClassSchema());

  static final RecordSerde<dev.residua.avro.IncidentGroup, IncidentGroup> SERDE =
      new RecordSerde<>(
          MAX_BYTES,
          dev.residua.avro.IncidentGroup.class,
          IncidentGroupMapper::toAvro,
          CODEC::toJava);

  private IncidentGroupMapper() {}

  private static dev.residua.avro.IncidentGroup toAvro(IncidentGroup group) {
    dev.residua.avro.IncidentGroup record = (dev.residua.avro.IncidentGroup) CODEC.toAvro(group);
    record.setAdvice(group.subject().advice());
    return record;
  }
}
