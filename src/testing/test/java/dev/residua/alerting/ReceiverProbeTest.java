package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.RecordingServer;
import dev.residua.testing.Service;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ReceiverProbeTest {
  private static ReceiverSettings at(String url) {
    return new ReceiverSettings(
        "ops",
        ReceiverType.WEBHOOK,
        URI.create(url),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(2),
        Duration.ofMinutes(1),
        OptionalInt.empty(),
        false,
        Optional.empty());
  }

  @Test
  void shouldReachAReceiverWithoutSendingAnything() {
    try (RecordingServer server = RecordingServer.anything()) {
      // When
      Optional<String> problem = ReceiverProbe.problem(at(server.url() + "/hook?token=secret"));

      // Then
      assertThat(problem).isEmpty();
      assertThat(server.taken()).isEmpty();
    }
  }

  @Test
  void shouldNameAReceiverThatIsDown() {
    // When
    Optional<String> problem =
        ReceiverProbe.problem(
            at("http://localhost:%d/hook?token=secret".formatted(Service.freePort())));

    // Then
    assertThat(problem.orElseThrow())
        .startsWith("ops (webhook, http://localhost:")
        .contains("cannot be reached: Connection refused; check residua.alerting.receivers.ops.url")
        .doesNotContain("secret");
  }

  @Test
  void shouldNameAHostThatIsNotKnown() {
    assertThat(ReceiverProbe.problem(at("http://receiver.invalid:8080")).orElseThrow())
        .contains("the name receiver.invalid is not known");
  }

  @Test
  void shouldNameAReceiverThatDoesNotSpeakTls() {
    try (RecordingServer server = RecordingServer.anything()) {
      // When
      Optional<String> problem =
          ReceiverProbe.problem(at(server.url().toString().replace("http:", "https:")));

      // Then
      assertThat(problem.orElseThrow()).contains("cannot be reached");
    }
  }
}
