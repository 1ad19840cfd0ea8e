package dev.residua.wire;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Bound of the time that a record takes to decode: parts of its schema per byte of the record. In
 * Avro's encoding a null, a record without fields and a fixed of size 0 take no byte. So a list of
 * them, or records that contain them many times, make a small record take hours. Not thread-safe.
 */
public final class SchemaCost {
  /** Parts of a schema that one byte of a record may stand for. */
  public static final int MAX_PARTS_PER_BYTE = 16;

  private static final Cost WITHOUT_END = new Cost(Long.MAX_VALUE, 0);

  /** Costs of the records; one that is being computed and contains itself has no end. */
  private final Map<String, Cost> records = new HashMap<>();

  /** Contents of collections and unions that are not checked yet. */
  private final Deque<Content> contents = new ArrayDeque<>();

  /**
   * Part of a schema that a record may have any number of times.
   *
   * @param bytesBefore bytes that are read before each of them, such as the key in a map
   */
  private record Content(String place, Schema schema, int bytesBefore) {}

  /**
   * Parts that are read whenever a schema is, and the bytes that they take at least. A collection
   * and a union count as one part of one byte, as their contents are counted on their own.
   */
  private record Cost(long parts, long bytes) {
    Cost plus(Cost other) {
      return parts > Integer.MAX_VALUE || other.parts > Integer.MAX_VALUE
          ? WITHOUT_END
          : new Cost(parts + other.parts, Math.min(bytes + other.bytes, Integer.MAX_VALUE));
    }
  }

  private SchemaCost() {}

  /**
   * Returns the part of a schema that takes too many steps per byte, with the reason.
   *
   * @return empty if every record of the schema takes a time in proportion to its bytes
   */
  static Optional<String> expensive(Schema schema) {
    SchemaCost costs = new SchemaCost();
    costs.contents.add(new Content("the record", schema, 0));
    while (!costs.contents.isEmpty()) {
      Content content = costs.contents.remove();
      Cost cost = costs.cost(content.schema);
      long bytes = content.bytesBefore + cost.bytes;
      if (cost.parts > MAX_PARTS_PER_BYTE * bytes) {
        return Optional.of(
            "%s (%s) may have %s parts in %d bytes; expected at most %d parts per byte"
                .formatted(
                    content.place,
                    content.schema.getFullName(),
                    cost.equals(WITHOUT_END) ? "endless" : cost.parts,
                    bytes,
                    MAX_PARTS_PER_BYTE));
      }
    }
    return Optional.empty();
  }

  private Cost cost(Schema schema) {
    return switch (schema.getType()) {
      case NULL -> new Cost(1, 0);
      case BOOLEAN, INT, LONG, STRING, BYTES, ENUM -> new Cost(1, 1);
      case FLOAT -> new Cost(1, Float.BYTES);
      case DOUBLE -> new Cost(1, Double.BYTES);
      case FIXED -> new Cost(1, schema.getFixedSize());
      case ARRAY -> {
        contents.add(new Content("an item of an array", schema.getElementType(), 0));
        yield new Cost(1, 1);
      }
      case MAP -> {
        contents.add(new Content("a value of a map", schema.getValueType(), 1));
        yield new Cost(1, 1);
      }
      case UNION -> {
        for (Schema branch : schema.getTypes()) {
          contents.add(new Content("a branch of a union", branch, 1));
        }
        yield new Cost(1, 1);
      }
      case RECORD -> record(schema);
    };
  }

  private Cost record(Schema schema) {
    Cost known = records.putIfAbsent(schema.getFullName(), WITHOUT_END);
    if (known != null) {
      return known;
    }
    Cost sum = new Cost(1, 0);
    for (Schema.Field field : schema.getFields()) {
      sum = sum.plus(cost(field.schema()));
    }
    records.put(schema.getFullName(), sum);
    return sum;
  }
}
