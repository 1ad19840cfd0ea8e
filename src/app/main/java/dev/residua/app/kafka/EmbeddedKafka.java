package dev.residua.app.kafka;

import dev.residua.app.kafka.BrokerSettings.Voter;
import dev.residua.app.process.Ports;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.RootCause;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker (KRaft, broker and controller in one) inside this process, on loopback, with
 * its data in a directory that survives restarts: a cluster of one node, or one node of several.
 * This is the only class that touches Kafka's server code.
 */
public final class EmbeddedKafka implements AutoCloseable {
  /** Port that is tried first. */
  public static final int DEFAULT_PORT = 9092;

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final String CONTROLLER = "CONTROLLER";
  private static final String HOST = "localhost";

  private final KafkaRaftServer server;
  private final int port;
  private final FileChannel lock;

  private EmbeddedKafka(KafkaRaftServer server, int port, FileChannel lock) {
    this.server = server;
    this.port = port;
    this.lock = lock;
  }

  /**
   * Starts a cluster of one node; returns when it accepts requests. Takes 2 to 8 seconds in a new
   * directory.
   *
   * @param dataDirectory created if it does not exist
   * @param wantedPort port of the broker; 0 selects a free one
   * @param maxRecordBytes largest record that any topic may hold
   * @throws StartFailedException with what to do, if it cannot start
   */
  public static EmbeddedKafka start(Path dataDirectory, int wantedPort, int maxRecordBytes)
      throws StartFailedException {
    int port = wantedPort == 0 ? Ports.free() : wantedPort;
    if (!Ports.isFree(port)) {
      throw new StartFailedException(
          "port %d is in use, so the embedded Kafka cannot listen there; choose another with --kafka-port, or 0 for any free one"
              .formatted(port));
    }
    return start(dataDirectory, BrokerSettings.single(port, Ports.free(port), maxRecordBytes));
  }

  /**
   * Starts one node; returns when it accepts requests, which takes more than half of the voters.
   *
   * @param dataDirectory of this node alone; created if it does not exist
   * @throws StartFailedException with what to do, if it cannot start
   */
  public static EmbeddedKafka start(Path dataDirectory, BrokerSettings settings)
      throws StartFailedException {
    Path log = dataDirectory.resolve("kafka");
    createDirectory(log);
    FileChannel lock = lock(dataDirectory);
    try {
      KafkaConfig config = new KafkaConfig(properties(log, settings), false);
      if (!Files.exists(log.resolve("meta.properties"))) {
        format(log, settings);
      }
      KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
      startup(server, log);
      return new EmbeddedKafka(server, settings.port(), lock);
    } catch (Exception e) {
      unlock(lock);
      throw new StartFailedException(
          "the embedded Kafka could not start with its data in %s: %s. If this persists, choose another directory with --data-dir"
              .formatted(log, RootCause.message(e)),
          e);
    }
  }

  /** Starts a server. Kafka would end the process without a word to the user if that fails. */
  private static void startup(KafkaRaftServer server, Path log) {
    Thread starter = Thread.currentThread();
    Exit.setHaltProcedure(
        (code, message) -> {
          if (Thread.currentThread() != starter) {
            halt(code, log);
          }
          throw new IllegalStateException(
              "Kafka gave up for the reason above; its data may be damaged, or a newer release wrote them");
        });
    try {
      server.startup();
    } finally {
      // Kafka's own reset leaves a procedure for tests, which ends nothing.
      Exit.setHaltProcedure((code, message) -> halt(code, log));
    }
  }

  /** Ends the process at once, as Kafka does when it can no longer keep its promises. */
  private static void halt(int code, Path log) {
    System.err.printf(
        "residua: the embedded Kafka gave up, for the reason above. Check that the disk of %s works and has space, then start it again%n",
        log);
    Runtime.getRuntime().halt(code);
  }

  /** Loads the classes with which a broker starts; starts none and touches no file. */
  public static void preload() {
    BrokerSettings any = BrokerSettings.single(DEFAULT_PORT, DEFAULT_PORT + 1, 1);
    new KafkaConfig(properties(Path.of("unused"), any), false);
  }

