package dev.residua.cli.serve;

import dev.residua.app.Preloading;
import dev.residua.app.ResiduaApplication;
import dev.residua.app.kafka.KafkaSettings;
import dev.residua.app.model.InitialModel;
import dev.residua.app.model.Models;
import dev.residua.app.process.Ports;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.model.BadBundleException;
import dev.residua.wire.RootCause;
import io.quarkus.runtime.Quarkus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that start the server. */
final class ServerOptions {
  private static final String DATA = "data";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port of the dashboard, health and metrics.")
  int httpPort;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description =
          "Port of the embedded Kafka (default: 9092); 0 selects a free one. Ignored with --bootstrap.")
  @Nullable Integer kafkaPort;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Directory of the embedded Kafka and the state stores (default: data).")
  @Nullable Path dataDir;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "First model bundle (default: the noisy pendulum of the demo with an embedded broker; with --bootstrap none, and the process waits until one is promoted).")
  @Nullable Path model;

  @Option(
      names = "--accept",
      description =
          "Use the model of --model although its training found that it cannot read something.")
  boolean accept;

  /**
   * Sets the options as properties, over environment and files, and runs until the process is asked
   * to stop.
   */
  int run() {
    if (httpPort != 0 && !Ports.isFree(httpPort)) {
      throw new CommandFailedException(
          "port %d is in use, so the dashboard cannot listen there; choose another with --http-port"
              .formatted(httpPort));
    }
    boolean embedded =
        System.getProperty(KafkaSettings.BOOTSTRAP_SERVERS) == null
            && System.getenv("KAFKA_BOOTSTRAP_SERVERS") == null;
    if (model != null && embedded) {
      checkFirst(model);
    }
    System.setProperty("quarkus.http.port", Integer.toString(httpPort));
    set("residua.kafka.port", kafkaPort);
    set("residua.data-dir", dataDir);
    set("residua.model", model);
    if (accept) {
      set("residua.accept-model", true);
    }
    Preloading.start(embedded);
    AtomicInteger exit = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Quarkus.run(
        ResiduaApplication.class,
        (code, why) -> {
          exit.set(code);
          failure.set(why);
        });
    Throwable why = failure.get();
    if (why != null) {
      throw new CommandFailedException(
          "the server could not start: " + oneLine(RootCause.of(why)), why);
    }
    return exit.get();
  }

  /** Refuses a model at the first start before the embedded Kafka starts; later ones have one. */
  private void checkFirst(Path file) {
    Path data = dataDir == null ? Path.of(DATA) : dataDir;
    if (Files.exists(data.resolve("kafka"))) {
      return;
    }
    try {
      InitialModel.checkAccepted(
          Models.read(Optional.of(file)), accept || Boolean.getBoolean("residua.accept-model"));
    } catch (BadBundleException | StartFailedException e) {
      throw new CommandFailedException("the server could not start: " + Failures.reason(e), e);
    }
  }

  /** Messages of the configuration have one line per problem, with class names and numbers. */
  private static String oneLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null
        ? failure.toString()
        : message
            .strip()
            .replaceAll("(java\\.[\\w.]+Exception|SRCFG\\d+): ", "")
            .replaceAll("\\s*\\R\\s*", " ");
  }

  static void set(String property, @Nullable Object value) {
    if (value != null) {
      System.setProperty(property, value.toString());
    }
  }
}
