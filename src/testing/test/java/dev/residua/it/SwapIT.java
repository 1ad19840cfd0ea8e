package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftScore;
import dev.residua.frame.SceneName;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.registry.RegistryFollower;
import dev.residua.testing.Camera;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models are swapped while frames come, while processes that score, judge, upload and activate are
 * killed. Then every frame must have one score, by the model that the registry says held at its
 * offset, and one drift score by the same.
 */
@Tag("soak")
class SwapIT {
  private static final int PARTITIONS = 4;
  private static final int SOURCES = 8;
  private static final double FRAMES_PER_SECOND = 160;
  private static final int SWAPS = 8;
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  private final Map<String, Service> running = new LinkedHashMap<>();
  private TestBroker broker;
  private KafkaClients clients;

  @AfterEach
  void end() {
    running.values().forEach(service -> service.close());
    TestBroker.close(broker);
  }

  private void start(String role, String instance) throws IOException {
    running.put(role + "-" + instance, Service.role(directory, List.of(), clients, role, instance));
  }

  private void restart(String name) throws IOException {
    running.get(name).kill();
    String[] parts = name.split("-", 2);
    start(parts[0], parts[1]);
  }

  @Test
  void shouldJudgeEveryFrameOnceByTheModelOfItsOffsetWhateverDies() throws Exception {
    // Given
    broker = TestBroker.start(TOPICS, PARTITIONS);
    clients = broker.clients();
    try (ModelAdmin admin = ModelAdmin.of(clients.registry(Topics.DEFAULT_PREFIX), TOPICS)) {
      ModelBundle shipped = Models.read(Optional.empty());
      ModelBundle other = shipped.withId("pendulum-other");
      start("score", "a");
      start("score", "b");
      start("monitor", "a");
      running.values().forEach(Service::awaitReady);
      admin.publish(other, SceneName.DEFAULT, null, null, author("the other one"));
      Random random = new Random(20261125);
      long[] frames;

      // When
      try (Camera camera = new Camera(clients, TOPICS, SOURCES, FRAMES_PER_SECOND)) {
        for (int swap = 0; swap < SWAPS; swap++) {
          if (swap % 2 == 0) {
            admin.promote(SceneName.DEFAULT, other.id(), author("swap " + swap));
          } else {
            admin.rollback(SceneName.DEFAULT, null, author("swap " + swap));
          }
          if (swap % 4 == 0) {
            awaitBegun();
          }
          Thread.sleep(random.nextInt(1_500)); // some are superseded before they begin
          switch (swap) {
            case 1, 5 -> restart("score-a");
            case 2 -> restart("score-b");
            case 3 -> restart("monitor-a");
            case 6 -> {
              restart("score-b");
              restart("monitor-a");
            }
            default -> {}
          }
        }
        killWhilePromoting(shipped);
        // Whatever they left, the registry takes the next change
        admin.promote(SceneName.DEFAULT, shipped.id(), author("back to the shipped one"));
        awaitBegun();
        frames = camera.stop();
      }
      // Then
      for (long count : frames) {
        assertThat(count).as("frames of a source").isGreaterThan(100);
      }
      awaitScores(frames);
      Camera.assertScoredOnceAndInOrder(clients, TOPICS, frames);
      assertEveryModelIsThatOfItsOffset(shipped.id());
    }
  }

  /** Moments at which a command dies that publishes a model and activates it. */
  private enum Moment {
    UPLOADING,
    PUBLISHED,
    ACTIVATED
  }

