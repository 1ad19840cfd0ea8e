package dev.residua.wire;

/** Encoding of the values of a topic, which readers recognize by the first bytes. */
public enum RecordFormat {
  /** Avro single-object encoding: {@code C3 01}, the fingerprint of the schema, the record. */
  AVRO("application/avro"),

  /** One JSON object, as the schemas in {@code schemas/json} describe. */
  JSON("application/json"),

  /** {@code 00}, the id of the schema in a registry (4 bytes, big endian), the record in Avro. */
  AVRO_REGISTRY("application/avro");

  private final String contentType;

  RecordFormat(String contentType) {
    this.contentType = contentType;
  }

  /** The media type of values. */
  public String contentType() {
    return contentType;
  }
}
