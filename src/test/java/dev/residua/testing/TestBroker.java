package dev.residua.testing;

import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A real single-node Kafka broker for one test, empty: in a container where an engine answers and
 * has the image, else embedded in the test's process. Prints which.
 */
public final class TestBroker implements AutoCloseable {
  private final String bootstrapServers;
  private final AutoCloseable broker;
  private final @Nullable Path data;

  private TestBroker(String bootstrapServers, AutoCloseable broker, @Nullable Path data) {
    this.bootstrapServers = bootstrapServers;
    this.broker = broker;
    this.data = data;
  }

  /** Starts a broker without topics; takes 3 to 8 seconds. */
  public static TestBroker start() {
    String problem = ContainerEngine.problem();
    if (problem == null) {
      KafkaContainer container = ContainerEngine.kafka();
      try {
        container.start();
        say("Kafka in the container " + container.getDockerImageName());
        return new TestBroker(container.getBootstrapServers(), container, null);
      } catch (RuntimeException e) {
        container.close();
        problem = container.getDockerImageName() + " does not start: " + rootMessage(e);
      }
    }
    say("Kafka embedded in this process, as " + problem);
    return embedded();
  }

  /**
   * Starts a broker and creates the product's topics on it.
   *
   * @param partitions of each topic, at least 1
   */
  public static TestBroker start(Topics topics, int partitions) {
    TestBroker broker = start();
    try (TopicAdmin admin = new TopicAdmin(broker.clients())) {
      admin.create(topics, partitions, Optional.empty());
      return broker;
    } catch (StartFailedException e) {
      broker.close();
      throw new AssertionError(e);
    }
  }

  private static TestBroker embedded() {
    try {
      Path data = Files.createTempDirectory("test-broker-");
      EmbeddedKafka kafka = EmbeddedKafka.start(data, 0, Topics.MAX_RECORD_BYTES);
      return new TestBroker(kafka.bootstrapServers(), kafka, data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (StartFailedException e) {
      throw new AssertionError(e);
    }
  }

  private static void say(String text) {
    System.out.println("broker of the test: " + text);
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
  }

  /** Address for clients on this machine. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Clients without further settings. */
  public KafkaClients clients() {
    return KafkaClients.of(bootstrapServers);
  }

  @Override
  public void close() {
    try {
      broker.close();
      if (data != null) {
        TemporaryFolders.delete(data);
      }
    } catch (Exception e) {
      throw new AssertionError("the broker of the test did not stop", e);
    }
  }

  /**
   * Creates topics with settings of their own, and returns when all their leaders take requests: to
   * one that comes up between two of its requests a producer cannot send for good.
   */
  public static void create(KafkaClients clients, List<NewTopic> topics) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", clients.bootstrapServers()))) {
      admin.createTopics(topics).all().get();
      Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
      for (NewTopic topic : topics) {
        for (int i = 0; i < topic.numPartitions(); i++) {
          wanted.put(new TopicPartition(topic.name(), i), OffsetSpec.latest());
        }
      }
      for (int attempt = 1; ; attempt++) {
        try {
          admin.listOffsets(wanted).all().get();
          return;
        } catch (ExecutionException e) {
          if (attempt == 500) {
            throw e;
          }
          Thread.sleep(20);
        }
      }
    }
  }

  /** Closes a broker that may not have been started. */
  public static void close(@Nullable TestBroker broker) {
    if (broker != null) {
      broker.close();
    }
  }
}
