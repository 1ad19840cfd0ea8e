package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.testing.Camera;
import dev.residua.testing.FakeClock;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sets the clock of a process that scores and monitors while it runs. It continues, or ends with
 * one line and the next process continues. Every frame has one score and one drift score, in order;
 * no source is called silent or gone; incidents end.
 */
@Tag("soak")
class ClockJumpIT {
  /** Longer than the time after which a source is silent, and times that brokers accept. */
  private static final Duration FORWARD = Duration.ofMinutes(50);

  /** Longer than the time after which a source is forgotten; brokers refuse such times. */
  private static final Duration FAR = Duration.ofDays(8);

  private static final int BUILT_UP = 300;
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldGoOnWhenTheClockIsSetForward() throws Exception {
    check(List.of(FORWARD), false);
  }

  @Test
  void shouldWaitWhileTheBrokerRefusesTheTimeAndEndWhenItIsCorrected() throws Exception {
    check(List.of(FAR, Duration.ZERO), true);
  }

  private void check(List<Duration> settings, boolean ends) throws Exception {
    // Given
    Optional<FakeClock> found = FakeClock.in(directory);
    assumeTrue(found.isPresent(), "no C compiler");
    FakeClock clock = found.orElseThrow();
    try (TestBroker broker = TestBroker.start(TOPICS, 2);
        Service service = serve(clock, broker.clients()).awaitReady();
        Camera camera = new Camera(broker.clients(), TOPICS, 8, 60)) {
      KafkaClients clients = broker.clients();
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), BUILT_UP);

      // When
      for (Duration ahead : settings) {
        clock.set(ahead);
        Thread.sleep(6_000);
      }

      // Then
      long[] sent = camera.stop();
      int all = Math.toIntExact(Arrays.stream(sent).sum());
      if (!ends) {
        assertThat(hasAll(service, clients, all)).as("it continues").isTrue();
        finish(service, clients, sent);
        return;
      }
      assertThat(service.awaitEnd(LIMIT)).as("exit code").isEqualTo(1);
      assertThat(service.err().lines().filter(line -> line.contains(" ERROR ")))
          .as("errors of:\n" + service.err())
          .singleElement()
          .asString()
          .contains("the clock of this machine was set back by PT192H");
      try (Service next = serve(clock, clients).awaitReady()) {
        assertThat(hasAll(next, clients, all)).as("the next process continues").isTrue();
        finish(next, clients, sent);
      }
    }
  }

  private static void finish(Service service, KafkaClients clients, long[] sent) throws Exception {
    Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
    assertThat(TopicReader.values(clients, TOPICS.incidents()))
        .extracting(Incident::subject)
        .as("subjects of incidents")
        .doesNotContain(Subject.SILENCE);
    assertThat(TopicReader.values(clients, TOPICS.incidents()))
        .extracting(Incident::reason)
        .as("reasons of closed incidents")
        .doesNotContain(Incident.Reason.SOURCE_GONE);
    FaultySource.publish(clients, TOPICS, "faulty");
    FaultySource.awaitEnd(service, clients, TOPICS, "faulty", LIMIT);
    assertThat(service.err()).as("its log").doesNotContain("\tat ");
  }

  private Service serve(FakeClock clock, KafkaClients clients) throws Exception {
    return Service.role(clock.starter(), directory, List.of(), clients, "score,monitor", "a");
  }

  /** Waits until all frames have a drift score; false if the process ends before. */
  private static boolean hasAll(Service service, KafkaClients clients, int frames) {
    int[] count = {0};
    long end = System.nanoTime() + Waits.limit(LIMIT).toNanos();
    try (TopicReader<byte[], byte[]> reader =
        new TopicReader<>(clients.follower(), TOPICS.drift().name())) {
      while (count[0] < frames && service.isAlive()) {
        count[0] += reader.poll().size();
        if (System.nanoTime() > end) {
          throw service.failure("%d of %d frames have a drift score".formatted(count[0], frames));
        }
      }
    }
    return service.isAlive();
  }
}
