package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.dashboard.LiveAudit;
import dev.residua.dashboard.LiveHistory;
import dev.residua.dashboard.LiveModels;
import dev.residua.wire.Topics;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FindingsFollowerTest {
  @Test
  void shouldRefuseAHistoryOfTheFuture() {
    // Given
    KafkaClients nobody = KafkaClients.of("localhost:1");
    Topics topics = new Topics(Topics.DEFAULT_PREFIX);

    // When, Then
    assertThatThrownBy(
            () ->
                new FindingsFollower(
                    nobody,
                    topics,
                    new LiveHistory(),
                    new LiveModels(),
                    new LiveEvidence(),
                    new LiveAudit(),
                    Duration.ofMinutes(-5),
                    finding -> {},
                    () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("residua.dashboard.history must be at least 0 but was PT-5M");
  }
}
