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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A real single-node Kafka broker for one test, empty: in a container if an engine answers and has
 * the image, else embedded in the test's process. Prints which. The tests of a process share it,
 * one after the other: {@link #close} deletes topics and groups, and stops a broker only if
 * something of them remains.
 */
public final class TestBroker implements AutoCloseable {
  private static final long LIMIT_SECONDS = 20;
  private static final ListTransactionsOptions OPEN =
      new ListTransactionsOptions()
          .filterStates(
              List.of(
                  TransactionState.ONGOING,
                  TransactionState.PREPARE_COMMIT,
                  TransactionState.PREPARE_ABORT));

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  TestBroker last = exchange(null);
                  if (last != null) {
                    last.stop();
                  }
                }));
  }

  private static final int MAX_ATTEMPTS = 3;
  private static @Nullable TestBroker idle;

  private final String bootstrapServers;
  private final AutoCloseable broker;
  private final @Nullable Path data;

  private TestBroker(String bootstrapServers, AutoCloseable broker, @Nullable Path data) {
    this.bootstrapServers = bootstrapServers;
    this.broker = broker;
    this.data = data;
  }

  /** A broker without topics; the first of a process takes 3 to 8 seconds. */
  public static TestBroker start() {
    TestBroker broker = exchange(null);
    if (broker != null && !broker.isEmpty()) {
      say("another one, as a process that outlived its test wrote to the last");
      broker.stop();
      broker = null;
    }
    return broker == null ? startNew() : broker;
  }

  private static synchronized @Nullable TestBroker exchange(@Nullable TestBroker broker) {
    TestBroker before = idle;
    idle = broker;
    return before;
  }

  private static TestBroker startNew() {
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

  /** Several processes that test choose free ports, so two may choose the same. */
  private static TestBroker embedded() {
    for (int attempt = 1; ; attempt++) {
      try {
        Path data = Files.createTempDirectory("test-broker-");
        EmbeddedKafka kafka = EmbeddedKafka.start(data, 0, Topics.MAX_RECORD_BYTES);
        return new TestBroker(kafka.bootstrapServers(), kafka, data);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (StartFailedException e) {
        boolean taken = String.valueOf(e.getMessage()).contains("Address already in use");
        if (!taken || attempt == MAX_ATTEMPTS) {
          throw new AssertionError(e);
        }
        say("once more, as another process took its port");
      }
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
    TestBroker other = emptied() ? exchange(this) : this;
    if (other != null) {
      other.stop();
    }
  }

  private void stop() {
    try {
      broker.close();
      if (data != null) {
        TemporaryFolders.delete(data);
      }
    } catch (Exception e) {
      throw new AssertionError("the broker of the test did not stop", e);
    }
  }

  /** Deletes topics and groups; false if a transaction or a member of a group remains. */
  private boolean emptied() {
    return holds(
        admin -> {
          if (!within(admin.listTransactions(OPEN).all()).isEmpty()) {
            return false;
          }
          for (GroupListing group : within(admin.listGroups().valid())) {
            within(
                admin
                    .removeMembersFromConsumerGroup(
                        group.groupId(), new RemoveMembersFromConsumerGroupOptions())
                    .all());
            within(admin.deleteConsumerGroups(List.of(group.groupId())).all());
          }
          within(admin.deleteTopics(within(admin.listTopics().names())).all());
          return true;
        });
  }

  /**
   * Returns true if it has neither topics nor groups; waits a moment for those just deleted to go.
   */
  private boolean isEmpty() {
    return holds(
        admin -> {
          for (int attempt = 1; attempt <= 50; attempt++) {
            if (within(admin.listTopics().names()).isEmpty()
                && within(admin.listGroups().valid()).isEmpty()) {
              return true;
            }
            Thread.sleep(20);
          }
          return false;
        });
  }

  /** A question to the broker. */
  private interface Question {
    boolean ask(Admin admin) throws ExecutionException, TimeoutException, InterruptedException;
  }

  /** The answer to a question; false if the broker gives none. */
  private boolean holds(Question question) {
    try (Admin admin = Admin.create(clients().admin())) {
      return question.ask(admin);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static <T> T within(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
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
