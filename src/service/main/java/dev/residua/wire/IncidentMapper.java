package dev.residua.wire;

import dev.residua.incident.Incident;

/** {@code Incident} records to domain and back. */
public final class IncidentMapper {
  private static final AvroCodec<Incident> CODEC =
      AvroCodec.of(Incident.class, dev.residua.avro.Incident.getClassSchema());

  static final RecordSerde<dev.residua.avro.Incident, Incident> SERDE =
      new RecordSerde<>(
          AvroCodec.MAX_EVENT_BYTES,
          dev.residua.avro.Incident.class,
          IncidentMapper::toAvro,
          IncidentMapper::toDomain);

  private IncidentMapper() {}

  /** An incident as a JSON object with the fields of its schema. */
  public static byte[] json(Incident incident) {
    return SERDE.json(incident);
  }

  /**
   * Reverses {@link #json}.
   *
   * @throws org.apache.kafka.common.errors.SerializationException if it is damaged
   */
  public static Incident ofJson(byte[] json) {
    return SERDE.deserializer().deserialize("", json);
  }

  public static dev.residua.avro.Incident toAvro(Incident incident) {
    dev.residua.avro.Incident record = (dev.residua.avro.Incident) CODEC.toAvro(incident);
    record.setAdvice(incident.subject().advice());
    record.setThreshold(incident.threshold());
    return record;
  }

  public static Incident toDomain(dev.residua.avro.Incident record) {
    return CODEC.toJava(record);
  }
}
