package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.testing.Camera;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Suspends processes for longer than the time-outs of their sessions and transactions, so that the
 * broker expels them in the middle of a transaction. Every frame still has one score, in order.
 */
@Tag("soak")
class NemesisIT {
  private static final int PARTITIONS = 4;
  private static final int SOURCES = 20;
  private static final double FRAMES_PER_SECOND = 100;

  /** Frames with a drift score before the suspension. */
  private static final int BUILT_UP = 300;

  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(3);

  /**
   * Longer than a session (10 s), and than a transaction with the interval of 10 s at which the
   * broker looks for expired ones.
   */
  private static final Duration SUSPENSION = Duration.ofSeconds(16);

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  private static final String SCORING = ConsumerGroups.score(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;
  private TestBroker broker;
  private KafkaClients clients;

  @BeforeEach
  void start() {
    broker = TestBroker.start(TOPICS, PARTITIONS);
    clients = broker.clients();
  }

  @AfterEach
  void stop() {
    TestBroker.close(broker);
  }

  @Test
  void shouldScoreOnceAndInOrderWhenTheOnlyProcessIsSuspended() throws Exception {
    // Given
    try (Service service = serve("a").awaitReady();
        Camera camera = new Camera(clients, TOPICS, SOURCES, FRAMES_PER_SECOND)) {
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), BUILT_UP);

      // When
      suspendInTransaction(service, "a");

      // Then
      assertComplete(service, "a", camera);
    }
  }

  @Test
  void shouldScoreOnceAndInOrderWhenAnotherProcessTakesOver() throws Exception {
    // Given
    try (Service first = serve("a").awaitReady();
        Service second = serve("b").awaitReady();
        Camera camera = new Camera(clients, TOPICS, SOURCES, FRAMES_PER_SECOND)) {
      second.awaitRecords(LIMIT, clients, TOPICS.drift(), BUILT_UP);

      // When
      suspendInTransaction(first, "a");

      // Then
      assertComplete(first, "a", camera);
      assertThat(second.isAlive()).as("the process that took over runs").isTrue();
      assertThat(errors(second)).as("its errors").isEmpty();
    }
  }

  /** Suspends a process while it has an open transaction of scores, and resumes it much later. */
  private void suspendInTransaction(Service service, String instance) throws Exception {
    try (Admin admin = Admin.create(clients.admin())) {
      for (int attempt = 1; ; attempt++) {
        service.suspend();
        if (hasOpenTransaction(admin, instance)) {
          break;
        }
        service.resume();
        assertThat(attempt).as("attempts to suspend it in a transaction").isLessThan(1_000);
        Thread.sleep(7);
      }
      Thread.sleep(SUSPENSION.toMillis());
      assertThat(hasOpenTransaction(admin, instance)).as("the transaction is open").isFalse();
      service.resume();
    }
  }

  private static boolean hasOpenTransaction(Admin admin, String instance) throws Exception {
    return admin
        .listTransactions(
            new ListTransactionsOptions().filterStates(List.of(TransactionState.ONGOING)))
        .all()
        .get()
        .stream()
        .map(transaction -> transaction.transactionalId())
        .anyMatch(id -> id.startsWith(SCORING + "-" + instance + "-"));
  }

  /** The process continues, or it ends with one message and a new one continues. */
  private void assertComplete(Service resumed, String instance, Camera camera) throws Exception {
    Thread.sleep(2_000); // frames that arrive after the suspension
    long[] sent = camera.stop();
    int all = Math.toIntExact(Arrays.stream(sent).sum());
    if (hasAll(resumed, all)) {
      System.out.printf("nemesis test: %s continued; %d frames%n", instance, all);
      assertThat(resumed.err()).as("its log").doesNotContain("\tat ");
    } else {
      System.out.printf("nemesis test: %s ended; %d frames%n", instance, all);
      assertThat(resumed.awaitEnd(LIMIT)).as("exit code").isEqualTo(1);
      assertThat(errors(resumed)).as("errors of:\n" + resumed.err()).hasSize(1);
      assertThat(resumed.err()).doesNotContain("\tat ");
      try (Service next = serve(instance).awaitReady()) {
        assertThat(hasAll(next, all)).as("the next process continues").isTrue();
      }
    }
    Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
  }

  /** Waits until all frames have a drift score; false if the process ends before. */
  private boolean hasAll(Service service, int frames) {
    int[] count = {0};
    long end = System.nanoTime() + Waits.limit(LIMIT).toNanos();
    try (TopicReader<byte[], byte[]> reader =
        new TopicReader<>(
            clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer()),
            TOPICS.drift().name())) {
      while (count[0] < frames && service.isAlive()) {
        count[0] += reader.poll().size();
        if (System.nanoTime() > end) {
          throw service.failure("%d of %d frames have a drift score".formatted(count[0], frames));
        }
      }
    }
    return service.isAlive();
  }

  private Service serve(String instance) throws IOException {
    return Service.role(
        directory,
        List.of("-Dresidua.kafka.transaction-timeout=" + TRANSACTION_TIMEOUT),
        clients,
        "score,monitor",
        instance);
  }

  private static List<String> errors(Service service) {
    return service.err().lines().filter(line -> line.contains(" ERROR ")).toList();
  }
}
