package dev.residua.cli;

import dev.residua.app.KafkaClients;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
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
    Map<String, String> common = new HashMap<>();
    if (config != null) {
      Properties file = new Properties();
      try (InputStream in = Files.newInputStream(config)) {
        file.load(in);
      } catch (IOException e) {
        throw new CommandFailedException(
            "the client settings %s cannot be read: %s".formatted(config, e.getMessage()), e);
      }
      file.stringPropertyNames().forEach(name -> common.put(name, file.getProperty(name)));
    }
    return new KafkaClients(bootstrap, common);
  }

  Topics topics() {
    return new Topics(prefix);
  }
}
