package dev.residua.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.cli.data.ExportColumns.Column;
import dev.residua.cli.data.ExportColumns.Type;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class ExportColumnsTest {
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Reading", "fields": [
                {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "good", "type": "boolean"},
                {"name": "values", "type": {"type": "array", "items": "float"}},
                {"name": "place", "type": ["null", {"type": "record", "name": "Place", "fields": [
                  {"name": "row", "type": "int"}]}]},
                {"name": "labels", "type": {"type": "map", "values": "string"}}]}
              """);
  private static final ConsumerRecord<byte[], byte[]> AT =
      new ConsumerRecord<>("t", 3, 17, new byte[0], new byte[0]);

  private static GenericData.Record reading(List<Float> values, Integer row) {
    GenericData.Record place = null;
    if (row != null) {
      place = new GenericData.Record(SCHEMA.getField("place").schema().getTypes().get(1));
      place.put("row", row);
    }
    return new GenericRecordBuilder(SCHEMA)
        .set("at", 5L)
        .set("good", true)
        .set("values", values)
        .set("place", place)
        .set("labels", Map.of("line", "3"))
        .build();
  }

  @Test
  void shouldHaveTheElementsOfAllRecordsAndAllFields() throws Exception {
    // Given
    GenericData.Record first = reading(List.of(1f, 2f), 4);
    GenericData.Record second = reading(List.of(3f), null);
    ExportColumns.Survey survey = new ExportColumns.Survey(SCHEMA);
    survey.add(first, List.of("valve", "level"));
    survey.add(second, List.of());
    // When
    ExportColumns columns = survey.columns();
    // Then
    assertThat(columns.columns())
        .containsExactly(
            new Column("at", Type.TIME),
            new Column("good", Type.BOOLEAN),
            new Column("values.valve", Type.FLOAT),
            new Column("values.level", Type.FLOAT),
            new Column("values.1", Type.FLOAT),
            new Column("place.row", Type.INT),
            new Column("labels", Type.TEXT),
            new Column("partition", Type.INT),
            new Column("offset", Type.LONG),
            new Column("recordedAt", Type.TIME));
    JsonNode json = new ObjectMapper().readTree("{\"labels\":{\"line\":\"3\"}}");
    assertThat(columns.row(first, List.of("valve", "level"), json, AT))
        .containsExactly(5L, true, 1f, 2f, null, 4, "{\"line\":\"3\"}", 3, 17L, -1_000L);
    assertThat(columns.row(second, List.of(), json, AT))
        .containsExactly(5L, true, null, null, 3f, null, "{\"line\":\"3\"}", 3, 17L, -1_000L);
  }

  @Test
  void shouldRefuseARecordThatWasNotSurveyed() {
    ExportColumns columns = new ExportColumns.Survey(SCHEMA).columns();
    assertThatThrownBy(
            () ->
                columns.row(
                    reading(List.of(1f), null),
                    List.of(),
                    new ObjectMapper().createObjectNode(),
                    AT))
        .hasMessage("no record of the survey has values.1");
  }
}
