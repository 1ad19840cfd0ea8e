package dev.residua.app.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.eclipse.microprofile.config.Config;

/**
 * The user's settings for all Kafka clients: properties {@code kafka.*}, or environment variables
 * such as {@code KAFKA_SASL_JAAS_CONFIG} for {@code kafka.sasl.jaas.config}. A property takes
 * precedence.
 */
public final class KafkaSettings {
  private static final String PROPERTY = "kafka.";
  private static final String VARIABLE = "KAFKA_";

  /** Property that names the cluster; without it a broker is embedded. */
  public static final String BOOTSTRAP_SERVERS = PROPERTY + "bootstrap.servers";

  private KafkaSettings() {}

  /** The brokers of the user's cluster; empty if a broker is embedded. */
  static Optional<String> bootstrapServers(Config properties) {
    return properties
        .getOptionalValue(BOOTSTRAP_SERVERS, String.class)
        .filter(servers -> !servers.isBlank());
  }

  /** Returns true if a broker is embedded, as no cluster is configured. */
  public static boolean isEmbedded(Config properties) {
    return bootstrapServers(properties).isEmpty();
  }

  /** The settings by Kafka's own keys. */
  public static Map<String, String> of(Config properties, Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>();
    Set<String> known = names();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(VARIABLE)) {
            String key =
                name.substring(VARIABLE.length()).toLowerCase(Locale.ROOT).replace('_', '.');
            if (known.contains(key)) { // others belong to Kafka's scripts
              settings.put(key, value);
            }
          }
        });
    for (String name : properties.getPropertyNames()) {
      if (name.startsWith(PROPERTY)) {
        properties
            .getOptionalValue(name, String.class)
            .ifPresent(value -> settings.put(name.substring(PROPERTY.length()), value));
      }
    }
    return settings;
  }

  /** The opposite: clients as the properties that {@link #of} reads. */
  public static Map<String, String> properties(KafkaClients clients) {
    Map<String, String> properties = new HashMap<>();
    clients.common().forEach((key, value) -> properties.put(PROPERTY + key, value));
    properties.put(BOOTSTRAP_SERVERS, clients.bootstrapServers());
    return properties;
  }

  /** Kafka's own keys of settings of clients. */
  public static Set<String> names() {
    Set<String> known = new HashSet<>(AdminClientConfig.configNames());
    known.addAll(ConsumerConfig.configNames());
    known.addAll(ProducerConfig.configNames());
    return known;
  }
}
