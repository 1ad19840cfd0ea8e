package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.AlertmanagerSilences.Silence;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import dev.residua.dashboard.AcknowledgementsResource;
import dev.residua.dashboard.AuditTrail;
import dev.residua.dashboard.ControlCommandWriter;
import dev.residua.dashboard.LiveHistory;
import dev.residua.testing.Incidents;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SilencePollTest {
  private static final ReceiverSettings RECEIVER =
      new ReceiverSettings(
          "ops",
          ReceiverType.ALERTMANAGER,
          URI.create("http://localhost:1"),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          OptionalInt.empty(),
          true,
          Optional.empty());

  @Test
  void shouldTakeTheSilencesBehindOneThatNoOrderMayHave() throws Exception {
    // Given
    LiveHistory history = new LiveHistory();
    history.incident(Incidents.with(i -> i.id = "i1"));
    List<String> written = new ArrayList<>();
    ControlCommandWriter orders = new ControlCommandWriter();
    orders.open((id, command) -> written.add(id));
    AcknowledgementsResource acknowledgements =
        new AcknowledgementsResource(history, orders, new AuditTrail());
    try (SilencePoll poll = new SilencePoll(RECEIVER, acknowledgements, () -> false)) {
      // When
      poll.takeAll(
          List.of(
              new Silence("s".repeat(300), "i1", "kim", ""),
              new Silence("good", "i1", "kim", "belt change")));
    }
    // Then
    assertThat(written).containsExactly("ops-good");
  }
}
