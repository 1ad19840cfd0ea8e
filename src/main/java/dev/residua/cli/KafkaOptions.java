package dev.residua.cli;

import dev.residua.app.KafkaClients;
import dev.residua.app.KafkaFailures;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that talk to a Kafka cluster. */
final class KafkaOptions {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KAFKA_BOOTSTRAP_SERVERS:-localhost:9092}",
      description = "Kafka to talk to.")
  String bootstrap;

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
  String prefix;

  KafkaClients clients() {
    Map<String, String> common =
        config == null ? Map.of() : PropertiesFile.read(config, "the client settings");
    return new KafkaClients(bootstrap, common);
  }

  Topics topics() {
    return new Topics(prefix);
  }

  /**
   * The end of a command that Kafka refuses something.
   *
   * @param what what failed, such as {@code reading residua.scores}
   */
  CommandFailedException failed(String what, Throwable why) {
    return new CommandFailedException(
        KafkaFailures.explain(why, bootstrap)
            .map(reason -> "%s failed: %s".formatted(what, reason))
            .orElse("%s at %s failed: %s".formatted(what, bootstrap, Failures.reason(why))),
        why);
  }
}
