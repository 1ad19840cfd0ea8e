package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FrameQueueTest {
  private static final Duration LONGER = Duration.ofSeconds(10);
  private static final TopicPartition PARTITION = new TopicPartition("frames", 0);

  /** Answers polls as it is asked to, and notes how long they were ready to wait. */
  private static final class Scripted extends MockConsumer<byte[], byte[]> {
    private final Deque<Integer> answers;
    private final List<Duration> timeouts = new ArrayList<>();
    private long nanos;

    /**
     * @param answers records of each poll; negative where they take 20 ms to come
     */
    Scripted(Integer... answers) {
      super("earliest");
      this.answers = new ArrayDeque<>(Arrays.asList(answers));
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      timeouts.add(timeout);
      int count = answers.remove();
      if (count < 0) {
        nanos += TimeUnit.MILLISECONDS.toNanos(20);
      }
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = 0; i < Math.abs(count); i++) {
        records.add(new ConsumerRecord<>(PARTITION.topic(), 0, i, new byte[0], new byte[1]));
      }
      return new ConsumerRecords<>(Map.of(PARTITION, records), Map.of());
    }

    long nanos() {
      return nanos;
    }

    boolean isDone() {
      return answers.isEmpty();
    }
  }

  @Test
  void shouldWaitForNoMoreThanTheDeadlineWhereTheFirstRecordsCameFromTheBroker() {
    // Given
    Scripted consumer = new Scripted(-1, 1);
    FrameQueue queue = new FrameQueue(consumer, 100, consumer::nanos);
    // When
    queue.gather(LONGER, consumer::isDone);
    // Then
    assertThat(queue.size()).isEqualTo(2);
    assertThat(consumer.timeouts.get(1)).isEqualTo(LONGER);
  }

  @Test
  void shouldWaitLongerForTheBrokerWhereTheFirstRecordsWereThereBefore() {
    // Given
    Scripted consumer = new Scripted(3, 2, -4, 1);
    FrameQueue queue = new FrameQueue(consumer, 100, consumer::nanos);
    // When
    queue.gather(LONGER, consumer::isDone);
    // Then
    assertThat(queue.size()).isEqualTo(10);
    assertThat(consumer.timeouts.subList(1, 4))
        .containsExactly(LONGER.multipliedBy(3), LONGER.multipliedBy(3), LONGER.minusMillis(20));
  }

  @Test
  void shouldNotWaitWithoutADeadline() {
    // Given
    Scripted consumer = new Scripted(1);
    FrameQueue queue = new FrameQueue(consumer, 100, consumer::nanos);
    // When
    queue.gather(Duration.ZERO, () -> false);
    // Then
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void shouldFetchOnWhileWholePollsCome() {
    // Given
    Scripted consumer = new Scripted(ScoringLoop.POLLED_FRAMES, ScoringLoop.POLLED_FRAMES, 1);
    FrameQueue queue = new FrameQueue(consumer, 100, consumer::nanos);
    // When
    queue.gather(Duration.ZERO, () -> false);
    // Then
    assertThat(queue.size()).isEqualTo(2 * ScoringLoop.POLLED_FRAMES + 1);
  }
}
