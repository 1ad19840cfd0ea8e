package dev.residua.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.app.process.StartFailedException;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A benchmark of roles in this process with a broker in another process on the same machine. */
abstract class BrokerBenchmark implements AutoCloseable {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  final BrokerProcess broker;
  final KafkaClients clients;
  final int partitions;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private int run;

  /**
   * Starts the broker.
   *
   * @param folder empty folder for its data
   * @param partitions partitions of each topic, at least 1
   */
  BrokerBenchmark(Path folder, int partitions) throws StartFailedException {
    this.partitions = partitions;
    this.broker = BrokerProcess.start(folder);
    this.clients = KafkaClients.of(broker.bootstrapServers());
  }

  /** Address of the broker, for other programs that are measured on it. */
  public final String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** A prefix for topics that no other run of this benchmark has. */
  final String newPrefix() {
    return "bench" + ++run + ".";
  }

  final Topics create(String prefix) throws StartFailedException {
    Topics topics = new Topics(prefix);
    try (TopicAdmin admin = new TopicAdmin(clients)) {
      admin.create(topics, partitions, Optional.empty());
    }
    return topics;
  }

  final void fail(Throwable why) {
    failure.compareAndSet(null, why);
  }

  final boolean hasFailed() {
    return failure.get() != null;
  }

  /**
   * Waits for a condition, asking every few milliseconds.
   *
   * @throws StartFailedException if a role fails or the time is over
   */
  final void await(String what, Duration limit, BooleanSupplier condition)
      throws StartFailedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      Throwable why = failure.get();
      if (why != null) {
        throw new StartFailedException("a role failed: " + why, why);
      }
      if (System.nanoTime() > end) {
        throw new StartFailedException(
            "waited %d s but not: %s; the machine is too busy".formatted(limit.toSeconds(), what));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  /** A consumer at the beginning of all partitions of a topic. */
  static <K, V> Consumer<K, V> fromBeginning(KafkaClients clients, Topic<K, V> topic) {
    Consumer<K, V> consumer = clients.follower(topic);
    List<TopicPartition> all = TopicSpans.partitions(consumer, topic.name());
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }

  /** A consumer behind all records of a topic. */
  final <K, V> Consumer<K, V> fromNow(Topic<K, V> topic) {
    Consumer<K, V> consumer = fromBeginning(clients, topic);
    consumer.seekToEnd(consumer.assignment());
    consumer.assignment().forEach(consumer::position); // seeking waits for the next read otherwise
    return consumer;
  }

  /** Processor time of all threads of this process so far, in nanoseconds. */
  static long processNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /** Resident memory of this process, in MiB; NaN if the system does not report it. */
  public static double residentMiB() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return Double.NaN; // only Linux reports it
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(Double.NaN);
    }
  }

  @Override
  public void close() {
    broker.close();
  }
}
