package dev.residua.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.process.Heartbeats;
import dev.residua.app.process.Role;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class RoleHealthTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private Instant now = START;
  private final RoleHealth health =
      new RoleHealth(((InstantSource) () -> now).withZone(ZoneOffset.UTC));

  private void later(Duration by) {
    now = now.plus(by);
  }

  @Test
  void shouldSayWhatTheStartWaitsFor() {
    // When
    later(Duration.ofSeconds(3));
    health.waitsFor("an answer of Kafka");
    // Then
    assertThat(health.started().up()).isFalse();
    assertThat(health.ready().up()).isFalse();
    assertThat(health.live().up()).isTrue();
    assertThat(health.started().data())
        .containsEntry("missing", "an answer of Kafka")
        .containsEntry("value", "still starting")
        .containsEntry("since", "2026-03-01T12:00:03Z");
  }

  @Test
  void shouldCountAsStartedWhileItWaitsForAPerson() {
    // When
    health.waitsForPerson("an active model");
    // Then
    assertThat(health.started().up()).isTrue();
    assertThat(health.ready().up()).isFalse();
    assertThat(health.ready().data()).containsEntry("missing", "an active model");
    assertThat(health.live().up()).isTrue();

    // When
    health.waitsFor("the start of the roles");
    // Then
    assertThat(health.started().up()).isFalse();
  }

  @Test
  void shouldFailTheLivenessProbeOnceALoopIsStuck() {
    // Given
    health.supervise(
        new Heartbeats(() -> Duration.between(START, now).toNanos() + 1, Duration.ofMinutes(5)));
    health.ready(Set.of(Role.SCORE), "model-1", "kafka:9092");
    health.heartbeats().beat();
    HealthCheckResponse.Status before = health.liveness().call().await().indefinitely().getStatus();

    // When
    later(Duration.ofSeconds(301));
    HealthCheckResponse after = health.liveness().call().await().indefinitely();

    // Then
    assertThat(before).isEqualTo(HealthCheckResponse.Status.UP);
    assertThat(after.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
    assertThat(after.getData().orElseThrow())
        .containsEntry(
            "missing",
            "progress of the loop '%s' within PT5M (residua.stuck-after)"
                .formatted(Thread.currentThread().getName()))
        .containsEntry("value", "no progress for PT5M1S")
        .containsEntry("since", START.toString());
  }

  @Test
  void shouldBeUpWhileAllRolesDoTheirWork() {
    // Given
    health.monitor("REBALANCING");
    health.ready(Set.of(Role.MONITOR, Role.SCORE), "model-1", "kafka:9092");
    // When
    health.turned();
    health.monitor("RUNNING");
    // Then
    for (RoleHealth.Answer answer :
        new RoleHealth.Answer[] {health.started(), health.ready(), health.live()}) {
      assertThat(answer.up()).isTrue();
      assertThat(answer.data())
          .containsEntry("role", "score,monitor")
          .containsEntry("model", "model-1")
          .containsEntry("kafka", "kafka:9092")
          .containsEntry("monitor", "RUNNING")
          .doesNotContainKey("missing");
    }
  }

  @Test
  void shouldNotBeReadyWhenTheScoringLoopHangs() {
    // Given
    health.ready(Set.of(Role.SCORE), "model-1", "kafka:9092");
    later(Duration.ofSeconds(5));
    health.turned();
    // When
    later(RoleHealth.TURN_LIMIT);
    RoleHealth.Answer before = health.ready();
    later(Duration.ofSeconds(1));
    // Then
    assertThat(before.up()).isTrue();
    assertThat(health.ready().up()).isFalse();
    assertThat(health.ready().data())
        .containsEntry("role", "score")
        .containsEntry("value", "no turn for PT1M1S")
        .containsEntry("since", "2026-03-01T12:00:05Z")
        .hasEntrySatisfying(
            "missing", missing -> assertThat(missing).contains("kafka:9092", "PT1M"));
    assertThat(health.live().up()).as("a restart would not mend the brokers").isTrue();
  }

  @Test
  void shouldNotBeReadyWhenTheMonitorDoesNotComeBack() {
    // Given
    health.ready(Set.of(Role.MONITOR), "model-1", "kafka:9092");
    health.monitor("RUNNING");
    later(Duration.ofHours(1));
    health.monitor("REBALANCING");
    // When
    later(RoleHealth.MONITOR_LIMIT);
    RoleHealth.Answer before = health.ready();
    later(Duration.ofSeconds(1));
    // Then
    assertThat(before.up()).as("a rebalance is no failure").isTrue();
    assertThat(health.ready().up()).isFalse();
    assertThat(health.ready().data())
        .containsEntry("role", "monitor")
        .containsEntry("value", "REBALANCING")
        .containsEntry("since", "2026-03-01T13:00:00Z");
  }

  @Test
  void shouldNotAskForWhatItDoesNotPlay() {
    // Given
    health.ready(Set.of(Role.DASHBOARD), "model-1", "kafka:9092");
    // When
    later(Duration.ofDays(1));
    // Then
    assertThat(health.ready().up()).isTrue();
  }

  @Test
  void shouldNotBeLiveOnceARoleHasFailed() {
    // Given
    health.ready(Set.of(Role.SCORE), "model-1", "kafka:9092");
    // When
    health.failed("another process took the transactional id");
    // Then
    assertThat(health.live().up()).isFalse();
    assertThat(health.ready().up()).isFalse();
    assertThat(health.live().data())
        .containsEntry("role", "score")
        .containsEntry("value", "another process took the transactional id")
        .containsEntry("reason", "another process took the transactional id");
  }

  @Test
  void shouldSayWhyTheActiveModelIsNotUsed() {
    // Given
    health.ready(Set.of(Role.SCORE), "model-1", "kafka:9092");
    health.refused("model-2", "its self-test disagrees");
    // When
    health.active(List.of("model-2"));
    RoleHealth.Answer while2 = health.ready();
    health.active(List.of("model-3"));
    // Then
    assertThat(while2.up()).isTrue();
    assertThat(while2.data())
        .containsEntry("refused", "model model-2 is not used: its self-test disagrees");
    assertThat(health.ready().data()).doesNotContainKey("refused");
  }

  @Test
  void shouldStayUpWithoutAReceiverAndSaySo() {
    // Given
    health.ready(Set.of(Role.DASHBOARD), "model-1", "kafka:9092");
    // When
    health.receiver("pager", "connection refused");
    RoleHealth.Answer without = health.ready();
    health.receiver("pager", "");
    // Then
    assertThat(without.up()).isTrue();
    assertThat(without.data())
        .containsEntry("receiver pager", "is unavailable: connection refused");
    assertThat(health.ready().data()).doesNotContainKey("receiver pager");
  }
}
