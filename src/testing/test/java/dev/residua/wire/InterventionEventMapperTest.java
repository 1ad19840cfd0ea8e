package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import dev.residua.frame.FramePosition;
import dev.residua.intervention.EdgeReading;
import dev.residua.intervention.EdgeVerdict;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InterventionEventMapperTest {
  private static final String TOPIC = "residua.interventions";

  private static InterventionEvent event(InterventionKind kind, double pValue, boolean change) {
    Finding finding =
        new Finding(
            "id",
            "id",
            "cam1",
            42,
            99,
            Instant.parse("2026-03-01T12:00:00.123456Z"),
            Instant.parse("2026-03-01T12:00:05.654321Z"),
            "model-1",
            "ab12",
            Finding.Severity.WARNING,
            new Summary("Light is held at 1.20", "light is held at 1.20"),
            List.of(new Finding.Cause("light", List.of(), -9, 1e-12, 1)),
            List.of(new Finding.Reading("light", 1.2f, 0)),
            new FramePosition("residua.frames", 3, 4711),
            Map.of("dashboard", "http://localhost:8080/"),
            null);
    return new InterventionEvent(
        finding,
        kind,
        9,
        3.6,
        pValue,
        "exchangeable",
        change
            ? new ChangePoint(
                60,
                42,
                70,
                0,
                Instant.parse("2026-03-01T12:00:01.123456Z"),
                new FramePosition("residua.frames", 3, 4700))
            : null,
        change
            ? List.of(
                new EdgeReading("valve", "light", 0.02, 0.05, 1e-9, EdgeVerdict.REMOVED),
                new EdgeReading(
                    "lamp", "light", Double.NaN, Double.NaN, Double.NaN, EdgeVerdict.UNDETERMINED))
            : List.of());
  }

  private static InterventionEvent roundTrip(InterventionEvent event) {
    Topic<String, InterventionEvent> topic = new Topics("residua.").interventions();
    byte[] bytes = topic.value().serializer().serialize(TOPIC, event);
    return topic.value().deserializer().deserialize(TOPIC, bytes);
  }

  private static InterventionEvent withFinding(String sentence, int causes, int readings) {
    InterventionEvent event = event(InterventionKind.values()[0], 0.5, false);
    Finding finding =
        event
            .finding()
            .withSummary(new Summary("Light is held", sentence))
            .withCauses(
                Collections.nCopies(causes, new Finding.Cause("light", List.of(), 1, 0.5, 1)))
            .withReadings(Collections.nCopies(readings, new Finding.Reading("light", 1, 0)));
    return new InterventionEvent(
        finding,
        event.kind(),
        event.statistic(),
        event.threshold(),
        event.pValue(),
        event.condition(),
        null,
        List.of());
  }

  @Test
  void shouldReadEventsUpToTheBoundsOnly() {
    // Given
    int parts = AvroCodec.MAX_ITEMS;
    InterventionEvent most = withFinding("x".repeat(50_000), parts, parts);
    // When and Then
    assertThat(roundTrip(most)).isEqualTo(most);
    for (InterventionEvent beyond :
        List.of(
            withFinding("x".repeat(AvroCodec.MAX_EVENT_BYTES), 1, 1),
            withFinding("x", parts + 1, 1),
            withFinding("x", 1, parts + 1))) {
      assertThatThrownBy(() -> roundTrip(beyond))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("more than");
    }
  }

  @ParameterizedTest
  @EnumSource(InterventionKind.class)
  void shouldComeBackFromTheTopicAsItWas(InterventionKind kind) {
    // Given
    InterventionEvent with = event(kind, 1e-12, true);
    InterventionEvent without = event(kind, Double.NaN, false);
    // When
    // Then
    for (InterventionEvent event : List.of(with, without)) {
      byte[] bytes =
          new Topics("residua.").interventions().value().serializer().serialize(TOPIC, event);
      assertThat(
              new Topics("residua.")
                  .interventions()
                  .value()
                  .deserializer()
                  .deserialize(TOPIC, bytes))
          .isEqualTo(event);
    }
  }

  @Test
  void shouldReadTheReleasedBytes() throws IOException {
    // Given
    byte[] golden;
    try (InputStream in = getClass().getResourceAsStream("/golden/InterventionEvent-v1.bin")) {
      assertThat(in).isNotNull();
      golden = in.readAllBytes();
    }

    // When
    InterventionEvent event =
        new Topics("residua.").interventions().value().deserializer().deserialize(TOPIC, golden);

    // Then
    assertThat(event.kind()).isEqualTo(InterventionKind.HARD_INTERVENTION);
    assertThat(event.finding().summary().explanation()).isEqualTo("light is held");
    assertThat(event.pValue()).isNaN();
    assertThat(event.changePoint()).isNull();
    assertThat(new Topics("residua.").interventions().value().serializer().serialize(TOPIC, event))
        .isEqualTo(golden);
  }
}
