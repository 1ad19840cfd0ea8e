package dev.residua.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Records as plain JSON objects with the fields of their Avro schema: enums and times (ISO 8601, in
 * UTC) as texts, bytes in Base64, an optional value or null. NaN is null. An infinite number is
 * {@code 1e999}, which is valid JSON and beyond the range of doubles. Avro's own JSON encoding
 * wraps optional values in objects and writes times as numbers. Reading accepts further fields, and
 * takes the default of a field that is missing. Thread-safe.
 */
final class JsonRecord<T extends SpecificRecordBase> {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String INFINITE = "1e999";

  private final Class<T> type;
  private final SpecificData data;
  private final Schema schema;

  JsonRecord(Class<T> type) {
    this.type = type;
    this.data = SpecificData.getForClass(type);
    this.schema = data.getSchema(type);
  }

  byte[] encode(T record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      write(record, schema, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Decodes a record.
   *
   * @throws SerializationException if the bytes are not such a record
   */
  T decode(byte[] bytes) {
    try (JsonParser json = JSON.createParser(bytes)) {
      json.nextToken();
      T record = type.cast(readRecord(schema, json));
      if (json.nextToken() != null) {
        throw new JsonParseException(json, "more follows after the object");
      }
      return record;
    } catch (IOException | RuntimeException e) {
      throw new SerializationException(
          "%d bytes are not a %s record in JSON: %s"
              .formatted(bytes.length, schema.getName(), SingleObject.reason(e)),
          e);
    }
  }

  private static void write(@Nullable Object value, Schema schema, JsonGenerator json)
      throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof IndexedRecord record) {
      json.writeStartObject();
      for (Schema.Field field : record.getSchema().getFields()) {
        json.writeFieldName(field.name());
        write(record.get(field.pos()), field.schema(), json);
      }
      json.writeEndObject();
    } else if (value instanceof List<?> items) {
      json.writeStartArray();
      for (Object item : items) {
        write(item, AvroCodec.present(schema).getElementType(), json);
      }
      json.writeEndArray();
    } else if (value instanceof Map<?, ?> entries) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        json.writeFieldName(entry.getKey().toString());
        write(entry.getValue(), AvroCodec.present(schema).getValueType(), json);
      }
      json.writeEndObject();
    } else if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      json.writeBinary(copy);
    } else if (value instanceof Float number && Float.isFinite(number)) {
      json.writeNumber(number);
    } else if (value instanceof Double number && Double.isFinite(number)) {
      json.writeNumber(number);
    } else if (value instanceof Float || value instanceof Double) {
      writeNotFinite(((Number) value).doubleValue(), json);
    } else if (value instanceof Long || value instanceof Integer) {
      json.writeNumber(((Number) value).longValue());
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else {
      json.writeString(value.toString()); // text, enum, time
    }
  }

  private static void writeNotFinite(double value, JsonGenerator json) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNull();
    } else {
      json.writeNumber(value > 0 ? INFINITE : "-" + INFINITE);
    }
  }

  private @Nullable Object read(Schema schema, JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    return switch (schema.getType()) {
      case UNION -> token == JsonToken.VALUE_NULL ? null : read(AvroCodec.present(schema), json);
      case RECORD -> readRecord(schema, json);
      case ARRAY -> {
        expect(token == JsonToken.START_ARRAY, "an array", json);
        List<@Nullable Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(schema.getElementType(), json));
        }
        yield items;
      }
      case MAP -> {
        expect(token == JsonToken.START_OBJECT, "an object", json);
        Map<String, @Nullable Object> entries = new HashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String key = json.currentName();
          json.nextToken();
          entries.put(key, read(schema.getValueType(), json));
        }
        yield entries;
      }
      case FLOAT -> {
        if (token == JsonToken.VALUE_NULL) {
          yield Float.NaN;
        }
        expect(token.isNumeric(), "a number", json);
        yield json.getFloatValue();
      }
      case DOUBLE -> {
        if (token == JsonToken.VALUE_NULL) {
          yield Double.NaN;
        }
        expect(token.isNumeric(), "a number", json);
        yield json.getDoubleValue();
      }
      case INT -> {
        expect(token == JsonToken.VALUE_NUMBER_INT, "a whole number", json);
        yield json.getIntValue();
      }
      case LONG -> {
        if (schema.getLogicalType() != null) {
          expect(token == JsonToken.VALUE_STRING, "a time", json);
          yield Instant.parse(json.getText());
        }
        expect(token == JsonToken.VALUE_NUMBER_INT, "a whole number", json);
        yield json.getLongValue();
      }
      case BOOLEAN -> json.getBooleanValue();
      case STRING -> {
        expect(token == JsonToken.VALUE_STRING, "a text", json);
        yield json.getText();
      }
      case ENUM -> {
        expect(token == JsonToken.VALUE_STRING, "a text", json);
        String symbol = json.getText();
        boolean known = schema.hasEnumSymbol(symbol) || schema.getEnumDefault() == null;
        yield data.createEnum(known ? symbol : schema.getEnumDefault(), schema);
      }
      case BYTES -> ByteBuffer.wrap(json.getBinaryValue());
      case FIXED, NULL -> throw new IllegalStateException("no record has a " + schema.getType());
    };
  }

  private Object readRecord(Schema schema, JsonParser json) throws IOException {
    expect(json.currentToken() == JsonToken.START_OBJECT, "an object", json);
    IndexedRecord record = (IndexedRecord) data.newRecord(null, schema);
    boolean[] seen = new boolean[schema.getFields().size()];
    while (json.nextToken() != JsonToken.END_OBJECT) {
      Schema.Field field = schema.getField(json.currentName());
      json.nextToken();
      if (field == null) {
        json.skipChildren();
      } else {
        record.put(field.pos(), read(field.schema(), json));
        seen[field.pos()] = true;
      }
    }
    for (Schema.Field field : schema.getFields()) {
      if (!seen[field.pos()]) {
        record.put(field.pos(), data.getDefaultValue(field)); // fails if there is none
      }
    }
    return record;
  }

  private static void expect(boolean fulfilled, String what, JsonParser json)
      throws JsonParseException {
    if (!fulfilled) {
      throw new JsonParseException(
          json,
          "expected %s at %s but found %s"
              .formatted(what, json.getParsingContext().pathAsPointer(), json.currentToken()));
    }
  }
}
