package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.causal.ScoredFrame;
import dev.residua.testing.Camera;
import dev.residua.testing.Cluster;
import dev.residua.testing.Service;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers of which one at a time is lost, while frames come in. */
@Tag("soak")
@Tag("alone")
class BrokerLossIT {
  private static final int NODES = 3;
  private static final int PARTITIONS = 4;
  private static final int SOURCES = 8;
  private static final double FRAMES_PER_SECOND = 300;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldScoreEveryFrameOnceAndInOrderWhileBrokersStopDieAndComeBack() throws Exception {
    try (Cluster cluster = Cluster.start(directory, NODES, List.of())) {
      // Given
      KafkaClients clients = cluster.clients();
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(TOPICS, PARTITIONS, Optional.empty());
      }
      long[] sent;
      try (Service service = Service.serve(directory.resolve("service"), clients).awaitReady();
          Camera camera = new Camera(clients, TOPICS, SOURCES, FRAMES_PER_SECOND);
          Watch watch = new Watch(clients)) {
        watch.awaitScored(service, camera.sent());

        // When
        for (int node = 1; node <= NODES; node++) {
          int one = node;
          step("stopped", node, service, camera, watch, () -> cluster.stop(one));
          step("started", node, service, camera, watch, () -> cluster.start(one));
          awaitInSync(service, clients);
          step("killed", node, service, camera, watch, () -> cluster.kill(one));
          step("started", node, service, camera, watch, () -> cluster.start(one));
          awaitInSync(service, clients);
        }
        assertThat(service.err()).as("what it says meanwhile").doesNotContain("\tat ");
        sent = camera.stop();
        int all = (int) Arrays.stream(sent).sum();
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), all);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), all);
        assertThat(service.stop(Duration.ofSeconds(60))).as("exit code after SIGTERM").isIn(0, 143);
      }

      // Then
      assertThat(Arrays.stream(sent).min().orElse(0))
          .as("frames of each source")
          .isGreaterThan(100);
      Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
    }
  }

  /** Does something to a broker and prints how long it takes until new frames have scores again. */
  private static void step(
      String what, int node, Service service, Camera camera, Watch watch, Runnable action) {
    long start = System.nanoTime();
    action.run();
    long done = System.nanoTime();
    watch.awaitScored(service, camera.sent());
    System.out.printf(
        "broker loss: node %d %s in %.1f s, frames sent after that scored %.1f s later%n",
        node, what, (done - start) / 1e9, (System.nanoTime() - done) / 1e9);
  }

  /** Waits until every partition has all its copies, so that the next loss is one again. */
  private static void awaitInSync(Service service, KafkaClients clients) {
    try (Admin admin = Admin.create(clients.admin())) {
      service.await(
          LIMIT,
          "all partitions have %d copies in sync".formatted(NODES),
          () -> {
            try {
              return admin
                  .describeTopics(admin.listTopics().names().get())
                  .allTopicNames()
                  .get()
                  .values()
                  .stream()
                  .flatMap(topic -> topic.partitions().stream())
                  .allMatch(partition -> partition.isr().size() == NODES);
            } catch (ExecutionException e) {
              return false;
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IllegalStateException(e);
            }
          });
    }
  }

  /** The newest score of every source. */
  private static final class Watch implements AutoCloseable {
    private final TopicReader<String, ScoredFrame> reader;
    private final Map<String, Long> newest = new TreeMap<>();

    Watch(KafkaClients clients) {
      reader = new TopicReader<>(clients.follower(TOPICS.scores()), TOPICS.scores().name());
    }

    /** Waits for a score of every source that is newer than the frames sent by now. */
    void awaitScored(Service service, long[] sent) {
      service.await(
          LIMIT,
          "sources have scores beyond " + Arrays.toString(sent),
          () -> {
            reader.poll().forEach(score -> newest.put(score.key(), score.value().sequence()));
            for (int i = 0; i < SOURCES; i++) {
              if (newest.getOrDefault(Camera.source(i), -1L) < sent[i]) {
                return false;
              }
            }
            return true;
          });
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
