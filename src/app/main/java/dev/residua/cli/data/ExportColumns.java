package dev.residua.cli.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.wire.AvroCodec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Flat, typed columns of the records of one schema, in its order: {@code finding.headline} is field
 * headline of record finding. An array of numbers gets a column for each element, by the name of
 * its latent if it has one for each latent, else by its place from 1. Other arrays, and maps,
 * become text in JSON. The last columns are the place of the record on Kafka.
 */
final class ExportColumns {
  private static final String TIME = "timestamp-micros";

  /** Types of cells, each with the class of its values. */
  enum Type {
    BOOLEAN,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    /** Long, microseconds since 1970-01-01T00:00:00Z. */
    TIME,
    /** String. */
    TEXT
  }

  /** A column; any cell may be null. */
  record Column(String name, Type type) {}

  private final Schema schema;
  private final Map<String, Set<String>> elements;
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private final Map<String, Integer> places = new HashMap<>();

  private ExportColumns(Schema schema, Map<String, Set<String>> elements) {
    this.schema = schema;
    this.elements = elements;
    describe(schema, "");
    add("partition", Type.INT);
    add("offset", Type.LONG);
    add("recordedAt", Type.TIME);
  }

  /** Collects the elements that arrays of numbers have in any record. */
  static final class Survey {
    private final Schema schema;
    private final Map<String, Set<String>> elements = new HashMap<>();

    Survey(Schema schema) {
      this.schema = schema;
    }

    /**
     * @param latents names of the latents of the record's model; empty if they are unknown
     */
    void add(IndexedRecord record, List<String> latents) {
      add(schema, record, "", latents);
    }

    private void add(Schema of, @Nullable Object value, String name, List<String> latents) {
      Schema plain = AvroCodec.present(of);
      if (value instanceof IndexedRecord record) {
        for (Schema.Field field : plain.getFields()) {
          add(field.schema(), record.get(field.pos()), join(name, field.name()), latents);
        }
      } else if (value instanceof List<?> list && isNumbers(plain)) {
        Set<String> known = elements.computeIfAbsent(name, n -> new LinkedHashSet<>());
        for (int i = 0; i < list.size(); i++) {
          known.add(element(latents, list.size(), i));
        }
      }
    }

    ExportColumns columns() {
      return new ExportColumns(schema, elements);
    }
  }

  List<Column> columns() {
    return List.copyOf(columns.values());
  }

  /**
   * Cells of a record.
   *
   * @param json the same record in JSON
   * @param at its place on Kafka
   */
  @Nullable Object[] row(
      IndexedRecord record, List<String> latents, JsonNode json, ConsumerRecord<?, ?> at) {
    @Nullable Object[] row = new Object[columns.size()];
    fill(schema, record, "", latents, json, row);
    set(row, "partition", at.partition());
    set(row, "offset", at.offset());
    set(row, "recordedAt", at.timestamp() * 1_000);
    return row;
  }

  private void describe(Schema of, String name) {
    Schema plain = AvroCodec.present(of);
    if (plain.getType() == Schema.Type.RECORD) {
      plain.getFields().forEach(field -> describe(field.schema(), join(name, field.name())));
    } else if (isNumbers(plain)) {
      for (String element : elements.getOrDefault(name, Set.of())) {
        add(join(name, element), type(plain.getElementType()));
      }
    } else {
      add(name, type(plain));
    }
  }

  private void add(String name, Type type) {
    places.put(name, columns.size());
    columns.put(name, new Column(name, type));
  }

  private void fill(
      Schema of,
      @Nullable Object value,
      String name,
      List<String> latents,
      JsonNode json,
      @Nullable Object[] row) {
    if (value == null) {
      return;
    }
    Schema plain = AvroCodec.present(of);
    if (value instanceof IndexedRecord record) {
      for (Schema.Field field : plain.getFields()) {
        fill(
            field.schema(),
            record.get(field.pos()),
            join(name, field.name()),
            latents,
            json.path(field.name()),
            row);
      }
    } else if (value instanceof List<?> list && isNumbers(plain)) {
      for (int i = 0; i < list.size(); i++) {
        set(row, join(name, element(latents, list.size(), i)), list.get(i));
      }
    } else if (value instanceof List<?> || value instanceof Map<?, ?>) {
      set(row, name, json.toString());
    } else if (value instanceof Instant time) {
      set(row, name, ChronoUnit.MICROS.between(Instant.EPOCH, time));
    } else if (value instanceof Number || value instanceof Boolean) {
      set(row, name, value);
    } else {
      set(row, name, value.toString());
    }
  }

  private void set(@Nullable Object[] row, String name, Object cell) {
    Integer place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("no record of the survey has " + name);
    }
    row[place] = cell;
  }

  private static Type type(Schema plain) {
    LogicalType logical = plain.getLogicalType();
    return switch (plain.getType()) {
      case BOOLEAN -> Type.BOOLEAN;
      case INT -> Type.INT;
      case LONG -> logical != null && logical.getName().equals(TIME) ? Type.TIME : Type.LONG;
      case FLOAT -> Type.FLOAT;
      case DOUBLE -> Type.DOUBLE;
      default -> Type.TEXT;
    };
  }

  private static boolean isNumbers(Schema plain) {
    return plain.getType() == Schema.Type.ARRAY
        && switch (plain.getElementType().getType()) {
          case INT, LONG, FLOAT, DOUBLE -> true;
          default -> false;
        };
  }

  private static String element(List<String> latents, int size, int i) {
    return latents.size() == size ? latents.get(i) : Integer.toString(i + 1);
  }

  private static String join(String name, String field) {
    return name.isEmpty() ? field : name + "." + field;
  }
}
