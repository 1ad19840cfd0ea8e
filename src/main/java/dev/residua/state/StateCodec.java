package dev.residua.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/** A state record in Avro's single-object encoding, which names its schema. Thread-safe. */
final class StateCodec<R extends SpecificRecordBase> {
  private final String name;
  private final BinaryMessageEncoder<R> encoder;
  private final BinaryMessageDecoder<R> decoder;

  /**
   * @param name of the state, for messages
   */
  StateCodec(Class<R> type, String name) {
    SpecificData data = SpecificData.getForClass(type);
    data.setCustomCoders(true); // generated code instead of reflection over the schema
    this.name = name;
    this.encoder = new BinaryMessageEncoder<>(data, data.getSchema(type));
    this.decoder = new BinaryMessageDecoder<>(data, data.getSchema(type));
  }

  byte[] encode(R record) {
    try {
      ByteBuffer bytes = encoder.encode(record);
      return bytes.remaining() == bytes.array().length ? bytes.array() : Blocks.bytes(bytes);
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
