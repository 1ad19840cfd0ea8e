package dev.residua.bench;

import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.MonitorObservers;
import dev.residua.app.roles.MonitorRole;
import dev.residua.app.roles.MonitorSettings;
import dev.residua.monitor.MonitorModel;
import dev.residua.source.SourceRules;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.MonitorModels;
import dev.residua.streams.MonitorRules;
import dev.residua.wire.Topics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/** Runs the monitoring role in this process on the scores of a topic and measures its costs. */
public final class MonitoringRun {
  /**
   * Fewest scores whose cost can be measured: the clock of a process ticks every 10 ms, and fewer
   * scores are evaluated within one or two transactions.
   */
  public static final int MIN_SCORES = 10_000;

  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final BrokerBenchmark benchmark;
  private final MonitorModel model;
  private final boolean commissioned;

  /**
   * @param benchmark owns the broker
   * @param commissioned true if sources learn their own normal state
   */
  MonitoringRun(BrokerBenchmark benchmark, MonitorModel model, boolean commissioned) {
    this.benchmark = benchmark;
    this.model = model;
    this.commissioned = commissioned;
  }

  /**
   * Figures of the last three quarters of the scores.
   *
   * @param scoresPerSecond by elapsed time
   * @param threadMicrosPerScore processor time of the monitoring threads
   * @param processMicrosPerScore processor time of this process, threads of the network, compiler
   *     and garbage collector included, but not the thread that reads the results, nor the
   *     collection that measures the heap
   * @param brokerMicrosPerScore processor time of the broker's process
   * @param heapMiBAtHalf heap in use after a collection when half of the scores were evaluated
   * @param heapMiBAtEnd heap in use after a collection at the end
   */
  record Figures(
      double scoresPerSecond,
      double threadMicrosPerScore,
      double processMicrosPerScore,
      double brokerMicrosPerScore,
      long heapMiBAtHalf,
      long heapMiBAtEnd) {}

  /**
   * Evaluates all scores.
   *
   * @param application name of the group, unused so far
   * @param settings how; the state directory is empty
   * @param scores that are there, at least {@link #MIN_SCORES}
   * @param progress receives the part done, in [0, 1]
   */
  Figures measure(
      Topics topics,
      String application,
      MonitorSettings settings,
      int scores,
      DoubleConsumer progress)
      throws StartFailedException {
    Marks marks = new Marks(scores);
    try (Consumer<?, ?> consumer = benchmark.fromNow(topics.drift());
        MonitorRole role = role(topics, application, settings, streams -> {})) {
      AtomicInteger seen = new AtomicInteger();
      benchmark.await(
          "all scores are evaluated",
          LIMIT,
          () -> {
            int now = seen.addAndGet(consumer.poll(Duration.ofMillis(50)).count());
            marks.at(now);
            progress.accept((double) now / scores);
            return now >= scores;
          });
    }
    return marks.figures();
  }

  MonitorRole role(
      Topics topics,
      String application,
      MonitorSettings settings,
      java.util.function.Consumer<KafkaStreams> beforeStart) {
    return MonitorRole.start(
        benchmark.clients,
        topics,
        application,
        MonitorModels.fixed(model),
        new ControlCommandStore(),
        new MonitorRules(
            () -> SourceRules.EMPTY, () -> SourceRules.EMPTY, Optional.empty(), commissioned),
        settings,
        MonitorObservers.only(beforeStart),
        benchmark::fail);
  }

  /** Clocks when a quarter, a half and all of the scores were evaluated. */
  private final class Marks {
    private final int scores;
    private @Nullable Mark quarter;
    private @Nullable Mark end;
    private long heapAtHalf;
    private long heapAtEnd;
    private long measuringNanos;

    private record Mark(int seen, long nanos, long threads, long process, long broker) {}

    Marks(int scores) {
      this.scores = scores;
    }

    void at(int seen) {
      if (quarter == null && seen >= scores / 4) {
        quarter = mark(seen);
      }
      if (heapAtHalf == 0 && seen >= scores / 2) {
        long before = othersNanos();
        heapAtHalf = heap();
        measuringNanos = othersNanos() - before;
      }
      if (end == null && seen >= scores) {
        end = mark(seen);
        heapAtEnd = heap();
      }
    }

    private Mark mark(int seen) {
      return new Mark(
          seen, System.nanoTime(), threads(), othersNanos(), benchmark.broker.cpuNanos());
    }

    /** Processor time of all threads but this one. */
    private static long othersNanos() {
      return BrokerBenchmark.processNanos() - THREADS.getCurrentThreadCpuTime();
    }

    private static long threads() {
      long sum = 0;
      for (ThreadInfo info : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
        if (info != null
            && info.getThreadName().contains("-StreamThread-")
            && !info.getThreadName().contains("producer")) {
          sum += Math.max(0, THREADS.getThreadCpuTime(info.getThreadId()));
        }
      }
      return sum;
    }

    private static long heap() {
      System.gc();
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    Figures figures() {
      Mark a = Objects.requireNonNull(quarter);
      Mark b = Objects.requireNonNull(end);
      double n = b.seen() - a.seen();
      return new Figures(
          n / ((b.nanos() - a.nanos()) / 1e9),
          (b.threads() - a.threads()) / 1e3 / n,
          (b.process() - a.process() - measuringNanos) / 1e3 / n,
          (b.broker() - a.broker()) / 1e3 / n,
          heapAtHalf,
          heapAtEnd);
    }
  }
}
