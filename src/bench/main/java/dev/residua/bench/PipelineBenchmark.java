package dev.residua.bench;

import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.ScoringRole;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringModels;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages.Stage;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleConsumer;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Measures the scoring role with a real broker in a process of its own on the same machine: the
 * rate at which a backlog drains with its processor time, and the time of a frame to its committed
 * score at a steady open-loop load of a share of that rate.
 *
 * <p>The rate is that of the last three quarters of the backlog, so that compilation and the first
 * fetches do not count. A first small backlog warms up the process before anything is measured.
 */
public final class PipelineBenchmark extends BrokerBenchmark {
  private static final Duration LIMIT = Duration.ofSeconds(300);
  private static final int WARM_UP_FRAMES = 30_000;
  private static final int WARM_UP_FILES = 600;
  private static final double SLOWEST = 0.01;
  private static final SourceRule ONE_RULE = SourceRule.of("all", "*");

  private final BenchmarkFrames drawn;
  private final int warmUpFrames;

  /** Opens the model for one run; the run closes it. */
  public interface ModelMaker {
    ScoringModel make() throws BadBundleException;
  }

  /** The models that a run scores with. */
  public interface Models extends AutoCloseable {
    ScoringModels scoring();

    SourceRule rule(String source);

    /** Something that happens in the middle of the load. */
    default void disturb() {}

    @Override
    void close();

    static Models one(ScoringModel model) {
      return new Models() {
        @Override
        public ScoringModels scoring() {
          return ScoringModels.fixed(model);
        }

        @Override
        public SourceRule rule(String source) {
          return ONE_RULE;
        }

        @Override
        public void close() {
          model.close();
        }
      };
    }
  }

  /**
   * The measured figures.
   *
   * @param frames frames of the backlog
   * @param framesPerSecond rate at which the backlog drained
   * @param cpuMicrosPerFrame processor time of a frame while it drained, in microseconds: the
   *     broker's process, the stages of the scoring threads, and the rest of this process (network
   *     threads, compiler, garbage collector)
   * @param framesPerCpuSecond frames for each second of processor time of this process
   * @param loadFramesPerSecond steady load of the second part, in frames per second; 0 if it was
   *     left out
   * @param p50Millis median time from the moment a frame was due to be sent to its committed score,
   *     in milliseconds
   * @param p99Millis 99th percentile of the same
   * @param p999Millis 99.9th percentile of the same
   * @param maxMillis largest of the same
   * @param slowest parts of the latency of the slowest hundredth of these frames
   * @param collectionMillis garbage collections of this process during the load, which is
   *     generator, scoring and reader
   */
  public record Result(
      int frames,
      double framesPerSecond,
      Map<String, Double> cpuMicrosPerFrame,
      double framesPerCpuSecond,
      double loadFramesPerSecond,
      double p50Millis,
      double p99Millis,
      double p999Millis,
      double maxMillis,
      LatencyParts.Slowest slowest,
      long collectionMillis) {}

  /**
   * Draws the frames that are sent, and starts the broker.
   *
   * @param shape of the frames
   * @param dataDirectory empty directory for the broker
   * @param partitions partitions of each topic, at least 1
   * @param sources cameras, at least 1
   */
  public PipelineBenchmark(ImageShape shape, Path dataDirectory, int partitions, int sources)
      throws IOException, StartFailedException {
    super(dataDirectory, partitions);
    this.drawn = new BenchmarkFrames(shape, sources);
    this.warmUpFrames = WARM_UP_FRAMES;
  }

  /** Scores frames of camera size, each decoded and scaled down before it is scored. */
  public PipelineBenchmark(CameraImage image, Path dataDirectory, int partitions, int sources)
      throws IOException, StartFailedException {
    super(dataDirectory, partitions);
    this.drawn = new BenchmarkFrames(image, sources);
    this.warmUpFrames = WARM_UP_FILES;
  }

