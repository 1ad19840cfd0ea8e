package dev.residua.cli.serve;

import dev.residua.app.kafka.BrokerSettings;
import dev.residua.app.kafka.BrokerSettings.Voter;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.process.Ports;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.PropertiesFile;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code broker}: one Kafka node in a process of its own, for benchmarks and tests that want the
 * broker apart from what is measured, or several of them.
 */
@Command(
    name = "broker",
    hidden = true,
    description = {
      "Runs one Kafka node (broker and controller, on loopback) until it is ended (Ctrl-C, SIGTERM).",
      "Prints one line when it accepts requests. For benchmarks and tests; not for production."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class BrokerCommand implements Callable<Integer> {
  @Option(
      names = "--data-dir",
      required = true,
      paramLabel = "DIR",
      description = "Directory of this node alone; survives restarts.")
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
      description = "Identity of the node, the same after a restart.")
  int nodeId;

  @Option(
      names = "--controller-port",
      paramLabel = "P",
      description =
          "Port for the other nodes (default: what --voters says of this node, else a free one).")
  @Nullable Integer controllerPort;

  @Option(
      names = "--voters",
      paramLabel = "ID@HOST:PORT,...",
      description =
          "All nodes with their controller ports, the same on every node (default: only this one).")
  @Nullable String voters;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description = "Copies of each partition by default (default: as many as nodes, at most 3).")
  @Nullable Integer replication;

  @Option(
      names = "--min-insync",
      paramLabel = "N",
      description =
          "Copies that must have a record before acks=all is answered (default: one fewer than --replication, at least 1).")
  @Nullable Integer minInSync;

  @Option(
      names = "--property",
      paramLabel = "KEY=VALUE",
      description = "A setting of Kafka's server, over those that this command makes.")
  Map<String, String> properties = new LinkedHashMap<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Such settings in a properties file; the place for secrets.")
  @Nullable Path config;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws StartFailedException {
    quieten();
    EmbeddedKafka broker = EmbeddedKafka.start(dataDir, settings());
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "residua-broker-stop"));
    spec.commandLine()
        .getOut()
        .printf("kafka node %d is ready at %s%n", nodeId, broker.bootstrapServers());
    spec.commandLine().getOut().flush();
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
    try {
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
            "--controller-port is %d but --voters says %d for node %d; give one of them"
                .formatted(controllerPort, settings.controllerPort(), nodeId));
      }
      return settings;
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private Voter onlyVoter() {
    return new Voter(nodeId, "localhost", controllerPort == null ? Ports.free() : controllerPort);
  }

  /** Nodes that come and go are what this command is for; Kafka logs that as trouble. */
  private static void quieten() {
    for (String name : List.of("kafka", "org.apache.kafka", "state.change.logger")) {
      Logger.getLogger(name).setLevel(Level.SEVERE);
    }
  }
}
