package dev.residua.bench;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ActiveControls;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.monitor.SourceMonitorState;
import dev.residua.state.MonitorStates;
import dev.residua.state.Ring;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Processor time that the monitor's own work takes: evaluating each frame, and where asked writing
 * its source's state to bytes, without Kafka Streams around it.
 *
 * @param frames frames that were evaluated while it was measured, at least 1
 * @param cpuMicrosPerFrame processor time of this process for each of them, in microseconds
 */
public record MonitorCost(int frames, double cpuMicrosPerFrame) {
  private static final long MAX_SECONDS = 120;
  private static final Ring[] RINGS = Ring.values();

  /**
   * Measures scores that are read from a topic, with the state.
   *
   * @param bootstrapServers address of the broker
   * @param topics whose scores are evaluated
   * @param frames scores that are there, at least 4
   * @throws StartFailedException if they do not arrive
   */
  public static MonitorCost measure(
      String bootstrapServers, Topics topics, MonitorModel model, int frames)
      throws StartFailedException {
    return of(read(bootstrapServers, topics, frames), model, true);
  }

  /**
   * Evaluates scores once to warm up, and once more with fresh monitors; the last three quarters of
   * the second pass count.
   *
   * @param scores at least 4
   * @param withState whether a source's state is written to bytes after each of its scores
   */
  static MonitorCost of(List<ScoredFrame> scores, MonitorModel model, boolean withState) {
    MonitorThresholds limits = new MonitorThresholds(model);
    evaluate(scores, new HashMap<>(), limits, withState);
    Map<String, SourceMonitor> monitors = new HashMap<>();
    int warmUp = scores.size() / 4;
    evaluate(scores.subList(0, warmUp), monitors, limits, withState);
    long before = BrokerBenchmark.processNanos();
    evaluate(scores.subList(warmUp, scores.size()), monitors, limits, withState);
    int measured = scores.size() - warmUp;
    return new MonitorCost(measured, (BrokerBenchmark.processNanos() - before) / 1e3 / measured);
  }

  private static void evaluate(
      List<ScoredFrame> scores,
      Map<String, SourceMonitor> monitors,
      MonitorThresholds limits,
      boolean withState) {
    long bytes = 0;
    Map<String, Map<Ring, Long>> blocks = new HashMap<>();
    for (ScoredFrame score : scores) {
      SourceMonitor monitor =
          monitors.computeIfAbsent(score.source(), source -> SourceMonitor.start(limits));
      monitor.next(score, ActiveControls.EMPTY);
      bytes += withState ? stateBytes(monitor.state(), blocks, score.source()) : 1;
    }
    if (bytes < scores.size()) {
      throw new IllegalStateException("monitors of no size");
    }
  }

  /** Writes the changes of a state by one frame, and returns their size. */
  private static int stateBytes(
      SourceMonitorState state, Map<String, Map<Ring, Long>> completed, String source) {
    int bytes = MonitorStates.encodeOpen(state).length;
    Map<Ring, Long> before = completed.computeIfAbsent(source, any -> new EnumMap<>(Ring.class));
    for (Ring ring : RINGS) {
      long now = ring.completed(state);
      for (long number = ring.firstSince(before.put(ring, now), state); number < now; number++) {
        bytes += ring.block(state, number).length;
      }
    }
    return bytes;
  }

  private static List<ScoredFrame> read(String bootstrapServers, Topics topics, int frames)
      throws StartFailedException {
    List<ScoredFrame> scores = new ArrayList<>(frames);
    try (Consumer<String, ScoredFrame> consumer =
        BrokerBenchmark.fromBeginning(KafkaClients.of(bootstrapServers), topics.scores())) {
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
