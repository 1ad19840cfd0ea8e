package dev.residua.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.testing.Incidents;
import dev.residua.wire.Topics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An incident has one shape: that of its schema, over Kafka in JSON and over HTTP. */
class IncidentShapeTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private static Stream<Incident> incidents() {
    return Stream.of(
        Incidents.opened(),
        Incidents.with(
            i -> {
              i.state = State.CLOSED;
              i.reason = Reason.MERGED;
              i.mergedInto = "incident-2";
              i.follows = "incident-0";
              i.labels = Map.of("scene", "tanks", "lamp", "3");
              i.frame = null;
            }));
  }

  @ParameterizedTest
  @MethodSource("incidents")
  void shouldHaveTheFieldsOfTheSchemaOverHttp(Incident incident) throws Exception {
    // Given
    JsonNode record = JSON.readTree(new Topics(Topics.DEFAULT_PREFIX).incidents().json(incident));

    // When
    ObjectNode view = JSON.valueToTree(ViewMapper.incident(incident, "true", "Kim"));

    // Then
    assertThat(view.remove(List.of("verdict", "assignee"))).isNotNull();
    assertThat(JSON.readTree(view.toString())).isEqualTo(record);
  }
}
