package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The time that records of a schema may take, from the schema alone. */
class SchemaCostTest {
  private static final String EMPTY_RECORD =
      "{\"type\": \"record\", \"name\": \"Empty\", \"fields\": []}";
  private static final String EMPTY_FIXED =
      "{\"type\": \"fixed\", \"name\": \"None\", \"size\": 0}";

  private static Schema schema(String json) {
    return new Schema.Parser().parse(json);
  }

  private static String array(String items) {
    return "{\"type\": \"array\", \"items\": %s}".formatted(items);
  }

  private static String map(String values) {
    return "{\"type\": \"map\", \"values\": %s}".formatted(values);
  }

  private static String record(String name, String... types) {
    return "{\"type\": \"record\", \"name\": \"%s\", \"fields\": [%s]}"
        .formatted(
            name,
            IntStream.range(0, types.length)
                .mapToObj(i -> "{\"name\": \"f%d\", \"type\": %s}".formatted(i, types[i]))
                .collect(Collectors.joining(",")));
  }

  @Test
  void shouldRefuseItemsThatTakeNoByte() {
    for (String items :
        List.of(
            "\"null\"",
            array("\"null\""),
            EMPTY_RECORD,
            EMPTY_FIXED,
            record("Nulls", "\"null\"", EMPTY_FIXED))) {
      // When, Then
      assertThat(SchemaCost.expensive(schema(array(items)))).as(items).isPresent();
      assertThat(SchemaCost.expensive(schema(map(array(items))))).as(items).isPresent();
      assertThat(SchemaCost.expensive(schema(record("Outer", "\"int\"", array(items)))))
          .as(items)
          .hasValueSatisfying(
              reason ->
                  assertThat(reason)
                      .startsWith("an item of an array (")
                      .contains("in 0 bytes; expected at most 16 parts per byte"));
    }
  }

  @Test
  void shouldRefuseARecordThatContainsOthersExponentiallyOften() {
    // Given records without bytes, each with the one before twice
    String type = EMPTY_RECORD;
    String name = "Empty";
    for (int i = 0; i < 40; i++) {
      type = record("R" + i, type, "\"" + name + "\"");
      name = "R" + i;
    }
    // When, Then
    assertThat(SchemaCost.expensive(schema(record("Outer", "\"string\"", type)))).isPresent();
  }

  @Test
  void shouldRefuseARecordThatContainsItself() {
    assertThat(SchemaCost.expensive(schema(record("Endless", "\"int\"", "\"Endless\""))))
        .hasValueSatisfying(reason -> assertThat(reason).contains("endless parts"));
  }

  @Test
  void shouldRefuseManyNullsPerByte() {
    // Given
    String[] types = IntStream.range(0, 40).mapToObj(i -> "\"null\"").toArray(String[]::new);
    types[0] = "\"boolean\"";
    // When, Then
    assertThat(SchemaCost.expensive(schema(array(record("Wide", types))))).isPresent();
    assertThat(SchemaCost.expensive(schema("[\"null\", " + record("Wide", types) + "]")))
        .isPresent();
  }

  @Test
  void shouldAcceptSchemasOfWhichEveryItemTakesBytes() {
    for (String legal :
        List.of(
            array(array("\"boolean\"")),
            map("\"null\""),
            array("[\"null\", \"double\"]"),
            array("{\"type\": \"fixed\", \"name\": \"Hash\", \"size\": 32}"),
            record("Reserved", "\"string\"", "\"null\"", EMPTY_RECORD),
            record("Tree", "\"string\"", array("\"Tree\"")),
            record("Chain", "\"int\"", "[\"null\", \"Chain\"]"),
            array(record("Point", "\"float\"", "\"float\"", map("\"string\""))))) {
      // When, Then
      assertThat(SchemaCost.expensive(schema(legal))).as(legal).isEmpty();
    }
  }

  @Test
  void shouldAcceptEverySchemaOfTheProduct() {
    for (String file : SingleObject.releasedFiles()) {
      assertThat(SchemaCost.expensive(SingleObject.releasedSchema(file))).as(file).isEmpty();
    }
  }
}
