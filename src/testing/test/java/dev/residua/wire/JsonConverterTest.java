package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.Incident;
import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.junit.jupiter.api.Test;

/** A sink of Kafka Connect with the converter that the documents show. */
class JsonConverterTest {
  private static final String VALUE = "value.converter.";

  @Test
  void shouldReadAnIncidentInJson() throws Exception {
    // Given
    Topics topics =
        new Topics(
            Topics.DEFAULT_PREFIX,
            new TopicFormats(Map.of("incidents", RecordFormat.JSON), Optional.empty()));
    Incident incident = topics.incidents().read(incident());
    Properties documented = new Properties();
    for (Snippet snippet : Documents.snippets("properties")) {
      if (snippet.code().contains(VALUE)) {
        documented.load(new StringReader(snippet.code()));
      }
    }
    assertThat(documented.getProperty("value.converter")).isEqualTo(JsonConverter.class.getName());
    Map<String, String> settings =
        documented.stringPropertyNames().stream()
            .filter(name -> name.startsWith(VALUE))
            .collect(
                Collectors.toMap(name -> name.substring(VALUE.length()), documented::getProperty));
    try (JsonConverter converter = new JsonConverter()) {
      converter.configure(settings, false);
      // When
      SchemaAndValue read =
          converter.toConnectData(topics.incidents().name(), topics.incidents().write(incident));
      // Then
      assertThat(read.value())
          .isInstanceOfSatisfying(
              Map.class,
              value ->
                  assertThat(value)
                      .containsEntry("incidentId", incident.id())
                      .containsEntry("state", incident.state().name())
                      .containsEntry("openedAt", incident.openedAt().toString()));
    }
  }

  private static byte[] incident() {
    return new SingleObject<>(dev.residua.avro.Incident.class)
        .encode(
            GoldenRecordsTest.records()
                .filter(dev.residua.avro.Incident.class::isInstance)
                .map(dev.residua.avro.Incident.class::cast)
                .findFirst()
                .orElseThrow());
  }
}
