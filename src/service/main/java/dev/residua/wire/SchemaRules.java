package dev.residua.wire;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/**
 * Rules for reading records of one schema as another, named as in Avro.
 *
 * <p>Source: Apache Avro 1.12 specification, "Schema resolution"; the rules' names are those of
 * {@link SchemaCompatibility}. One rule is ours: Avro resolves numbers without regard to their
 * logical type, so that milliseconds would silently count as microseconds.
 */
final class SchemaRules {
  private SchemaRules() {}

  /**
   * The incompatibilities for a reader of one schema that gets a record of another one.
   *
   * @return each as {@code RULE at LOCATION: what}, location as a JSON pointer into the reader's
   *     schema; empty if the records can be read
   */
  static List<String> broken(Schema reader, Schema writer) {
    List<String> broken = new ArrayList<>();
    for (Incompatibility each :
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
            .getResult()
            .getIncompatibilities()) {
      broken.add("%s at %s: %s".formatted(each.getType(), each.getLocation(), each.getMessage()));
    }
    if (reader.getType() == Schema.Type.RECORD && writer.getType() == Schema.Type.RECORD) {
      for (Schema.Field field : reader.getFields()) {
        Schema.Field written = writer.getField(field.name());
        if (written != null) {
          compareLogicalTypes(field, written.schema(), broken);
        }
      }
    }
    return broken;
  }

  private static void compareLogicalTypes(Schema.Field field, Schema written, List<String> broken) {
    LogicalType wanted = field.schema().getLogicalType();
    LogicalType found = written.getLogicalType();
    if (wanted != null && found != null && !wanted.getName().equals(found.getName())) {
      broken.add(
          "LOGICAL_TYPE_MISMATCH at /fields/%d/type: reader logical type: %s not compatible with writer logical type: %s"
              .formatted(field.pos(), wanted.getName(), found.getName()));
    }
  }
}
