package dev.residua.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FencedRetryTest {
  private static final int WRITERS = 3;
  private static final int CHANGES = 6;

  @Test
  void shouldTryAgainAfterAnotherWriterWasFaster() throws Exception {
    // Given
    List<Integer> attempts = new ArrayList<>();

    // When
    String written =
        FencedRetry.run(
            "the rules",
            () -> {
              attempts.add(attempts.size());
              if (attempts.size() < 3) {
                throw new ProducerFencedException("fenced");
              }
              return "written";
            });

    // Then
    assertThat(written).isEqualTo("written");
    assertThat(attempts).hasSize(3);
  }

  @Test
  void shouldNotRepeatAnotherFailure() {
    // Given
    List<Integer> attempts = new ArrayList<>();

    // When / Then
    assertThatThrownBy(
            () ->
                FencedRetry.run(
                    "the rules",
                    () -> {
                      attempts.add(1);
                      throw new KafkaException("no broker");
                    }))
        .isInstanceOf(KafkaException.class)
        .hasMessage("no broker");
    assertThat(attempts).hasSize(1);
  }

  @Test
  void shouldBoundThePause() {
    assertThat(FencedRetry.pause(7, Duration.ofMinutes(1), new Random(1)))
        .isEqualTo(Duration.ofSeconds(20));
    assertThat(FencedRetry.pause(1, Duration.ZERO, new Random(1)))
        .isBetween(Duration.ofMillis(10), Duration.ofMillis(30));
  }

  /**
   * Writers that change at once, again and again, in simulated time. A first pause of 20 ms however
   * long a change takes lets 104 of these 200 runs fail where one takes 2 s. The seeds are fixed,
   * so that every run gives the same.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.2, 2})
  void shouldLetEveryWriterEndHoweverSlowTheBrokersAre(double seconds) {
    for (int seed = 0; seed < 200; seed++) {
      assertThat(mostAttempts(seconds, new Random(seed)))
          .as("seed %d", seed)
          .isLessThanOrEqualTo(FencedRetry.ATTEMPTS);
    }
  }

  private enum Step {
    READ,
    FENCE,
    COMMIT
  }

  private record Event(double time, int writer, Step step, double began) {}

  /** Half of a change is spent reading; who begins to write then fences all others. */
  private static int mostAttempts(double seconds, Random random) {
    PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingDouble(Event::time));
    int[] attempt = new int[WRITERS];
    int[] changes = new int[WRITERS];
    for (int writer = 0; writer < WRITERS; writer++) {
      attempt[writer] = 1;
      double begin = seconds * random.nextDouble() / 100;
      events.add(new Event(begin, writer, Step.READ, begin));
    }
    int most = 1;
    int owner = -1;
    while (!events.isEmpty()) {
      Event event = events.remove();
      int writer = event.writer();
      double half = seconds / 2 * (0.7 + 0.6 * random.nextDouble());
      switch (event.step()) {
        case READ -> events.add(event(event, half, Step.FENCE));
        case FENCE -> {
          owner = writer;
          events.add(event(event, half, Step.COMMIT));
        }
        case COMMIT -> {
          double next = event.time();
          if (owner == writer) {
            attempt[writer] = 1;
            changes[writer]++;
          } else {
            Duration took = Duration.ofNanos((long) (1e9 * (event.time() - event.began())));
            next += FencedRetry.pause(attempt[writer], took, random).toNanos() / 1e9;
            most = Math.max(most, ++attempt[writer]);
          }
          if (changes[writer] < CHANGES) {
            events.add(new Event(next, writer, Step.READ, next));
          }
        }
      }
    }
    return most;
  }

  private static Event event(Event last, double later, Step step) {
    return new Event(last.time() + later, last.writer(), step, last.began());
  }
}
