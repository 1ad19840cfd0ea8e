package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.causal.ScoredFrame;
import dev.residua.testing.ContainerEngine;
import dev.residua.testing.Frames;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Waits;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The product's image beside Kafka in another container, as strictly as an operator may run it:
 * without root, without capabilities, on a read-only root file system.
 */
class ProductImageIT {
  private static final String IMAGE = System.getProperty("residua.image", "residua/residua:latest");
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final int HTTP = 8080;
  private static final int FRAMES = 5;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @BeforeAll
  static void needAnImage() {
    String problem = problem();
    if (problem != null) {
      System.out.println("skipped: ProductImageIT, as " + problem);
    }
    assumeTrue(problem == null, problem);
  }

  private static @Nullable String problem() {
    String engine = ContainerEngine.problem();
    if (engine != null) {
      return engine;
    }
    try {
      DockerClientFactory.instance().client().inspectImageCmd(IMAGE).exec();
      return null;
    } catch (NotFoundException e) {
      return "the engine has no image %s; make it with: ./mvnw -Pimage -DskipTests -DskipITs package"
          .formatted(IMAGE);
    }
  }

  @Test
  void shouldScoreFramesWithoutRootOnAReadOnlyFileSystem() throws Exception {
    try (Network network = Network.newNetwork();
        KafkaContainer kafka =
            ContainerEngine.kafka().withNetwork(network).withListener("kafka:19092");
        GenericContainer<?> product = product(network)) {
      // Given
      startOrSkip(kafka);
      KafkaClients clients = KafkaClients.of(kafka.getBootstrapServers());
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(TOPICS, 1, Optional.empty());
      }
      product.start();

      // When
      List<Long> sent = new ArrayList<>();
      try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
        for (int i = 0; i < FRAMES; i++) {
          ProducerRecord<byte[], byte[]> frame =
              new ProducerRecord<>(
                  TOPICS.frames().name(),
                  "cam1".getBytes(StandardCharsets.UTF_8),
                  Frames.png(64, 64));
          sent.add(producer.send(frame).get(Waits.seconds(30), TimeUnit.SECONDS).offset());
        }
      }

      // Then
      List<Long> scored = awaitScores(clients, product);
      assertThat(scored).containsExactlyElementsOf(sent);
      assertThat(TopicReader.values(clients, TOPICS.deadLetters())).isEmpty();
      ExecResult who = product.execInContainer("id", "-u");
      assertThat(who.getStdout().strip()).as("user").isEqualTo("10001");
      assertThat(product.execInContainer("sh", "-c", "echo x > /opt/residua/x").getStderr())
          .contains("Read-only file system");
    }
  }

  /** Trouble with the engine says nothing about the product. */
  private static void startOrSkip(KafkaContainer kafka) {
    try {
      kafka.start();
    } catch (RuntimeException e) {
      String problem = kafka.getDockerImageName() + " does not start: " + RootCause.message(e);
      System.out.println("skipped: ProductImageIT, as " + problem);
      assumeTrue(false, problem);
    }
  }

  private static GenericContainer<?> product(Network network) {
    return new GenericContainer<>(IMAGE)
        .withNetwork(network)
        .withCommand(
            "serve", "--demo-model", "--bootstrap", "kafka:19092", "--instance", "image-test")
        .withExposedPorts(HTTP)
        .withTmpFs(Map.of("/tmp", "rw,exec,nosuid,size=512m", "/data", "rw,nosuid,uid=10001"))
        .withCreateContainerCmdModifier(
            create ->
                Objects.requireNonNull(create.getHostConfig())
                    .withReadonlyRootfs(true)
                    .withCapDrop(Capability.ALL)
                    .withSecurityOpts(List.of("no-new-privileges")))
        .waitingFor(
            Wait.forHttp("/q/health/ready")
                .forPort(HTTP)
                .forStatusCode(200)
                .withStartupTimeout(Duration.ofSeconds(90)));
  }

  private static List<Long> awaitScores(KafkaClients clients, GenericContainer<?> product)
      throws InterruptedException {
    List<Long> offsets = new ArrayList<>();
    long end = System.nanoTime() + Waits.limit(LIMIT).toNanos();
    try (TopicReader<String, ScoredFrame> reader =
        new TopicReader<>(clients.follower(TOPICS.scores()), TOPICS.scores().name())) {
      while (offsets.size() < FRAMES) {
        if (!product.isRunning() || System.nanoTime() > end) {
          throw new AssertionError(
              "%d of %d frames have a score; the container says:%n%s"
                  .formatted(offsets.size(), FRAMES, product.getLogs()));
        }
        reader.poll().forEach(score -> offsets.add(score.value().position().offset()));
      }
    }
    return offsets;
  }
}
