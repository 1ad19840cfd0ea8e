package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The JSON schemas in {@code schemas/json} say what the Avro schemas say and what {@link
 * JsonRecord} writes; {@code -Dresidua.golden.write=true} makes them.
 */
class JsonSchemasTest {
  private static final Path FOLDER = Path.of("schemas/json");
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** The records of the topics whose format can be chosen. */
  static Stream<SpecificRecordBase> records() {
    Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    Map<String, Class<?>> recordOf =
        SchemaRegistration.records(topics).entrySet().stream()
            .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    Map<Class<?>, SpecificRecordBase> examples =
        GoldenRecordsTest.records()
            .collect(Collectors.toMap(SpecificRecordBase::getClass, Function.identity()));
    return TopicFormats.TOPICS.stream()
        .map(name -> examples.get(recordOf.get(topics.prefix() + name)));
  }

  @BeforeAll
  static void writeIfAsked() throws IOException {
    if (Boolean.getBoolean("residua.golden.write")) {
      Files.createDirectories(FOLDER);
      for (SpecificRecordBase record : records().toList()) {
        Files.writeString(file(record), JSON.writeValueAsString(schemaOf(record)) + "\n");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldBeInStepWithTheAvroSchema(SpecificRecordBase record) throws IOException {
    assertThat(JSON.readTree(file(record).toFile()))
        .as("%s is made by this class with -Dresidua.golden.write=true", file(record))
        .isEqualTo(schemaOf(record));
  }

  @Test
  void shouldHaveNoOtherFile() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files)
          .containsExactlyInAnyOrderElementsOf(records().map(JsonSchemasTest::file).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldDescribeWhatIsWritten(SpecificRecordBase record) throws IOException {
    // Given
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(JSON.readTree(file(record).toFile()));
    ObjectNode written = written(record);
    // When, Then
    assertThat(schema.validate(written)).isEmpty();
    for (Schema.Field field : record.getSchema().getFields()) {
      ObjectNode wrong = written.deepCopy();
      wrong.putObject(field.name()).put("wrong", true);
      boolean map = field.schema().getType() == Schema.Type.MAP; // of texts
      assertThat(schema.validate(wrong)).as("%s is checked, map %s", field, map).isNotEmpty();
    }
  }

  @SuppressWarnings("unchecked")
  private static ObjectNode written(SpecificRecordBase record) throws IOException {
    Class<SpecificRecordBase> type = (Class<SpecificRecordBase>) record.getClass();
    return (ObjectNode) JSON.readTree(new JsonRecord<>(type).encode(record));
  }

  private static Path file(SpecificRecordBase record) {
    return FOLDER.resolve(record.getSchema().getName() + ".schema.json");
  }

  private static JsonNode schemaOf(SpecificRecordBase record) {
    List<Schema> released = SingleObject.releasedSchemas(record.getSchema().getName());
    Schema schema = released.get(released.size() - 1);
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "http://json-schema.org/draft-07/schema#");
    root.put("title", schema.getName());
    ObjectNode definitions = JSON.createObjectNode();
    root.setAll(record(schema, definitions, new HashSet<>()));
    if (!definitions.isEmpty()) {
      root.set("definitions", definitions);
    }
    return root;
  }

  private static ObjectNode record(Schema schema, ObjectNode definitions, Set<String> known) {
    ObjectNode record = JSON.createObjectNode();
    record.put("description", schema.getDoc());
    record.put("type", "object");
    ArrayNode required = record.putArray("required");
    ObjectNode properties = record.putObject("properties");
    for (Schema.Field field : schema.getFields()) {
      ObjectNode property = type(field.schema(), definitions, known);
      property.put("description", field.doc());
      properties.set(field.name(), property);
      if (!field.hasDefaultValue()) {
        required.add(field.name());
      }
    }
    return record;
  }

  private static ObjectNode type(Schema schema, ObjectNode definitions, Set<String> known) {
    ObjectNode type = JSON.createObjectNode();
    switch (schema.getType()) {
      case UNION -> {
        ObjectNode present = type(schema.getTypes().get(1), definitions, known);
        if (present.has("$ref")) {
          type.putArray("anyOf").add(present).addObject().put("type", "null");
        } else {
          return nullable(present);
        }
      }
      case RECORD, ENUM -> {
        type.put("$ref", "#/definitions/" + schema.getName());
        if (known.add(schema.getName())) {
          definitions.set(
              schema.getName(),
              schema.getType() == Schema.Type.ENUM
                  ? symbols(schema)
                  : record(schema, definitions, known));
        }
      }
      case ARRAY ->
          type.put("type", "array").set("items", type(schema.getElementType(), definitions, known));
      case MAP ->
          type.put("type", "object")
              .set("additionalProperties", type(schema.getValueType(), definitions, known));
      case FLOAT, DOUBLE -> nullable(type.put("type", "number")); // NaN is null
      case INT -> type.put("type", "integer");
      case LONG -> {
        if (schema.getLogicalType() == null) {
          type.put("type", "integer");
        } else {
          type.put("type", "string").put("format", "date-time");
        }
      }
      case BOOLEAN -> type.put("type", "boolean");
      case STRING -> type.put("type", "string");
      case BYTES -> type.put("type", "string").put("contentEncoding", "base64");
      case FIXED, NULL -> throw new IllegalStateException("no record has a " + schema);
    }
    return type;
  }

  private static ObjectNode nullable(ObjectNode type) {
    if (type.path("type").isTextual()) {
      String present = type.path("type").textValue();
      type.putArray("type").add(present).add("null");
    }
    return type;
  }

  private static ObjectNode symbols(Schema schema) {
    ObjectNode type = JSON.createObjectNode();
    type.put("description", schema.getDoc());
    ArrayNode values = type.putArray("enum");
    schema.getEnumSymbols().forEach(values::add);
    return type;
  }
}