  /**
   * Locks the data directory for this broker. Kafka has its own lock, but ends the whole process
   * without a message to the user if that is held.
   */
  private static FileChannel lock(Path dataDirectory) throws StartFailedException {
    Path file = dataDirectory.resolve("kafka.lock");
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return channel;
      }
      unlock(channel);
    } catch (OverlappingFileLockException e) {
      unlock(channel);
    } catch (IOException e) {
      unlock(channel);
      throw new StartFailedException(
          "the file %s cannot be locked: %s; choose another directory with --data-dir"
              .formatted(file, e.getMessage()),
          e);
    }
    throw new StartFailedException(
        "another process uses the data directory %s for its embedded Kafka; end that process, choose another directory with --data-dir, or use its Kafka with --bootstrap"
            .formatted(dataDirectory));
  }

  private static void unlock(@Nullable FileChannel lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warn("the lock of the data directory cannot be released: reason={}", e.toString());
    }
  }

  private static Properties properties(Path log, BrokerSettings settings) {
    String replication = Integer.toString(settings.replication());
    String minInSync = Integer.toString(settings.minInSync());
    Properties p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", Integer.toString(settings.nodeId()));
    p.setProperty("controller.quorum.voters", voters(settings));
    p.setProperty("controller.listener.names", CONTROLLER);
    p.setProperty("inter.broker.listener.name", "PLAINTEXT");
    p.setProperty(
        "listeners",
        "PLAINTEXT://%s:%d,%s://%s:%d"
            .formatted(HOST, settings.port(), CONTROLLER, HOST, settings.controllerPort()));
    p.setProperty("advertised.listeners", "PLAINTEXT://%s:%d".formatted(HOST, settings.port()));
    p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.setProperty("log.dirs", log.toString());
    p.setProperty("num.partitions", "1");
    p.setProperty("default.replication.factor", replication);
    p.setProperty("min.insync.replicas", minInSync);
    p.setProperty("offsets.topic.replication.factor", replication);
    p.setProperty("offsets.topic.num.partitions", "4");
    p.setProperty("transaction.state.log.replication.factor", replication);
    p.setProperty("transaction.state.log.min.isr", minInSync);
    p.setProperty("transaction.state.log.num.partitions", "4");
    p.setProperty("share.coordinator.state.topic.replication.factor", replication);
    p.setProperty("share.coordinator.state.topic.min.isr", minInSync);
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("auto.create.topics.enable", "false");
    p.setProperty("message.max.bytes", Integer.toString(settings.maxRecordBytes()));
    p.setProperty(
        "socket.request.max.bytes", Integer.toString(settings.maxRecordBytes() + (16 << 20)));
    p.setProperty("log.segment.bytes", Integer.toString(256 << 20));
    p.setProperty("log.retention.hours", "24");
    p.setProperty("log.retention.bytes", Long.toString(4L << 30));
    // A broker counts as dead after 3 s, so that its successor may register.
    p.setProperty("broker.session.timeout.ms", "3000");
    p.setProperty("broker.heartbeat.interval.ms", "500");
    p.setProperty("controlled.shutdown.enable", "true");
    p.setProperty("group.min.session.timeout.ms", "1000");
    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "4");
    p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    p.putAll(settings.properties());
    return p;
  }

  private static String voters(BrokerSettings settings) {
    return settings.voters().stream().map(Voter::toString).collect(Collectors.joining(","));
  }

  private static void format(Path log, BrokerSettings settings) throws Exception {
    new Formatter()
        .setNodeId(settings.nodeId())
        .setClusterId(clusterId(settings))
        .setControllerListenerName(CONTROLLER)
        .setDirectories(List.of(log.toString()))
        .setMetadataLogDirectory(log.toString())
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false))
        .run();
  }

  /** The same id for all nodes of a cluster, which only share the list of voters. */
  private static String clusterId(BrokerSettings settings) {
    if (settings.voters().size() == 1) {
      return Uuid.randomUuid().toString();
    }
    UUID id = UUID.nameUUIDFromBytes(voters(settings).getBytes(StandardCharsets.UTF_8));
    return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()).toString();
  }

  private static void createDirectory(Path directory) throws StartFailedException {
    try {
      Files.createDirectories(directory);
      if (!Files.isWritable(directory)) {
        throw new AccessDeniedException(directory.toString());
      }
    } catch (FileSystemException e) {
      throw new StartFailedException(
          "the data directory %s cannot be written (%s); choose another with --data-dir"
              .formatted(directory, e.getReason() == null ? "permission denied" : e.getReason()),
          e);
    } catch (IOException e) {
      throw new StartFailedException(
          "the data directory %s cannot be created: %s; choose another with --data-dir"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  public int port() {
    return port;
  }

  /** Address for clients on this machine. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** Stops the broker and waits until its data is on disk. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    unlock(lock);
  }
}
