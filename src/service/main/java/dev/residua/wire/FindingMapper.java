package dev.residua.wire;

import dev.residua.causal.Finding;

/** {@code Finding} records to domain and back. */
public final class FindingMapper {
  private static final AvroCodec<Finding> CODEC =
      AvroCodec.of(Finding.class, dev.residua.avro.Finding.getClassSchema());

  private FindingMapper() {}

  public static dev.residua.avro.Finding toAvro(Finding finding) {
    return (dev.residua.avro.Finding) CODEC.toAvro(finding);
  }

  public static Finding toDomain(dev.residua.avro.Finding record) {
    return CODEC.toJava(record);
  }
}
