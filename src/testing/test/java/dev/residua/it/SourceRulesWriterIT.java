package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.source.SourceRule;
import dev.residua.testing.TestBroker;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Several processes change the rules of sources at the same time. */
class SourceRulesWriterIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final int WRITERS = 3;
  private static final int CHANGES = 6;

  @Test
  void shouldEndEveryChangeOfWritersThatOvertakeOneAnother() throws Exception {
    // Given
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try (TestBroker broker = TestBroker.start(TOPICS, 1)) {
      List<Future<?>> ends = new ArrayList<>();

      // When
      for (int writer = 0; writer < WRITERS; writer++) {
        String source = "source-" + writer;
        ends.add(
            threads.submit(
                () -> {
                  SourceRulesWriter rules =
                      SourceRulesWriter.of(broker.clients(), TOPICS, Topics.DEFAULT_PREFIX);
                  for (int change = 1; change <= CHANGES; change++) {
                    SourceRule rule =
                        SourceRule.of(source, source)
                            .withRetention(Duration.ofDays(change))
                            .withBy("kim");
                    rules.change(before -> List.of(rule));
                  }
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get(Waits.seconds(120), TimeUnit.SECONDS);
      }

      // Then
      assertThat(
              SourceRulesWriter.of(broker.clients(), TOPICS, Topics.DEFAULT_PREFIX).read().rules())
          .extracting(SourceRule::revision)
          .containsExactly((long) CHANGES, (long) CHANGES, (long) CHANGES);
    } finally {
      threads.shutdownNow();
    }
  }
}
