package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.BudgetSharing;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.source.SharedBudget;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Await;
import dev.residua.testing.TestBroker;
import dev.residua.topic.TopicTable;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A budget that sources share, with a real broker. */
class SharedBudgetIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void shouldDivideTheBudgetAmongTheSourcesThatAreThereAndKeepThePartThatPeopleWrite()
      throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 3);
    KafkaClients clients = broker.clients();
    SourceRulesWriter writer = SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX);
    SourceRule written =
        SourceRule.SETTINGS.apply(
            SourceRule.of("line", "line/*"), Map.of("budget", "shared", "falseAlarmsPerWeek", 1));
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer();
        TopicTable<SourceRules> rules =
            SourceRulesTable.follow(
                clients.sources(Topics.DEFAULT_PREFIX), TOPICS.sources(), () -> {})) {
      // Given
      for (int i = 0; i < 5; i++) {
        publish(producer, "line/cam" + i, true);
        publish(producer, "other" + i, true);
      }
      BudgetSharing[] all = new BudgetSharing[2]; // as in two monitoring processes
      Thread[] threads = new Thread[all.length];
      for (int i = 0; i < all.length; i++) {
        all[i] =
            new BudgetSharing(
                clients::follower,
                TOPICS.calibrations(),
                rules::state,
                SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX),
                Duration.ofSeconds(2),
                () -> {});
        threads[i] = new Thread(all[i]);
        threads[i].start();
      }
      try {
        // When
        writer.change(before -> List.of(written));
        Await.until(LIMIT, "divided among 8", () -> Integer.valueOf(8).equals(among(rules)));
        List<SourceRule> again = writer.change(before -> List.of(written));
        for (int i = 2; i < 5; i++) {
          publish(producer, "line/cam" + i, false);
        }
        Await.until(LIMIT, "divided among 2", () -> Integer.valueOf(2).equals(among(rules)));

        // Then
        assertThat(again).as("applied again").isEmpty();
        assertThat(rules.state().revisions())
            .extracting(SourceRule::budget)
            .containsExactlyInAnyOrder(
                new SharedBudget(0), new SharedBudget(8), new SharedBudget(2));
      } finally {
        for (int i = 0; i < all.length; i++) {
          all[i].stop();
          threads[i].join();
        }
      }
    } finally {
      TestBroker.close(broker);
    }
  }

  private static @Nullable Integer among(TopicTable<SourceRules> rules) {
    return rules.state().rule("line").map(SourceRule::budget).map(SharedBudget::among).orElse(null);
  }

  private static void publish(KafkaProducer<byte[], byte[]> producer, String source, boolean there)
      throws Exception {
    CommissioningReport report =
        new CommissioningReport(
            source,
            0,
            Instant.EPOCH,
            "m",
            "ab12",
            List.of(),
            CommissioningStatus.MODEL,
            null,
            null,
            null);
    producer
        .send(
            new ProducerRecord<>(
                TOPICS.calibrations().name(),
                source.getBytes(StandardCharsets.UTF_8),
                there ? TOPICS.calibrations().write(report) : null))
        .get();
  }
}
