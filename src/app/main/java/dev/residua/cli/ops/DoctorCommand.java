package dev.residua.cli.ops;

import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.PropertiesFile;
import dev.residua.cli.ops.DoctorReport.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: checks an installation. */
@Command(
    name = "doctor",
    description = {
      "Checks an installation and says what to do about each problem: settings,"
          + " broker, topics, access, clocks, models, pace of the sources, receivers and disks.",
      "Reads the same properties and environment as serve. Changes nothing and alerts nobody. Exits with 1 if"
          + " there is an error."
    })
public final class DoctorCommand extends JsonCommand {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description =
          "Kafka cluster (default: kafka.bootstrap.servers or KAFKA_BOOTSTRAP_SERVERS, else localhost:9092).")
  @Nullable String bootstrap;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "Properties file with further client settings, such as security.")
  @Nullable Path kafkaConfig;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of every topic name (default: residua.topic-prefix, else residua.).")
  @Nullable String prefix;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file of the server, if there is one.")
  Path config = Path.of(ServerConfiguration.FILE);

  @Option(names = "--timeout", paramLabel = "SECONDS", description = "Longest time of one check.")
  int timeout = 20;

  @Override
  public Integer call() throws InterruptedException {
    atLeast(1, "--timeout", timeout);
    if (!config.equals(Path.of(ServerConfiguration.FILE)) && !Files.isRegularFile(config)) {
      throw new CommandFailedException("--config %s does not exist".formatted(config));
    }
    Map<String, String> first = new HashMap<>();
    if (kafkaConfig != null) {
      PropertiesFile.read(kafkaConfig, "the client settings")
          .forEach((key, value) -> first.put("kafka." + key, value));
    }
    put(first, KafkaSettings.BOOTSTRAP_SERVERS, bootstrap);
    put(first, "residua.topic-prefix", prefix);
    List<Finding> findings = new ArrayList<>();
    try (DoctorChecks checks =
        new DoctorChecks(
            config,
            first,
            Duration.ofSeconds(timeout),
            Clock.systemUTC(),
            finding -> {
              findings.add(finding);
              if (!json()) {
                DoctorReport.lines(finding, width()).forEach(out()::println);
                out().flush();
              }
            })) {
      checks.run();
    }
    DoctorReport report = new DoctorReport(findings);
    print(report.json(), () -> print("%s", report.summary()));
    return report.exitStatus();
  }

  private static void put(Map<String, String> properties, String name, @Nullable String value) {
    if (value != null) {
      properties.put(name, value);
    }
  }
}
