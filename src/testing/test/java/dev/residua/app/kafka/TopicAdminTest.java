package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class TopicAdminTest {
  private static final Duration WEEK = Duration.ofDays(7);

  @Test
  void shouldNotForgetASourceWhoseFramesAreStillStored() {
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", WEEK.toMillis(), WEEK)).isEmpty();
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", WEEK.toMillis() + 1, WEEK).orElseThrow())
        .startsWith(
            "topic t.frames keeps frames for PT168H0.001S, but a source is forgotten after PT168H")
        .contains("set residua.sources.forget-after=PT168H0.001S");
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", -1, WEEK).orElseThrow())
        .contains("keeps frames for ever", "set residua.sources.forget-after=PT876000H");
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", -1, Duration.ofDays(36_500))).isEmpty();
    assertThat(TopicAdmin.forgetsTooEarly("t.frames", Long.MAX_VALUE, Duration.ofDays(36_500)))
        .isEmpty();
  }

  @Test
  void shouldLeaveTheLogOfOtherClientsAsItIs() throws Exception {
    // Given
    Logger logger = Logger.getLogger("org.apache.kafka.clients.NetworkClient");
    List<String> logged = new ArrayList<>();
    Handler handler = handler(logged);
    logger.addHandler(handler);
    KafkaClients nobody = KafkaClients.of("localhost:1");

    // When two of them overlap
    try {
      TopicAdmin first = new TopicAdmin(nobody);
      TopicAdmin second = new TopicAdmin(nobody);
      logger.warning("of another client, meanwhile");
      Thread own =
          new Thread(
              () -> logger.warning("of its own"), "kafka-admin | " + TopicAdmin.CLIENT_ID + 7);
      own.start();
      own.join();
      first.close();
      second.close();
      logger.warning("of another client, afterwards");
    } finally {
      logger.removeHandler(handler);
    }

    // Then
    assertThat(logged)
        .containsExactly("of another client, meanwhile", "of another client, afterwards");
  }

  private static Handler handler(List<String> logged) {
    return new Handler() {
      @Override
      public synchronized void publish(LogRecord record) {
        logged.add(record.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
