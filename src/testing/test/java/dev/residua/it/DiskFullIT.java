package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.testing.Camera;
import dev.residua.testing.Cluster;
import dev.residua.testing.Service;
import dev.residua.testing.Waits;
import dev.residua.wire.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that can no longer write their data. */
class DiskFullIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path directory;

  @Test
  void shouldEndWhenItsDataCannotBeWritten() throws Exception {
    // Given
    try (Cluster cluster = Cluster.start(directory, 1, List.of());
        TopicAdmin admin = new TopicAdmin(cluster.clients())) {
      admin.create(TOPICS, 1, Optional.empty());
      // When
      Path data = directory.resolve("node-1").resolve("kafka");
      Files.move(data, data.resolveSibling("moved"));
      // Then
      assertThat(cluster.awaitEnd(1, Duration.ofSeconds(15)))
          .contains("Check that the disk of " + data + " works and has space");
    }
  }

  /** Needs the right to mount a file system in memory. */
  @Tag("slow")
  @Test
  void shouldWaitAndLoseNothingWhileTheDiskOfTheBrokerIsFull() throws Exception {
    // Given
    Path disk = Files.createDirectories(directory.resolve("node-1").resolve("kafka"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString()))
        .as("exit code of mount")
        .isZero();
    try (Cluster cluster = Cluster.start(directory, 1, List.of())) {
      KafkaClients clients = cluster.clients();
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(TOPICS, 1, Optional.empty());
      }
      try (Service service = serveImpatiently(clients).awaitReady();
          Camera camera = new Camera(clients, TOPICS, 4, 300)) {
        // When
        cluster.awaitEnd(1, LIMIT);

        // Then
        service.await(
            LIMIT,
            "it says what to do, whichever role found out first",
            () -> service.err().contains("heck that the brokers run and have disk space"));

        // When there is space again
        assertThat(run("mount", "-o", "remount,size=1g", disk.toString())).isZero();
        cluster.start(1);

        // Then
        long[] sent = camera.stop();
        int all = (int) Arrays.stream(sent).sum();
        assertThat(all)
            .as("frames, of 12 kB, most of the disk; the rest are scores and state")
            .isGreaterThan(2_500);
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), all);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), all);
        Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
        assertThat(service.err()).doesNotContain("\tat ");
      }
    } finally {
      run("umount", "--lazy", disk.toString());
    }
  }

  /** A service with time-outs of seconds in place of two minutes. */
  private Service serveImpatiently(KafkaClients clients) throws Exception {
    Path data = Files.createDirectories(directory.resolve("service"));
    return Service.start(
        data,
        List.of(
            "-Dkafka.max.block.ms=5000",
            "-Dkafka.request.timeout.ms=4000",
            "-Dkafka.delivery.timeout.ms=10000"),
        List.of(
            "serve",
            "--demo-model",
            "--bootstrap",
            clients.bootstrapServers(),
            "--data-dir",
            data.toString()));
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor(Waits.seconds(20), TimeUnit.SECONDS) ? process.exitValue() : -1;
  }
}
