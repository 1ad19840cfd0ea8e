package dev.residua.wire;

import dev.residua.avro.Frame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.io.DatumReader;

/**
 * Frames in the framing of Confluent's and Apicurio's serializers: {@code 00}, the id of the
 * writer's schema in a registry (4 bytes, big endian), the record in Avro's binary encoding. Any
 * schema that Avro's rules resolve to our {@code Frame} is read. Thread-safe.
 *
 * <p>Source: Confluent Schema Registry documentation, "Wire format".
 */
final class RegistryFrames {
  private static final int HEADER_BYTES = 5;

  private final WriterSchemas schemas;

  RegistryFrames(WriterSchemas schemas) {
    this.schemas = schemas;
  }

  RegistryFrames(RegistrySettings settings) {
    this(new WriterSchemas(new RegistryClient(settings), WriterSchemas.TIMEOUT, System::nanoTime));
  }

  /** Returns true if a value has this framing; no other accepted value begins with it. */
  static boolean isFramed(byte[] value) {
    return value.length > 0 && value[0] == 0;
  }

  /** The refusal of such a value without a registry. */
  static RejectedFrameException withoutRegistry() {
    return new RejectedFrameException(
        Reason.UNKNOWN_SCHEMA,
        "the value begins with 00, as records with the id of a schema in a registry do, but no"
            + " registry is known here; set residua.registry.url");
  }

  /**
   * Decodes a value with this framing.
   *
   * @throws RejectedFrameException if it is damaged, or its schema is unknown or no frame's
   * @throws RegistryUnavailableException if the registry does not say which schema it is
   */
  Frame decode(byte[] value) throws RejectedFrameException {
    if (value.length <= HEADER_BYTES) {
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "the value begins with 00 and has %d bytes; expected the 4-byte id of a schema and a record"
              .formatted(value.length));
    }
    int id = ByteBuffer.wrap(value).getInt(1);
    DatumReader<Frame> reader = schemas.reader(id);
    try {
      return reader.read(null, new BoundedDecoder(value, HEADER_BYTES));
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // The schema is the producer's: any failure rejects only this record.
      throw new RejectedFrameException(
          Reason.CORRUPT,
          "%d bytes are not a whole record of the schema with id %s: %s"
              .formatted(
                  value.length - HEADER_BYTES,
                  Integer.toUnsignedString(id),
                  SingleObject.reason(e)),
          e);
    }
  }
}
