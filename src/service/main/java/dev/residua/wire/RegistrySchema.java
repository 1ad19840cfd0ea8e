package dev.residua.wire;

import java.util.List;

/**
 * A schema as a registry has it.
 *
 * @param text its definition
 * @param type {@code AVRO}, {@code PROTOBUF} or {@code JSON}
 * @param references subjects with types that the definition uses and does not define
 */
record RegistrySchema(String text, String type, List<Reference> references) {
  static final String AVRO = "AVRO";

  RegistrySchema {
    references = List.copyOf(references);
  }

  /** A version of a subject. */
  record Reference(String subject, int version) {}
}
