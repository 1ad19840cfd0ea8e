package dev.residua.cli.console;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topics;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the installation that commands talk to: those that {@code serve} would have in this
 * folder, from system properties, the environment and {@value ServerConfiguration#FILE}.
 */
public final class InstallationSettings {
  private static final String DEFAULT_PORT = "9092";

  private final Path file;
  private @Nullable SmallRyeConfig settings;

  /** Settings of this folder. */
  public InstallationSettings() {
    this(Path.of(ServerConfiguration.FILE));
  }

  /**
   * @param file of the server's properties, left out if it does not exist
   */
  InstallationSettings(Path file) {
    this.file = file;
  }

  private SmallRyeConfig read() {
    SmallRyeConfig known = settings;
    if (known == null) {
      try {
        known = ServerConfiguration.texts(file, Map.of());
      } catch (StartFailedException e) {
        throw new CommandFailedException(Failures.reason(e), e);
      }
      settings = known;
    }
    return known;
  }

  /** The typed configuration. */
  ResiduaConfig config() {
    try {
      return ServerConfiguration.read(file, Map.of());
    } catch (StartFailedException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  /** A property; empty if it is not set or blank. */
  public Optional<String> find(String name) {
    return read().getOptionalValue(name, String.class).filter(value -> !value.isBlank());
  }

  /** The brokers of the cluster; without one, those of a broker that {@code serve} embeds. */
  public String bootstrapServers() {
    return find(KafkaSettings.BOOTSTRAP_SERVERS)
        .orElseGet(
            () ->
                "localhost:"
                    + find("residua.kafka.port")
                        .filter(port -> !port.equals("0"))
                        .orElse(DEFAULT_PORT));
  }

  /** Further settings of Kafka clients, by Kafka's own keys. */
  Map<String, String> clients() {
    return KafkaSettings.of(read(), System.getenv());
  }

  /** The start of every topic name. */
  public String topicPrefix() {
    return find("residua.topic-prefix").orElse(Topics.DEFAULT_PREFIX);
  }
}
