package dev.residua.cli.serve;

import dev.residua.app.kafka.BrokerSettings;
import dev.residua.app.kafka.BrokerSettings.Voter;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.process.Ports;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.PropertiesFile;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code broker}: one Kafka node in its own process, for benchmarks and tests that measure the rest
 * without it, or need several.
 */
@Command(
    name = "broker",
    hidden = true,
    description = {
      "Runs one Kafka node (broker and controller, on loopback) until it is stopped (Ctrl-C, SIGTERM).",
      "Prints one line when it accepts requests. For benchmarks and tests, not for production."
    })
public final class BrokerCommand extends ConsoleCommand {
  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "DIR",
      description = "Directory for the data of this node; a restart uses it again.")
  Path dataDir;

  @Option(
      names = "--port",
      paramLabel = "P",
      defaultValue = "9092",
      description = "Port for clients.")
  int port;

  @Option(
      names = "--node-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "Id of the node; use the same one after a restart.")
  int nodeId;

  @Option(
      names = "--controller-port",
      paramLabel = "P",
      description =
          "Port for the other nodes (default: the port of this node in --voters, else a free one).")
  @Nullable Integer controllerPort;

  @Option(
      names = "--voters",
      paramLabel = "ID@HOST:PORT,...",
      description =
          "All nodes with their controller ports, equal on every node (default: only this one).")
  @Nullable String voters;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description = "Copies of each partition (default: one per node, at most 3).")
  @Nullable Integer replication;

  @Option(
      names = "--min-insync",
      paramLabel = "N",
      description =
          "Copies that must have a record before a write with acks=all succeeds (default: one fewer than --replication, at least 1).")
  @Nullable Integer minInSync;

  @Option(
      names = "--property",
      paramLabel = "KEY=VALUE",
      description = "Setting of the Kafka server; replaces the setting that this command makes.")
  Map<String, String> properties = new LinkedHashMap<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file with such settings; use it for secrets.")
  @Nullable Path config;

  @Override
  public Integer call() throws StartFailedException {
    quieten();
    EmbeddedKafka broker = EmbeddedKafka.start(dataDir, settings());
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "residua-broker-stop"));
    print("kafka node %d is ready at %s", nodeId, broker.bootstrapServers());
    out().flush();
    try {
      new CountDownLatch(1).await(); // the shutdown hook ends this process
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private BrokerSettings settings() {
    if (!Ports.isFree(port)) {
      throw new CommandFailedException(
          "port %d is in use, so the broker cannot listen there; choose another with --port"
              .formatted(port));
    }
    Map<String, String> all = new LinkedHashMap<>();
    if (config != null) {
      all.putAll(PropertiesFile.read(config, "the server settings"));
    }
    all.putAll(properties);
    List<Voter> nodes = voters == null ? List.of(onlyVoter()) : Voter.parse(voters);
    int copies = replication == null ? Math.min(3, nodes.size()) : replication;
    BrokerSettings settings =
        new BrokerSettings(
            nodeId,
            nodes,
            port,
            copies,
            minInSync == null ? Math.max(1, copies - 1) : minInSync,
            Topics.MAX_RECORD_BYTES,
            all);
    if (controllerPort != null && controllerPort != settings.controllerPort()) {
      throw new CommandFailedException(
          "--controller-port is %d but --voters has %d for node %d; give only one of them"
              .formatted(controllerPort, settings.controllerPort(), nodeId));
    }
    return settings;
  }

  private Voter onlyVoter() {
    return new Voter(nodeId, "localhost", controllerPort == null ? Ports.free() : controllerPort);
  }

  /** Tests stop and start nodes on purpose; Kafka logs that as errors. */
  private static void quieten() {
    for (String name : List.of("kafka", "org.apache.kafka", "state.change.logger")) {
      Logger.getLogger(name).setLevel(Level.SEVERE);
    }
  }
}
