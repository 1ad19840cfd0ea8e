package dev.residua.app;

import com.sun.management.OperatingSystemMXBean;
import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ControlBoard;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceMonitor;
import dev.residua.wire.Topics;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Processor time that the monitor's own work takes for scores that are on a topic: judging each
 * frame and writing its source's state to bytes, without Kafka Streams around it.
 *
 * @param frames frames that were judged while it was measured, at least 1
 * @param cpuMicrosPerFrame processor time of this process for each of them, in microseconds
 */
public record MonitorCost(int frames, double cpuMicrosPerFrame) {
  private static final long MAX_SECONDS = 120;

  /**
   * Reads the scores into memory, judges them once to warm up, and once more with fresh monitors;
   * the last three quarters of the second pass count.
   *
   * @param bootstrapServers address of the broker
   * @param topics whose scores are judged
   * @param frames scores that are there, at least 4
   * @throws StartFailedException if they do not arrive
   */
  public static MonitorCost measure(
      String bootstrapServers, Topics topics, MonitorModel model, int frames)
      throws StartFailedException {
    List<ScoredFrame> scores = read(bootstrapServers, topics, frames);
    SourceMonitor.Limits limits = new SourceMonitor.Limits(model);
    judge(scores, new HashMap<>(), limits);
    Map<String, SourceMonitor> monitors = new HashMap<>();
    int warmUp = scores.size() / 4;
    judge(scores.subList(0, warmUp), monitors, limits);
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = system.getProcessCpuTime();
    judge(scores.subList(warmUp, scores.size()), monitors, limits);
    int measured = scores.size() - warmUp;
    return new MonitorCost(measured, (system.getProcessCpuTime() - before) / 1e3 / measured);
  }

  private static void judge(
      List<ScoredFrame> scores, Map<String, SourceMonitor> monitors, SourceMonitor.Limits limits) {
    long bytes = 0;
    for (ScoredFrame score : scores) {
      SourceMonitor monitor =
          monitors.computeIfAbsent(score.source(), source -> SourceMonitor.start(limits));
      monitor.next(score, ControlBoard.EMPTY);
      bytes += monitor.toBytes().length;
    }
    if (bytes < scores.size()) {
      throw new IllegalStateException("monitors of no size");
    }
  }

  private static List<ScoredFrame> read(String bootstrapServers, Topics topics, int frames)
      throws StartFailedException {
    List<ScoredFrame> scores = new ArrayList<>(frames);
    try (Consumer<String, ScoredFrame> consumer =
        KafkaClients.of(bootstrapServers).follower(topics.scores())) {
      consumer.assign(
          consumer.partitionsFor(topics.scores().name()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
      while (scores.size() < frames) {
        if (System.nanoTime() > deadline) {
          throw new StartFailedException(
              "only %d of %d scores could be read from %s within %d s"
                  .formatted(scores.size(), frames, topics.scores().name(), MAX_SECONDS));
        }
        for (ConsumerRecord<String, ScoredFrame> record : consumer.poll(Duration.ofMillis(50))) {
          scores.add(record.value());
        }
      }
    }
    return scores;
  }
}
