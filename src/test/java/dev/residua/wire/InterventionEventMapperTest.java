package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding;
import dev.residua.drift.DriftEvent.ChangePoint;
import dev.residua.frame.FramePosition;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
            "light is held at 1.20",
            List.of(new Finding.Cause("light", List.of(), -9, 1e-12, 1)),
            List.of(new Finding.Reading("light", 1.2f, 0)),
            new FramePosition("residua.frames", 3, 4711),
            Map.of("dashboard", "http://localhost:8080/"));
    return new InterventionEvent(
        finding,
        kind,
        9,
        3.6,
        pValue,
        "exchangeable",
        change ? new ChangePoint(60, 42, 70, 0) : null);
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
        InterventionEventMapper.SERDE.deserializer().deserialize(TOPIC, golden);

    // Then
    assertThat(event.kind()).isEqualTo(InterventionKind.HARD_INTERVENTION);
    assertThat(event.finding().sentence()).isEqualTo("light is held");
    assertThat(event.pValue()).isNaN();
    assertThat(event.changePoint()).isNull();
    assertThat(InterventionEventMapper.SERDE.serializer().serialize(TOPIC, event))
        .isEqualTo(golden);
  }
}
