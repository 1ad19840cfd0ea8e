package dev.residua.cli.console;

import dev.residua.app.kafka.BrokerProbe;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.KafkaFailures;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that talk to a Kafka cluster. */
public final class KafkaOptions {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KAFKA_BOOTSTRAP_SERVERS:-localhost:9092}",
      description = "Kafka to talk to.")
  public String bootstrap;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "Properties file with further client settings, such as security.")
  @Nullable Path config;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      defaultValue = Topics.DEFAULT_PREFIX,
      description = "Start of every topic name.")
  public String prefix;

  private @Nullable KafkaClients clients;

  /**
   * Clients of that cluster; before the first of them it is looked whether it is one.
   *
   * @throws CommandFailedException with what to do, if nobody or something else answers there
   */
  public KafkaClients clients() {
    KafkaClients known = clients;
    if (known == null) {
      Map<String, String> common =
          config == null ? Map.of() : PropertiesFile.read(config, "the client settings");
      known = new KafkaClients(bootstrap, common);
      Optional<String> problem = BrokerProbe.of(known).problem();
      if (problem.isPresent()) {
        throw new CommandFailedException(problem.get());
      }
      clients = known;
    }
    return known;
  }

  public Topics topics() {
    return new Topics(prefix);
  }

  /**
   * The end of a command that Kafka refuses something.
   *
   * @param what what failed, such as {@code reading residua.scores}
   */
  public CommandFailedException failed(String what, Throwable why) {
    return new CommandFailedException(
        KafkaFailures.explain(why, bootstrap)
            .map(reason -> "%s failed: %s".formatted(what, reason))
            .orElse("%s at %s failed: %s".formatted(what, bootstrap, Failures.reason(why))),
        why);
  }
}