  /**
   * Puts a backlog on fresh topics.
   *
   * @param frames of all sources together, in turn
   * @return its topics
   */
  public Topics backlog(int frames) throws StartFailedException {
    Topics topics = create(newPrefix());
    try (Producer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < frames; i++) {
        producer.send(drawn.record(topics, i, Instant.now()));
      }
      producer.flush();
    }
    return topics;
  }

  /** A registry with many scenes on this broker; see {@link FleetModels}. */
  public FleetModels fleet(Topics topics, ModelBundle model, int scenes, int models, boolean swaps)
      throws IOException, BadBundleException {
    return new FleetModels(clients, topics, model, scenes, models, swaps);
  }

  /** Drains a small backlog, so that the first figures are those of a warm process. */
  public void warmUp(ModelMaker model, ScoringSettings settings)
      throws StartFailedException, BadBundleException, InterruptedException {
    drain(
        backlog(warmUpFrames), Models.one(model.make()), settings, warmUpFrames, 1, 0, part -> {});
  }

  /**
   * Runs both parts.
   *
   * @param topics with the backlog of the first part
   * @param models closed at the end
   * @param backlog its frames, at least 100
   * @param loadShare load of the second part over the rate of the first, above 0
   * @param loadSeconds length of the second part; 0 leaves it out
   * @param progress receives the part done, in [0, 1]
   */
  public Result drain(
      Topics topics,
      Models models,
      ScoringSettings settings,
      int backlog,
      double loadShare,
      int loadSeconds,
      DoubleConsumer progress)
      throws StartFailedException, InterruptedException {
    List<StageTimes> stages = new ArrayList<>();
    for (int i = 0; i < settings.threads(); i++) {
      stages.add(new StageTimes());
    }
    Count count = new Count(backlog / 4, backlog, stages);
    try (ScoringRole role =
            new ScoringRole(
                clients,
                topics,
                models.scoring(),
                models::rule,
                models::close,
                settings,
                count,
                stages::get,
                Tracing.OFF,
                thread -> FramesInFlight.none(),
                this::fail);
        Producer<byte[], byte[]> producer = clients.frameProducer()) {
      await("the backlog is scored", LIMIT, count::isComplete);
      double rate = count.rate();
      Map<String, Double> cpu = count.cpuMicros();
      progress.accept(0.6);
      Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(5), 3);
      double load = loadSeconds == 0 ? 0 : rate * loadShare;
      LatencyParts parts = new LatencyParts((int) (load * loadSeconds));
      long collected = collectionMillis();
      if (loadSeconds > 0) {
        load(topics, producer, load, backlog, micros, parts, models, progress);
      }
      collected = collectionMillis() - collected;
      return new Result(
          backlog,
          rate,
          cpu,
          1e6
              / cpu.entrySet().stream()
                  .filter(part -> !part.getKey().equals("broker"))
                  .mapToDouble(Map.Entry::getValue)
                  .sum(),
          load,
          micros.getValueAtPercentile(50) / 1e3,
          micros.getValueAtPercentile(99) / 1e3,
          micros.getValueAtPercentile(99.9) / 1e3,
          micros.getMaxValue() / 1e3,
          parts.slowest(SLOWEST),
          collected);
    }
  }

  private static long collectionMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(collector -> Math.max(0, collector.getCollectionTime()))
        .sum();
  }

  /**
   * Sends at a steady rate, independent of the service, and counts each frame from the moment it
   * was due: a stall is charged to every frame behind it.
   */
  private void load(
      Topics topics,
      Producer<byte[], byte[]> producer,
      double rate,
      int first,
      Histogram micros,
      LatencyParts parts,
      Models models,
      DoubleConsumer progress)
      throws InterruptedException, StartFailedException {
    AtomicLong missing = new AtomicLong();
    int total = parts.frames();
    int warmUp = (int) Math.min(total / 4, rate * 2);
    CountDownLatch started = new CountDownLatch(1);
    Instant startAt = Instant.now().plusMillis(500).truncatedTo(ChronoUnit.MICROS);
    Thread reader =
        new Thread(
            () -> read(topics.scores(), startAt, rate, warmUp, parts, micros, started, missing),
            "bench-reader");
    reader.start();
    started.await();
    long start =
        System.nanoTime() + Math.max(0, Duration.between(Instant.now(), startAt).toNanos());
    for (int i = 0; i < total; i++) {
      long dueNanos = (long) (i * 1e9 / rate);
      for (long left = start + dueNanos - System.nanoTime();
          left > 0;
          left = start + dueNanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      producer.send(drawn.record(topics, first + i, startAt.plusNanos(dueNanos)));
      parts.sent(i, TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start - dueNanos));
      if (i == total / 2) {
        models.disturb();
      }
      if (i % 1000 == 0) {
        progress.accept(0.6 + 0.4 * i / total);
      }
    }
    producer.flush();
    await("all frames of the load are scored", LIMIT, () -> missing.get() <= 0);
    reader.join();
  }

  private void read(
      Topic<String, ScoredFrame> topic,
      Instant startAt,
      double rate,
      int warmUp,
      LatencyParts parts,
      Histogram micros,
      CountDownLatch started,
      AtomicLong missing) {
    try (Consumer<String, ScoredFrame> consumer = clients.follower(topic)) {
      List<TopicPartition> all = TopicSpans.partitions(consumer, topic.name());
      consumer.assign(all);
      consumer.seekToEnd(all);
      all.forEach(consumer::position);
      missing.set(parts.frames() - warmUp);
      started.countDown();
      long deadline = System.nanoTime() + 2 * LIMIT.toNanos();
      while (missing.get() > 0 && !hasFailed() && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, ScoredFrame> record : consumer.poll(Duration.ofMillis(20))) {
          Instant due = record.value().capturedAt();
          int frame = (int) Math.round(ChronoUnit.NANOS.between(startAt, due) * rate / 1e9);
          if (frame >= warmUp) {
            long waited = Math.max(0, ChronoUnit.MICROS.between(due, Instant.now()));
            Instant published = Instant.ofEpochMilli(record.timestamp());
            micros.recordValue(waited);
            parts.read(frame, ChronoUnit.MICROS.between(due, published), waited);
            missing.decrementAndGet();
          }
        }
      }
    } finally {
      started.countDown();
    }
  }

  /** Notes time and processor time when a first part and when all frames are committed. */
  private final class Count implements ScoringListener {
    private final long from;
    private final long total;
    private final List<StageTimes> stages;
    private final AtomicLong done = new AtomicLong();
    private @Nullable Mark begin;
    private @Nullable Mark end;

    private record Mark(
        long done, long nanos, long broker, long process, Map<Stage, Long> stages) {}

    Count(long from, long total, List<StageTimes> stages) {
      this.from = from;
      this.total = total;
      this.stages = stages;
    }

    @Override
    public synchronized void committed(int scored, int rejected, long nanos) {
      long now = done.addAndGet(scored);
      if (begin == null && now >= from) {
        begin = mark(now);
      }
      if (end == null && now >= total) {
        end = mark(now);
      }
    }

    private Mark mark(long now) {
      Map<Stage, Long> sum = new LinkedHashMap<>();
      for (StageTimes each : stages) {
        each.nanos().forEach((stage, value) -> sum.merge(stage, value, Long::sum));
      }
      return new Mark(now, System.nanoTime(), broker.cpuNanos(), processNanos(), sum);
    }

    @Override
    public void scored(ScoredFrame score) {}

    @Override
    public void rejected(Reason reason) {
      throw new IllegalStateException("a benchmark frame was refused: " + reason);
    }

    synchronized boolean isComplete() {
      return end != null;
    }

    synchronized double rate() {
      Mark a = Objects.requireNonNull(begin);
      Mark b = Objects.requireNonNull(end);
      return (b.done() - a.done()) / ((b.nanos() - a.nanos()) / 1e9);
    }

    synchronized Map<String, Double> cpuMicros() {
      Mark a = Objects.requireNonNull(begin);
      Mark b = Objects.requireNonNull(end);
      double n = b.done() - a.done();
      Map<String, Double> micros = new LinkedHashMap<>();
      micros.put("broker", (b.broker() - a.broker()) / 1e3 / n);
      double other = b.process() - a.process();
      for (Stage stage : Stage.values()) {
        long spent = b.stages().getOrDefault(stage, 0L) - a.stages().getOrDefault(stage, 0L);
        micros.put(stage.name().toLowerCase(Locale.ROOT), spent / 1e3 / n);
        other -= spent;
      }
      micros.put("other", Math.max(0, other) / 1e3 / n);
      return micros;
    }
  }
}
