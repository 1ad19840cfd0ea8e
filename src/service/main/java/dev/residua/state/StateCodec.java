package dev.residua.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/** A state record in Avro's single-object encoding, which names its schema. Thread-safe. */
final class StateCodec<R extends SpecificRecordBase> {
  /** How each single-object encoding begins, see Avro's specification. */
  private static final short MARKER = (short) 0xC301;

  private final String name;
  private final byte[] header;
  private final SpecificDatumWriter<R> writer;
  private final BinaryMessageDecoder<R> decoder;

  /**
   * @param name of the state, for messages
   */
  StateCodec(Class<R> type, String name) {
    SpecificData data = SpecificData.getForClass(type);
    data.setCustomCoders(true); // generated code instead of reflection over the schema
    Schema schema = data.getSchema(type);
    this.name = name;
    this.header =
        ByteBuffer.allocate(Short.BYTES + Long.BYTES)
            .putShort(MARKER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(SchemaNormalization.parsingFingerprint64(schema))
            .array();
    this.writer = new SpecificDatumWriter<>(schema, data);
    this.decoder = new BinaryMessageDecoder<>(data, schema);
  }

  byte[] encode(R record) {
    return encode(record, StateBuffer.start());
  }

  /**
   * @param buffer from {@link StateBuffer#start}; may hold blocks of the record
   */
  byte[] encode(R record, StateBuffer buffer) {
    try {
      buffer.write(header, 0, header.length);
      writer.write(record, buffer.encoder());
      return buffer.toBytes();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /**
   * @throws IllegalArgumentException if the bytes have another schema or are damaged
   */
  R decode(byte[] bytes) {
    try {
      return decoder.decode(bytes);
    } catch (MissingSchemaException e) {
      throw new IllegalArgumentException(
          "%s of %d bytes has another schema than this version's".formatted(name, bytes.length), e);
    } catch (IOException | RuntimeException e) {
      throw damaged(bytes, e);
    }
  }

  IllegalArgumentException damaged(byte[] bytes, Exception cause) {
    return new IllegalArgumentException(
        "%s of %d bytes is damaged: %s".formatted(name, bytes.length, cause), cause);
  }
}
