package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.process.StartFailedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class AdminCallsTest {
  @Test
  void shouldTakeAnAnswerThatComesAfterTheWarning() throws Exception {
    // Given
    KafkaFutureImpl<Integer> answer = new KafkaFutureImpl<>();
    CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS).execute(() -> answer.complete(3));

    // When, then
    assertThat(calls(Duration.ofSeconds(30)).answer("count", answer)).isEqualTo(3);
  }

  @Test
  void shouldSayWhatToCheckWhenThereIsNoAnswerInTime() {
    assertThatThrownBy(() -> calls(Duration.ofSeconds(1)).answer("count", new KafkaFutureImpl<>()))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("no Kafka broker answers at kafka:9092 within 1 s; check the address")
        .hasCauseInstanceOf(TimeoutException.class);
  }

  private static AdminCalls calls(Duration patience) {
    return new AdminCalls("kafka:9092", patience, Duration.ofMillis(100));
  }
}
