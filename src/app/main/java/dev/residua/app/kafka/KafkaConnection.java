package dev.residua.app.kafka;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.process.Role;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** Clients of the configured cluster, checked, or of an embedded broker that this object owns. */
public final class KafkaConnection implements AutoCloseable {
  private final KafkaClients clients;
  private final @Nullable EmbeddedKafka broker;

  private KafkaConnection(KafkaClients clients, @Nullable EmbeddedKafka broker) {
    this.clients = clients;
    this.broker = broker;
  }

  /**
   * Connects, and creates missing topics on an embedded broker.
   *
   * @param properties where {@code kafka.*} is read
   * @throws StartFailedException if the cluster does not answer, lacks topics or refuses access
   */
  public static KafkaConnection open(ResiduaConfig config, Config properties, Topics topics)
      throws StartFailedException {
    Map<String, String> common = KafkaSettings.of(properties, System.getenv());
    Optional<String> given = KafkaSettings.bootstrapServers(properties);
    if (given.isPresent()) {
      KafkaClients clients = new KafkaClients(given.get(), common);
      try (TopicAdmin admin = TopicAdmin.atStart(clients)) {
        admin.checkAccess(config.topicPrefix(), config.instance(), config.roles());
        List<String> problems = admin.check(topics);
        if (problems.isEmpty() && config.roles().contains(Role.SCORE)) {
          problems =
              admin.checkForgetting(topics.frames(), config.sources().forgetAfter()).stream()
                  .toList();
        }
        if (!problems.isEmpty()) {
          throw new StartFailedException(String.join("\nresidua: ", problems));
        }
      }
      return new KafkaConnection(clients, null);
    }
    EmbeddedKafka broker =
        EmbeddedKafka.start(config.dataDir(), config.kafka().port(), Topics.MAX_RECORD_BYTES);
    KafkaConnection connection =
        new KafkaConnection(KafkaClients.of(broker.bootstrapServers()), broker);
    try (TopicAdmin admin = TopicAdmin.atStart(connection.clients)) {
      admin.create(topics, config.kafka().partitions(), Optional.empty());
    } catch (StartFailedException | RuntimeException e) {
      broker.close();
      throw e;
    }
    return connection;
  }

  public KafkaClients clients() {
    return clients;
  }

  /** Stops the embedded broker, if there is one. */
  @Override
  public void close() {
    if (broker != null) {
      broker.close();
    }
  }
}
