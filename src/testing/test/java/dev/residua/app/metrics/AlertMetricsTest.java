package dev.residua.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.AlertListener.Outcome;
import dev.residua.alerting.AlertListener.Result;
import dev.residua.alerting.AlertingSettings;
import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.ReceiverSettings;
import dev.residua.alerting.ReceiverType;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AlertMetricsTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<String> health = new ArrayList<>();
  private final AlertMetrics metrics =
      new AlertMetrics(
          meters,
          new AlertingSettings(
              List.of(
                  new ReceiverSettings(
                      "ops",
                      ReceiverType.ALERTMANAGER,
                      URI.create("http://alertmanager:9093"),
                      Optional.empty(),
                      Optional.empty(),
                      List.of(),
                      Optional.empty(),
                      Optional.empty(),
                      Duration.ofSeconds(1),
                      Duration.ofMinutes(1),
                      OptionalInt.empty(),
                      true,
                      Optional.empty())),
              List.of(),
              Optional.empty(),
              Duration.ofDays(1),
              GroupSettings.OFF,
              Optional.empty()),
          (name, problem) -> health.add(name + "=" + problem),
          () -> {});

  @Test
  void shouldCountByReceiverAndResult() {
    // When
    metrics.sent("ops", Result.ACCEPTED);
    metrics.sent("ops", Result.ACCEPTED);
    metrics.sent("ops", Result.GIVEN_UP);
    metrics.waiting("ops", 7, 3);
    metrics.reachable("ops", "503");

    // Then
    assertThat(counted("accepted")).isEqualTo(2);
    assertThat(counted("given_up")).isEqualTo(1);
    assertThat(counted("retried")).isZero();
    assertThat(gauge("residua.alerts.waiting")).isEqualTo(7);
    assertThat(gauge("residua.alerts.limited")).isEqualTo(3);
    assertThat(gauge("residua.alert.receiver.up")).isZero();
    assertThat(health).containsExactly("ops=503");
  }

  @Test
  void shouldCountIncidentsByHowReceiversAreNotified() {
    // When
    metrics.decided(Outcome.GROUPED, 29);
    metrics.decided(Outcome.AT_ONCE, 1);

    // Then
    assertThat(meters.get("residua.alerts.incidents").tag("outcome", "grouped").counter().count())
        .isEqualTo(29);
    assertThat(meters.get("residua.alerts.incidents").tag("outcome", "merged").counter().count())
        .isZero();
  }

  @Test
  void shouldHaveNoOtherLabelsThanTheConfiguredReceiversWhateverItIsTold() {
    // Given
    int before = meters.getMeters().size();

    // When
    metrics.sent("incident-4711", Result.ACCEPTED);
    metrics.waiting("cam1", 1, 1);

    // Then
    assertThat(meters.getMeters()).hasSize(before);
    assertThat(meters.getMeters())
        .extracting(Meter::getId)
        .filteredOn(id -> id.getTag("outcome") == null)
        .allSatisfy(id -> assertThat(id.getTag("receiver")).isEqualTo("ops"));
  }

  @Test
  void shouldRemoveTheMetersOfReceiversThatAreRemoved() {
    // Given
    metrics.reachable("ops", "503");

    // When
    metrics.receivers(List.of("other"));
    metrics.sent("other", Result.ACCEPTED);

    // Then
    assertThat(meters.find("residua.alert.receiver.up").tag("receiver", "ops").gauge()).isNull();
    assertThat(meters.get("residua.alert.receiver.up").tag("receiver", "other").gauge().value())
        .isOne();
    assertThat(health).endsWith("ops=");
  }

  private double counted(String result) {
    return meters.get("residua.alerts.sent").tag("result", result).counter().count();
  }

  private double gauge(String name) {
    return meters.get(name).tag("receiver", "ops").gauge().value();
  }
}
