package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.web.HistoryBackfill;
import dev.residua.causal.ScoredFrame;
import dev.residua.dashboard.LiveHistory;
import dev.residua.dashboard.LiveViews.HistoryView;
import dev.residua.testing.Await;
import dev.residua.testing.Scored;
import dev.residua.testing.TestBroker;
import dev.residua.testing.Visits;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The long history of a source, filled from the records of a real broker. */
class HistoryIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Instant NOW = Instant.parse("2026-03-20T10:07:00Z");
  private static final int DAYS = 6;

  @Test
  void shouldFillTheTimeBeforeTheStartFromStoredScores() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 2);
    KafkaClients clients = broker.clients();
    LiveHistory history = new LiveHistory();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      // Given six days of two cameras, one of which is known, and records that are none
      for (Instant at = NOW.minus(Duration.ofDays(DAYS));
          at.isBefore(NOW);
          at = at.plus(Duration.ofMinutes(5))) {
        float level = at.isBefore(NOW.minus(Duration.ofDays(3))) ? 0.25f : -1.5f;
        for (String source : new String[] {"cam1", "cam2"}) {
          put(producer, source, at, level);
        }
      }
      byte[] junk = "nothing".getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(TOPICS.scores().name(), 0, 1L, junk, junk)).get();
      history.scored(frame("cam1", NOW, 0), true);
      // When
      try (HistoryBackfill backfill =
          new HistoryBackfill(clients, TOPICS, history, NOW, () -> true, p -> Long.MAX_VALUE)) {
        Await.until(
            Duration.ofSeconds(60),
            "the oldest day is there",
            () -> Objects.equals(mean(history, DAYS - 1), 0.25f));
      }
      // Then
      assertThat(mean(history, 4)).isEqualTo(0.25f);
      assertThat(mean(history, 2)).isEqualTo(-1.5f);
      assertThat(mean(history, 1)).isEqualTo(-1.5f);
      assertThat(mean(history, DAYS + 1)).isNull();
      assertThat(history.knows("cam2")).isFalse();
    } finally {
      TestBroker.close(broker);
    }
  }

  /** Mean residual of the first latent in the quarter of an hour some days ago. */
  private static @Nullable Float mean(LiveHistory history, int daysAgo) {
    Instant at = NOW.minus(Duration.ofDays(daysAgo));
    HistoryView view =
        history.over(Visits.OWNER, "cam1", at, at.plus(Duration.ofMinutes(1)), NOW).orElseThrow();
    return view.means().get(0).get(0);
  }

  private static ScoredFrame frame(String source, Instant at, float level) {
    long sequence = Duration.between(Scored.time(0), at).toMillis() / 50;
    return Scored.nominal().source(source).residuals(level, 0, 0, 0).frame(sequence);
  }

  private static void put(
      KafkaProducer<byte[], byte[]> producer, String source, Instant at, float level)
      throws Exception {
    producer.send(
        new ProducerRecord<>(
            TOPICS.scores().name(),
            source.equals("cam1") ? 0 : 1,
            at.toEpochMilli(),
            source.getBytes(StandardCharsets.UTF_8),
            TOPICS.scores().write(frame(source, at, level))));
  }
}
