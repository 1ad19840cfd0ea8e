package dev.residua.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The container engine of this machine, if there is one. Asked once for the whole run. */
public final class ContainerEngine {
  private static final Path SOCKET = Path.of("/var/run/docker.sock");
  private static final String MAX_RECORD_BYTES =
      Integer.toString(dev.residua.wire.Topics.MAX_RECORD_BYTES);
  private static final String MAX_REQUEST_BYTES =
      Integer.toString(dev.residua.wire.Topics.MAX_RECORD_BYTES + (16 << 20));

  private static final @Nullable String PROBLEM = findProblem();

  private ContainerEngine() {}

  /** Why no container can be started here; null if an engine answers. */
  public static @Nullable String problem() {
    return PROBLEM;
  }

  private static @Nullable String findProblem() {
    if (System.getenv("DOCKER_HOST") == null && !Files.exists(SOCKET)) {
      return "DOCKER_HOST is not set and there is no " + SOCKET;
    }
    try {
      return DockerClientFactory.instance().isDockerAvailable()
          ? null
          : "no container engine answers at DOCKER_HOST or " + SOCKET;
    } catch (RuntimeException e) {
      return "the container engine cannot be used: " + e.getMessage();
    }
  }

  /**
   * A broker in a container, of the version of the clients, set up as the embedded one is; not
   * started.
   */
  public static KafkaContainer kafka() {
    return new KafkaContainer(
            DockerImageName.parse("apache/kafka").withTag(AppInfoParser.getVersion()))
        .withEnv("KAFKA_HEAP_OPTS", "-Xmx768m")
        .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        .withEnv("KAFKA_MESSAGE_MAX_BYTES", MAX_RECORD_BYTES)
        .withEnv("KAFKA_SOCKET_REQUEST_MAX_BYTES", MAX_REQUEST_BYTES)
        .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4")
        .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1")
        .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1")
        .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");
  }
}
