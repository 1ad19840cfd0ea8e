package dev.residua.cli.serve;

import dev.residua.app.demo.DemoSettings;
import dev.residua.app.process.Ports;
import dev.residua.app.process.RandomToken;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.InstallationSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: everything in one process, with a simulated camera that has faults. */
@Command(
    name = "demo",
    description = {
      "Runs everything in one process: an embedded Kafka broker, a simulated pendulum camera with scheduled faults, and all roles.",
      "Prints each finding on one line; the dashboard shows them too."
    })
public final class DemoCommand extends ConsoleCommand {
  private static final int KAFKA_PORT = 9092;

  /** Settings that say who may do what. Without any, the demo lets its user try everything. */
  private static final List<String> ACCESS =
      List.of(
          "residua.http.token",
          "residua.http.token-file",
          "residua.http.read-token",
          "residua.http.tokens-file",
          "residua.http.oidc");

  @Mixin ServerOptions server = new ServerOptions();

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description = "Faults and their times, as JSON (default: one fault of every kind).")
  @Nullable Path scenario;

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description = "Speed of the camera relative to real time, 0.1 to 100.")
  double speed;

  @Override
  public Integer call() {
    if (!(speed >= 0.1 && speed <= 100)) {
      throw new CommandFailedException("--speed must be from 0.1 to 100 but was " + speed);
    }
    if (server.kafkaPort == null && !Ports.isFree(KAFKA_PORT)) {
      server.kafkaPort = 0; // nobody else looks for the Kafka of the demo
    }
    if (server.dataDir == null) {
      server.dataDir = Path.of("data", "demo");
    }
    new DemoSettings(scenario, speed).toSystemProperties();
    InstallationSettings settings = new InstallationSettings();
    if (ACCESS.stream().allMatch(name -> settings.find(name).isEmpty())) {
      ServerOptions.set("residua.http.token", RandomToken.create());
      ServerOptions.set("residua.demo.sign-in-link", true);
    }
    return server.run();
  }
}
