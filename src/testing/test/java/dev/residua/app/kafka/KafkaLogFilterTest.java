package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaLogFilterTest {
  private final AtomicLong now = new AtomicLong(-7);
  private final KafkaLogFilter noise = new KafkaLogFilter(now::get);

  private static LogRecord record(String logger, Level level) {
    LogRecord record = new LogRecord(level, "said");
    record.setLoggerName(logger);
    record.setThrown(new IllegalStateException("why"));
    return record;
  }

  @Test
  void shouldSayOnceInAWhileThatABrokerDoesNotAnswer() {
    // Given
    LogRecord away = record("org.apache.kafka.clients.NetworkClient", Level.WARNING);

    // When, Then
    assertThat(noise.isLoggable(away)).isTrue();
    now.addAndGet(KafkaLogFilter.EVERY.toNanos() - 1);
    assertThat(noise.isLoggable(away)).isFalse();
    now.incrementAndGet();
    assertThat(noise.isLoggable(away)).isTrue();
    assertThat(noise.isLoggable(away)).isFalse();
  }

  @Test
  void shouldLetThroughWhatIsAnErrorOrNotKafkas() {
    // Given
    LogRecord error = record("org.apache.kafka.clients.NetworkClient", Level.SEVERE);
    LogRecord ours = record("dev.residua.app.Roles", Level.WARNING);
    LogRecord other = record("org.apache.kafka.streams.StreamThread", Level.WARNING);

    // When, Then
    for (int i = 0; i < 3; i++) {
      assertThat(noise.isLoggable(error)).isTrue();
      assertThat(noise.isLoggable(ours)).isTrue();
      assertThat(noise.isLoggable(other)).isTrue();
    }
    assertThat(error.getThrown()).isNotNull();
    assertThat(ours.getThrown()).isNotNull();
    assertThat(other.getThrown()).as("trace of a warning of Kafka's").isNull();
  }

  @Test
  void shouldNotSayThatABrokerWhichEndsClosesAClientTwice() {
    // Given
    LogRecord closed = record("org.apache.kafka.clients.NetworkClient", Level.WARNING);
    closed.setMessage("Attempting to close NetworkClient that has already been closed.");

    // When, Then
    assertThat(noise.isLoggable(closed)).isFalse();
    assertThat(noise.isLoggable(record("org.apache.kafka.clients.NetworkClient", Level.WARNING)))
        .as("it does not count as the line in a while")
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator",
        "org.apache.kafka.streams.processor.internals.ProcessorStateManager",
        "org.apache.kafka.streams.processor.internals.TaskManager"
      })
  void shouldLeaveToTheRoleWhatKafkaThrowsAsWell(String logger) {
    // When, Then
    assertThat(noise.isLoggable(record(logger, Level.SEVERE))).isFalse();
    assertThat(noise.isLoggable(record(logger, Level.WARNING)))
        .as("such as state that is read back from the start")
        .isTrue();
  }
}
