package dev.residua.cli.console;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the few commands that can change something while no service can be reached. */
public final class BreakGlassOptions {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description =
          "Write to this Kafka cluster, not to the service: for the case that no service can be reached. The author is then a claim.")
  @Nullable String bootstrap;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "With --bootstrap: properties file with further client settings.")
  @Nullable Path config;

  /** Returns the cluster to write to; empty to ask the service. */
  public Optional<KafkaOptions> kafka() {
    return Optional.ofNullable(bootstrap)
        .map(
            servers -> {
              KafkaOptions kafka = new KafkaOptions();
              kafka.bootstrap = servers;
              kafka.config = config;
              return kafka;
            });
  }
}
