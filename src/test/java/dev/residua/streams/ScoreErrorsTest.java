package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Response;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Result;
import org.apache.kafka.streams.errors.internals.DefaultErrorHandlerContext;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScoreErrorsTest {
  private static final ProducerRecord<byte[], byte[]> RECORD =
      new ProducerRecord<>("residua.drift", new byte[1], new byte[2]);

  private final ScoreErrors handler = new ScoreErrors();

  @BeforeEach
  void configureWithADeadLetterTopic() {
    handler.configure(
        Map.of(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "residua.dead-letters"));
  }

  @Test
  void shouldEndWithoutADeadLetterWhereABrokerRefusesForGood() {
    // When
    Response response = handler.handleError(context(), RECORD, new RecordTooLargeException("900"));

    // Then
    assertThat(response.result()).isEqualTo(Result.FAIL);
    assertThat(response.deadLetterQueueRecords())
        .as("dead letters, which Kafka would send from the thread that has to look up their topic")
        .isEmpty();
  }

  @Test
  void shouldSendAgainWhatMayBeTakenLater() {
    assertThat(handler.handleError(context(), RECORD, new TimeoutException("late")).result())
        .isEqualTo(Result.RETRY);
  }

  private static DefaultErrorHandlerContext context() {
    return new DefaultErrorHandlerContext(
        null, "residua.scores", 0, 7, null, "drift", new TaskId(0, 0), 0, new byte[1], new byte[1]);
  }
}
