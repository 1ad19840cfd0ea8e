package dev.residua.app.roles;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.process.RoleEndedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class MonitorThreadsTest {
  private final AtomicLong now = new AtomicLong(-5); // nanoTime may be negative
  private final List<Throwable> failures = new ArrayList<>();
  private final List<Throwable> damages = new ArrayList<>();
  private int pauses;
  private final MonitorThreads threads =
      new MonitorThreads(
          "residua.monitor",
          List.of("residua.drift", "residua.incidents"),
          now::get,
          () -> pauses++,
          damages::add,
          failures::add);

  @Test
  void shouldReplaceAThreadWhenNoBrokerAnsweredInTime() {
    assertThat(threads.handle(new StreamsException(new TimeoutException("60000 ms"))))
        .isEqualTo(REPLACE_THREAD);
    assertThat(failures).isEmpty();
  }

  @Test
  void shouldHaveDamagedStateRepaired() {
    // Given
    Throwable damage =
        new ProcessorStateException(
            "Error while executing get from store sources",
            new RocksDBException(
                "block checksum mismatch",
                new Status(Status.Code.Corruption, Status.SubCode.None, "")));
    // When, Then
    assertThat(threads.handle(damage)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(damages).containsExactly(damage);
    assertThat(failures).isEmpty();
  }

  @Test
  void shouldReplaceAThreadWhoseTransactionTheBrokersAborted() {
    assertThat(
            threads.handle(
                new StreamsException(
                    "Error encountered trying to commit a transaction",
                    new InvalidTxnStateException("invalid state"))))
        .isEqualTo(REPLACE_THREAD);
    assertThat(failures).isEmpty();
  }

  @Test
  void shouldReplaceAThreadWhoseProducerWaitedTooLongForAcknowledgements() {
    // Given the exception of Kafka at a commit after a broker was away
    KafkaException lost =
        new KafkaException(
            "The client hasn't received acknowledgment for some previously sent messages and can no longer retry them. It is safe to abort the transaction and continue.");
    KafkaException state =
        new KafkaException(
            "Cannot execute transactional method because we are in an error state", lost);

    // When, Then
    assertThat(
            threads.handle(
                new StreamsException("Error encountered trying to commit a transaction", state)))
        .isEqualTo(REPLACE_THREAD);
    assertThat(failures).isEmpty();
  }

  @Test
  void shouldWaitForATopicThatIsMissing() {
    // Given
    MissingSourceTopicException missing =
        new MissingSourceTopicException("One or more source topics were missing during rebalance");
    for (int i = 1; i <= MonitorThreads.MAX_REPLACEMENTS; i++) {
      assertThat(threads.handle(missing)).isEqualTo(REPLACE_THREAD);
      assertThat(pauses).isEqualTo(i);
    }

    // When, Then
    assertThat(threads.handle(missing)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures)
        .singleElement()
        .extracting(Throwable::getMessage)
        .asString()
        .contains("residua topics create");
  }

  @Test
  void shouldEndWhenThreadsHaveToBeReplacedOverAndOver() {
    // Given
    StreamsException failure = new StreamsException(new TimeoutException("60000 ms"));
    for (int i = 0; i < MonitorThreads.MAX_REPLACEMENTS; i++) {
      assertThat(threads.handle(failure)).isEqualTo(REPLACE_THREAD);
    }

    // When, Then
    assertThat(threads.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures).singleElement().isInstanceOf(RoleEndedException.class);
  }

  @Test
  void shouldForgetReplacementsAfterAWhile() {
    // Given
    StreamsException failure = new StreamsException(new TimeoutException("60000 ms"));
    for (int i = 0; i < MonitorThreads.MAX_REPLACEMENTS; i++) {
      threads.handle(failure);
    }

    // When
    now.addAndGet(MonitorThreads.WINDOW.toNanos() + 1);

    // Then
    assertThat(threads.handle(failure)).isEqualTo(REPLACE_THREAD);
  }

  @Test
  void shouldEndWithWhatToDoWhereOnlyAPersonCanHelp() {
    assertEnds(new FencedInstanceIdException("fenced"), "residua.instance", "--instance");
    assertEnds(
        new TopicAuthorizationException(Set.of("residua.drift")),
        "residua.drift",
        "residua topics acls");
    assertEnds(new RecordTooLargeException("1200 bytes"), "max.message.bytes", "1200 bytes");
  }

  @Test
  void shouldNameEveryTopicThatMayHaveRefusedWhereKafkaNamesTheOneAfterIt() {
    // Given the exception of Kafka at the record after the refused one, if it were a changelog's
    RecordTooLargeException refused = new RecordTooLargeException("larger than accepted");
    KafkaException producer = new KafkaException("we are in an error state", refused);

    // When
    threads.handle(
        new StreamsException(
            "Error encountered trying to send record to topic residua.monitor-changelog",
            producer));

    // Then
    assertThat(failures)
        .singleElement()
        .satisfies(
            e ->
                assertThat(e)
                    .hasMessageContainingAll(
                        "residua.monitor-changelog", "residua.drift, residua.incidents"));
  }

  private void assertEnds(RuntimeException cause, String... parts) {
    failures.clear();
    assertThat(threads.handle(new StreamsException("task 0_1", cause))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures)
        .singleElement()
        .isInstanceOf(RoleEndedException.class)
        .satisfies(e -> assertThat(e).hasMessageContainingAll(parts));
  }

  @Test
  void shouldShowWhereAFailureThatNobodyForesawCameFrom() {
    // Given
    IllegalStateException bug = new IllegalStateException("a bug");

    // When
    assertThat(threads.handle(new StreamsException(bug))).isEqualTo(SHUTDOWN_CLIENT);

    // Then
    assertThat(failures).singleElement().isInstanceOf(StreamsException.class);
  }
}
