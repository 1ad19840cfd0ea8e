package dev.residua.cli.serve;

import dev.residua.app.demo.DemoSettings;
import dev.residua.cli.console.CommandFailedException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: everything in one process, with a camera in which things go wrong. */
@Command(
    name = "demo",
    description = {
      "Runs everything in one process: an embedded Kafka broker, a simulated pendulum camera in which things go wrong on a schedule, and all roles.",
      "Findings appear here, one line each, and on the dashboard."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class DemoCommand implements Callable<Integer> {
  @Mixin ServerOptions server = new ServerOptions();

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description = "What goes wrong and when, as JSON (default: one fault of every kind).")
  @Nullable Path scenario;

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description = "How much faster than real time the camera runs, 0.1 to 100.")
  double speed;

  @Override
  public Integer call() {
    if (!(speed >= 0.1 && speed <= 100)) {
      throw new CommandFailedException("--speed must be from 0.1 to 100 but was " + speed);
    }
    if (server.dataDir == null) {
      server.dataDir = Path.of("data", "demo");
    }
    new DemoSettings(scenario, speed).toSystemProperties();
    return server.run();
  }
}
