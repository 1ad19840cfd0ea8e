package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Response;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.Result;
import org.apache.kafka.streams.errors.internals.DefaultErrorHandlerContext;
import org.apache.kafka.streams.processor.TaskId;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
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

  @Test
  void shouldLogOneLinePerKindAndMinuteWithTheReasonAndReportEveryScore() {
    // Given
    List<RefusalListener.Reason> refused = new ArrayList<>();
    handler.configure(
        Map.of(
            StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG,
            "residua.dead-letters",
            RefusalListener.SETTING,
            (RefusalListener) refused::add));
    ConsumerRecord<byte[], byte[]> score =
        new ConsumerRecord<>("residua.scores", 0, 7, new byte[1], new byte[1]);
    List<String> lines = new ArrayList<>();
    ExtHandler log =
        new ExtHandler() {
          @Override
          protected void doPublish(ExtLogRecord line) {
            lines.add(line.getFormattedMessage());
          }
        };
    Logger logger = LogContext.getLogContext().getLogger(ScoreErrors.class.getName());
    logger.addHandler(log);
    try {
      // When
      for (int i = 0; i < 500; i++) {
        handler.handleError(context(), score, new SerializationException("no record " + i));
      }
    } finally {
      logger.removeHandler(log);
    }
    // Then
    assertThat(refused).hasSize(500).containsOnly(RefusalListener.Reason.UNREADABLE_SCORE);
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).contains("part=unreadable score count=1 reason=no record 0");
  }

  private static DefaultErrorHandlerContext context() {
    return new DefaultErrorHandlerContext(
        null, "residua.scores", 0, 7, null, "drift", new TaskId(0, 0), 0, new byte[1], new byte[1]);
  }
}
