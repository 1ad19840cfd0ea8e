package dev.residua.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Records of a producer with a schema registry, made without the product's own code. */
public final class RegistryRecords {
  public static final String PIXEL_FORMAT =
      """
      {"type": "enum", "name": "PixelFormat", "namespace": "dev.residua.avro",
       "symbols": ["GRAY8", "RGB8", "RGBA8", "PNG", "JPEG"]}""";

  private RegistryRecords() {}

  /** The schema of a producer: a Frame with fields in its own order, as it needs them. */
  public static String frameWith(String... fields) {
    return "{\"type\": \"record\", \"name\": \"Frame\", \"namespace\": \"dev.residua.avro\", \"fields\": ["
        + String.join(",", fields)
        + "]}";
  }

  /**
   * A field.
   *
   * @param type name of a type, or the definition of one
   */
  public static String field(String name, String type) {
    return "{\"name\": \"%s\", \"type\": %s}"
        .formatted(name, type.startsWith("{") ? type : "\"" + type + "\"");
  }

  /** The type of a time in {@code millis} or {@code micros}. */
  public static String time(String unit) {
    return "{\"type\": \"long\", \"logicalType\": \"timestamp-" + unit + "\"}";
  }

  /**
   * A record of a schema.
   *
   * @param values by field; those that the schema does not have are left out
   */
  public static GenericRecord record(String schema, Map<String, Object> values) {
    GenericRecord record = new GenericData.Record(new Schema.Parser().parse(schema));
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = values.get(field.name());
      if (value instanceof Integer number && field.schema().getType() == Schema.Type.LONG) {
        value = number.longValue();
      } else if (field.schema().getType() == Schema.Type.ENUM) {
        value = new GenericData.EnumSymbol(field.schema(), value);
      } else if (value instanceof byte[] bytes) {
        value = ByteBuffer.wrap(bytes);
      }
      record.put(field.name(), value);
    }
    return record;
  }

  /** 00, the schema's id, the record. */
  public static byte[] framed(int id, GenericRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