  /** Starts commands that upload and activate, and kills each at some moment of its work. */
  private void killWhilePromoting(ModelBundle shipped) throws Exception {
    List<String> ids = new ArrayList<>();
    for (Moment moment : Moment.values()) {
      String id = "killed-" + moment.name().toLowerCase(Locale.ROOT);
      ids.add(id);
      Path file = directory.resolve(id + ".residua");
      shipped.withId(id).write(file);
      try (RegistryFollower registry = registry()) {
        long end = endOfRegistry();
        Service command =
            Service.command(
                directory,
                List.of(),
                List.of(
                    "model",
                    "promote",
                    file.toString(),
                    "--bootstrap",
                    clients.bootstrapServers(),
                    "--reason",
                    "to be killed"));
        command.await(
            Duration.ofSeconds(120),
            moment.toString(),
            () ->
                switch (moment) {
                  case UPLOADING -> endOfRegistry() > end + 2;
                  case PUBLISHED -> registry.registry().entry(id).isPresent();
                  case ACTIVATED ->
                      registry
                          .registry()
                          .scene(SceneName.DEFAULT)
                          .active()
                          .filter(a -> a.modelId().equals(id))
                          .isPresent();
                });
        command.close();
      }
    }
    try (RegistryFollower registry = registry()) {
      List<String> there = registry.registry().entries().stream().map(Entry::id).toList();
      for (String id : ids) {
        if (there.contains(id)) {
          assertThat(registry.bundle(id).id()).as("what is there is whole").isEqualTo(id);
        }
      }
      System.out.printf(
          "swap test: of %d killed promotions %d had published, %d had activated%n",
          ids.size(),
          there.stream().filter(ids::contains).count(),
          registry.registry().activations().stream()
              .filter(a -> ids.contains(a.modelId()))
              .count());
    }
  }

  /** Records of open transactions included. */
  private long endOfRegistry() {
    TopicPartition partition =
        new TopicPartition(TOPICS.models().name(), Topics.REGISTRY_PARTITION);
    try (Consumer<byte[], byte[]> any =
        clients
            .registry(Topics.DEFAULT_PREFIX)
            .consumers()
            .apply(IsolationLevel.READ_UNCOMMITTED)) {
      return any.endOffsets(List.of(partition)).get(partition);
    }
  }

  private RegistryFollower registry() throws IOException {
    RegistryFollower registry =
        new RegistryFollower(clients.registry(Topics.DEFAULT_PREFIX), TOPICS, Models.OUTSIDE);
    registry.refreshed();
    return registry;
  }

  private static Author author(String reason) {
    return new Author("a test", reason, Instant.now());
  }

  private void awaitBegun() throws Exception {
    try (RegistryFollower registry = registry()) {
      running
          .values()
          .iterator()
          .next()
          .await(
              Duration.ofSeconds(60),
              "the last activation has begun everywhere",
              () -> {
                Activation last =
                    registry.registry().scene(SceneName.DEFAULT).active().orElseThrow();
                return registry.registry().starts(last.number()).size() == PARTITIONS;
              });
    }
  }

  private void awaitScores(long[] frames) {
    int all = 0;
    for (long count : frames) {
      all += (int) count;
    }
    Service any = running.values().iterator().next();
    any.awaitRecords(Duration.ofSeconds(60), clients, TOPICS.scores(), all);
    any.awaitRecords(Duration.ofSeconds(60), clients, TOPICS.drift(), all);
  }

  private void assertEveryModelIsThatOfItsOffset(String shipped) throws Exception {
    Map<String, Map<Long, String>> models = new TreeMap<>();
    Map<String, Integer> scoresOf = new TreeMap<>();
    ModelRegistry registry;
    try (RegistryFollower follower = registry()) {
      registry = follower.registry();
    }
    for (ScoredFrame score : TopicReader.values(clients, TOPICS.scores())) {
      String expected =
          registry
              .scene(SceneName.DEFAULT)
              .at(score.position().partition(), score.position().offset())
              .orElseThrow()
              .modelId();
      assertThat(score.modelId()).as("model of %s", score.position()).isEqualTo(expected);
      models
          .computeIfAbsent(score.source(), s -> new TreeMap<>())
          .put(score.sequence(), score.modelId());
      scoresOf.merge(score.modelId(), 1, Integer::sum);
    }
    for (DriftScore drift : TopicReader.values(clients, TOPICS.drift())) {
      assertThat(drift.modelId()).isEqualTo(models.get(drift.source()).get(drift.sequence()));
    }
    System.out.printf("swap test: scores by model %s%n", scoresOf);
    assertThat(scoresOf.keySet()).contains(shipped, "pendulum-other");
    assertThat(registry.activations().size()).isGreaterThan(SWAPS);
    // Each activation that began on a partition began behind the one before
    for (int p = 0; p < PARTITIONS; p++) {
      long before = 0;
      for (Activation activation : registry.activations()) {
        Long start = registry.starts(activation.number()).get(p);
        if (start != null) {
          assertThat(start).isGreaterThanOrEqualTo(before);
          before = start;
        }
      }
    }
  }
}
