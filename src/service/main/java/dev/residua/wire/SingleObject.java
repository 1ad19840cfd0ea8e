package dev.residua.wire;

import dev.residua.avro.ActivationStart;
import dev.residua.avro.AnomalyEvent;
import dev.residua.avro.AuditEntry;
import dev.residua.avro.ControlCommand;
import dev.residua.avro.DriftEvent;
import dev.residua.avro.DriftScore;
import dev.residua.avro.Frame;
import dev.residua.avro.FrameScore;
import dev.residua.avro.Incident;
import dev.residua.avro.IncidentEvidence;
import dev.residua.avro.IncidentGroup;
import dev.residua.avro.InterventionEvent;
import dev.residua.avro.ModelActivation;
import dev.residua.avro.ModelEntry;
import dev.residua.avro.ModelShadow;
import dev.residua.avro.SourceCalibration;
import dev.residua.avro.SourceRule;
import dev.residua.avro.SourceState;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.SchemaStore;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Avro single-object encoding: {@code C3 01}, the schema's 64-bit fingerprint (CRC-64-AVRO, little
 * endian), the record. Reads every released version of a schema. Thread-safe.
 *
 * <p>Source: Apache Avro 1.12 specification, "Single object encoding specification".
 */
final class SingleObject<T extends SpecificRecordBase> {
  /** Folder of the released schemas on the class path, one file {@code <Record>-v<N>.avsc} each. */
  static final String RELEASED = "/schemas-released/";

  /** Records of the registry of models, which share one topic. */
  static final List<Class<? extends SpecificRecordBase>> REGISTRY_RECORDS =
      List.of(ModelEntry.class, ModelActivation.class, ActivationStart.class, ModelShadow.class);

  /** All records that are the only ones on their topic. */
  static final List<Class<? extends SpecificRecordBase>> RECORDS =
      List.of(
          Frame.class,
          FrameScore.class,
          DriftScore.class,
          AnomalyEvent.class,
          AuditEntry.class,
          DriftEvent.class,
          InterventionEvent.class,
          Incident.class,
          IncidentGroup.class,
          IncidentEvidence.class,
          ControlCommand.class,
          SourceRule.class,
          SourceCalibration.class,
          SourceState.class);

  private static final byte[] MARK = {(byte) 0xC3, 0x01};
  private static final int HEADER_BYTES = MARK.length + Long.BYTES;

  private static final SchemaStore RELEASED_SCHEMAS = releasedSchemas();

  private final BinaryMessageEncoder<T> encoder;
  private final Schema schema;
  private final SpecificData data;
  private final String name;
  private final Map<Long, DatumReader<T>> readers = new ConcurrentHashMap<>();

  SingleObject(Class<T> type) {
    this.data = SpecificData.getForClass(type);
    this.schema = data.getSchema(type);
    this.name = schema.getName();
    this.encoder = new BinaryMessageEncoder<>(data, schema);
  }

  byte[] encode(T value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try {
      encoder.encode(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Decodes a record.
   *
   * @throws UnknownSchemaException if no released schema has the fingerprint
   * @throws SerializationException if the bytes are not such a record
   */
  T decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != MARK[0] || bytes[1] != MARK[1]) {
      throw new SerializationException(
          "%d bytes are no %s record: they do not begin with C3 01 and a fingerprint"
              .formatted(bytes.length, name));
    }
    long fingerprint = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(MARK.length);
    DatumReader<T> reader = readers.get(fingerprint);
    if (reader == null) {
      reader = readerOf(fingerprint, bytes);
    }
    return read(reader, bytes, HEADER_BYTES, name);
  }

  private DatumReader<T> readerOf(long fingerprint, byte[] bytes) {
    Schema writer = RELEASED_SCHEMAS.findByFingerprint(fingerprint);
    if (writer == null) {
      throw new UnknownSchemaException(
          "no released %s schema has the fingerprint %s; expected a record written with a schema from schemas/"
              .formatted(name, fingerprint(bytes)));
    }
    DatumReader<T> reader = new SpecificDatumReader<>(writer, schema, data);
    readers.put(fingerprint, reader);
    return reader;
  }

  /** The record in Avro's binary encoding, after a beginning of other bytes. */
  byte[] encode(byte[] beginning, T value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    out.writeBytes(beginning);
    BinaryEncoder binary = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new SpecificDatumWriter<T>(schema, data).write(value, binary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Decodes a record in Avro's binary encoding.
   *
   * @param offset of the record's first byte
   * @throws SerializationException if the bytes are not such a record
   */
  T decode(Schema writer, byte[] bytes, int offset) {
    return read(new SpecificDatumReader<>(writer, schema, data), bytes, offset, name);
  }

  /**
   * Reads one record. A damaged one takes no more memory than its own size.
   *
   * @param offset of the record's first byte
   * @throws SerializationException if the bytes are not such a record
   */
  static <R> R read(DatumReader<R> reader, byte[] bytes, int offset, String name) {
    try {
      return reader.read(null, new BoundedDecoder(bytes, offset));
    } catch (IOException | RuntimeException e) {
      throw new SerializationException(
          "%d bytes are not a whole %s record: %s".formatted(bytes.length, name, reason(e)), e);
    }
  }

  /** Reason of a decoding failure, for a person. */
  static String reason(Throwable failure) {
    Throwable root = RootCause.of(failure);
    return root instanceof EOFException ? "it ends too early" : RootCause.message(root);
  }

  private static String fingerprint(byte[] bytes) {
    StringBuilder hex = new StringBuilder("0x");
    for (int i = 9; i >= 2; i--) {
      hex.append("%02x".formatted(bytes[i]));
    }
    return hex.toString();
  }

  /** Names of the released schema files, without folder, from their index. */
  static List<String> releasedFiles() {
    return resource("index.txt").lines().filter(line -> !line.isBlank()).toList();
  }

  static Schema releasedSchema(String file) {
    return new SchemaParser().parse(resource(file)).mainSchema();
  }

  /** The released schemas of a record, the oldest first. */
  static List<Schema> releasedSchemas(String record) {
    return releasedFiles().stream()
        .filter(file -> file.startsWith(record + "-v"))
        .map(SingleObject::releasedSchema)
        .toList();
  }

  private static SchemaStore releasedSchemas() {
    SchemaStore.Cache store = new SchemaStore.Cache();
    for (String file : releasedFiles()) {
      store.addSchema(releasedSchema(file));
    }
    return store;
  }

  private static String resource(String file) {
    try (InputStream in = SingleObject.class.getResourceAsStream(RELEASED + file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks the released schema " + RELEASED + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Thrown if bytes name a schema that was not released. */
  static final class UnknownSchemaException extends SerializationException {
    private static final long serialVersionUID = 1L;

    UnknownSchemaException(String message) {
      super(message);
    }
  }
}
