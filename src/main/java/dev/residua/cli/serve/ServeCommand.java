package dev.residua.cli.serve;

import dev.residua.cli.console.PropertiesFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}: the product itself. */
@Command(
    name = "serve",
    description = {
      "Scores frames and watches for anomalies and drift, until it is stopped (Ctrl-C, SIGTERM).",
      "Without --bootstrap a real single-node Kafka broker runs inside the process, with its data in --data-dir."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class ServeCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Option(
      names = "--roles",
      paramLabel = "ROLE,...",
      description =
          "Roles of this process: score, monitor, shadow, train, alert, dashboard (default: all).")
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
          "Properties file with further client settings, such as security; also KAFKA_... variables.")
  @Nullable Path kafkaConfig;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      description =
          "Name of this process, unique among those that run together and the same after a restart (default: 1).")
  @Nullable String instance;

  @Option(
      names = "--false-alarms-per-week",
      paramLabel = "N",
      description = "False alarms that one source may give in a week, on average (default: 1).")
  @Nullable Double falseAlarmsPerWeek;

  @Option(
      names = "--frames-per-second",
      paramLabel = "F",
      description = "Pace of a source, for --false-alarms-per-week (default: 20).")
  @Nullable Double framesPerSecond;

  @Override
  public Integer call() {
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
