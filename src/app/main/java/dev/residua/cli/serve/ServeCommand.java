package dev.residua.cli.serve;

import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.PropertiesFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}: the product itself. */
@Command(
    name = "serve",
    description = {
      "Scores frames and detects anomalies and drift, until it is stopped (Ctrl-C, SIGTERM).",
      "Without --bootstrap, a single-node Kafka broker runs inside the process, with its data in --data-dir."
    })
public final class ServeCommand extends ConsoleCommand {
  @Mixin ServerOptions server = new ServerOptions();

  @Option(
      names = "--roles",
      paramLabel = "ROLE,...",
      description =
          "Roles of this process: score, monitor, shadow, train, alert, ingest, dashboard (default: all but ingest).")
  @Nullable String roles;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Kafka to use (default: KAFKA_BOOTSTRAP_SERVERS, else the embedded broker).")
  @Nullable String bootstrap;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description =
          "Properties file with further client settings, such as security. KAFKA_... variables set them too.")
  @Nullable Path kafkaConfig;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      description =
          "Name of this process: unique among the processes that run together, and the same after a restart (default: 1).")
  @Nullable String instance;

  @Option(
      names = "--false-alarms-per-week",
      paramLabel = "N",
      description = "Accepted number of false alarms per source and week, on average (default: 1).")
  @Nullable Double falseAlarmsPerWeek;

  @Option(
      names = "--frames-per-second",
      paramLabel = "F",
      description = "Frame rate of a source, for --false-alarms-per-week (default: 20).")
  @Nullable Double framesPerSecond;

  @Option(
      names = "--demo-model",
      description =
          "With --bootstrap and without --model: use the noisy pendulum of the demo as the first model.")
  boolean demoModel;

  @Override
  public Integer call() {
    if (demoModel) {
      ServerOptions.set("residua.demo-model", true);
    }
    ServerOptions.set("residua.roles", roles);
    if (kafkaConfig != null) {
      PropertiesFile.read(kafkaConfig, "the client settings")
          .forEach((key, value) -> ServerOptions.set("kafka." + key, value));
    }
    ServerOptions.set("kafka.bootstrap.servers", bootstrap);
    ServerOptions.set("residua.instance", instance);
    ServerOptions.set("residua.incidents.false-alarms-per-week", falseAlarmsPerWeek);
    ServerOptions.set("residua.incidents.frames-per-second", framesPerSecond);
    return server.run();
  }
}
