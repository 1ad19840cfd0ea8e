package dev.residua.testing;

import dev.residua.app.kafka.KafkaClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka cluster on loopback, every node a process of its own with its data in a directory of the
 * test. Nodes are numbered from 1. With three nodes topics get three copies, two of which must have
 * a record before it is acknowledged. {@link #close} kills nodes that still run.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(60);

  /** Brokers that start soon matter more here than brokers that are fast. */
  private static final List<String> JVM_OPTIONS = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");

  private final Path directory;
  private final List<Integer> ports;
  private final String voters;
  private final List<String> options;
  private final List<@Nullable Service> nodes;

  private Cluster(Path directory, int nodes, List<String> options) {
    this.directory = directory;
    this.options = List.copyOf(options);
    // All ports are drawn before one is used, and none twice.
    List<Integer> drawn = new ArrayList<>();
    while (drawn.size() < 2 * nodes) {
      int port = Service.freePort();
      if (!drawn.contains(port)) {
        drawn.add(port);
      }
    }
    this.ports = drawn.subList(0, nodes);
    this.voters =
        IntStream.rangeClosed(1, nodes)
            .mapToObj(node -> node + "@localhost:" + drawn.get(nodes + node - 1))
            .collect(Collectors.joining(","));
    this.nodes = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      this.nodes.add(null);
    }
  }

  /**
   * Starts all nodes and waits until they accept requests.
   *
   * @param options further options of the {@code broker} command, for every node
   */
  public static Cluster start(Path directory, int nodes, List<String> options) {
    Cluster cluster = new Cluster(directory, nodes, options);
    try {
      for (int node = 1; node <= nodes; node++) {
        cluster.launch(node);
      }
      for (int node = 1; node <= nodes; node++) {
        cluster.awaitReady(node);
      }
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** All nodes, for clients. */
  public String bootstrapServers() {
    return ports.stream().map(port -> "localhost:" + port).collect(Collectors.joining(","));
  }

  public KafkaClients clients() {
    return KafkaClients.of(bootstrapServers());
  }

  /** Starts a node that does not run, with the data that it had; waits until it is ready. */
  public void start(int node) {
    launch(node);
    awaitReady(node);
  }

  /** Stops a node in good order (SIGTERM): it hands over its partitions. */
  public void stop(int node) {
    Service service = running(node);
    nodes.set(node - 1, null);
    service.stop(STOP);
  }

  /** {@code kill -9}. */
  public void kill(int node) {
    Service service = running(node);
    nodes.set(node - 1, null);
    service.kill();
  }

  /**
   * Waits until a node ends by itself; {@link #start} starts it again.
   *
   * @return its standard error
   */
  public String awaitEnd(int node, Duration limit) {
    Service service = running(node);
    service.awaitEnd(limit);
    nodes.set(node - 1, null);
    return service.err();
  }

  private void launch(int node) {
    if (nodes.get(node - 1) != null) {
      throw new IllegalStateException("node %d runs already".formatted(node));
    }
    Path data = directory.resolve("node-" + node);
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments = new ArrayList<>(List.of("broker"));
    arguments.addAll(List.of("--data-dir", data.toString()));
    arguments.addAll(List.of("--port", Integer.toString(ports.get(node - 1))));
    arguments.addAll(List.of("--node-id", Integer.toString(node), "--voters", voters));
    arguments.addAll(options);
    nodes.set(node - 1, Service.command(data, JVM_OPTIONS, arguments));
  }

  private void awaitReady(int node) {
    Service service = running(node);
    service.await(
        READY,
        "node %d accepts requests".formatted(node),
        () -> service.out().contains("kafka node %d is ready".formatted(node)));
  }

  private Service running(int node) {
    Service service = nodes.get(node - 1);
    if (service == null) {
      throw new IllegalStateException("node %d does not run".formatted(node));
    }
    return service;
  }

  @Override
  public void close() {
    nodes.forEach(node -> Service.close(node));
  }
}
