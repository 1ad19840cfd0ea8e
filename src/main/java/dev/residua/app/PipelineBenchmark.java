package dev.residua.app;

import dev.residua.causal.ScoredFrame;
import dev.residua.dataset.Scenario;
import dev.residua.dataset.ScenarioStream;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleConsumer;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Measures the scoring role with the broker included, both in this process, exactly-once as in
 * production: how fast a backlog drains, and how long a frame takes to its committed score at a
 * steady open-loop load.
 */
public final class PipelineBenchmark {
  private static final int SOURCES = 16;
  private static final int DRAWN = 512;
  private static final long MAX_SECONDS = 300;

  private final ModelBundle bundle;
  private final ScoringSettings settings;
  private final int partitions;
  private final ImageShape shape;
  private final byte[][] frames;

  /**
   * What was measured.
   *
   * @param frames frames of the backlog
   * @param framesPerSecond backlog frames divided by the time from the first poll to the last
   *     commit
   * @param loadFramesPerSecond steady load of the second part, in frames a second
   * @param p50Millis median time from the moment a frame was due to be sent to its committed score,
   *     in milliseconds
   * @param p99Millis 99th percentile of the same
   * @param p999Millis 99.9th percentile of the same
   * @param maxMillis largest of the same
   */
  public record Result(
      int frames,
      double framesPerSecond,
      double loadFramesPerSecond,
      double p50Millis,
      double p99Millis,
      double p999Millis,
      double maxMillis) {}

  /** Draws the frames that are sent. */
  public PipelineBenchmark(ModelBundle bundle, ScoringSettings settings, int partitions)
      throws IOException {
    this.bundle = bundle;
    this.settings = settings;
    this.partitions = partitions;
    this.shape = bundle.manifest().image();
    this.frames = new byte[DRAWN][shape.size()];
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    for (byte[] frame : frames) {
      stream.next(frame, 0);
    }
  }

  /**
   * Runs both parts.
   *
   * @param dataDirectory empty directory for the broker
   * @param backlog frames of the first part, at least 1
   * @param loadSeconds length of the second part
   * @param progress told the part done, in [0, 1]
   */
  public Result run(Path dataDirectory, int backlog, int loadSeconds, DoubleConsumer progress)
      throws StartFailedException, BadBundleException, InterruptedException {
    Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    try (EmbeddedKafka broker = EmbeddedKafka.start(dataDirectory, 0, Topics.MAX_RECORD_BYTES)) {
      KafkaClients clients = KafkaClients.of(broker.bootstrapServers());
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(topics, partitions, Optional.empty());
      }
      progress.accept(0.05);
      try (Producer<byte[], byte[]> producer = clients.frameProducer()) {
        for (int i = 0; i < backlog; i++) {
          producer.send(record(topics, i, Instant.now()));
        }
        producer.flush();
        progress.accept(0.2);
        Count count = new Count(backlog);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        long start = System.nanoTime();
        try (ScoringRole role = role(clients, topics, count, failure)) {
          await(count.reached, failure);
          double rate = backlog / ((System.nanoTime() - Math.max(start, count.firstNanos())) / 1e9);
          progress.accept(0.5);
          double load = rate / 2;
          Histogram millis = load(clients, topics, producer, load, loadSeconds, backlog, progress);
          return new Result(
              backlog,
              rate,
              load,
              millis.getValueAtPercentile(50) / 1e3,
              millis.getValueAtPercentile(99) / 1e3,
              millis.getValueAtPercentile(99.9) / 1e3,
              millis.getMaxValue() / 1e3);
        }
      }
    }
  }

  private ScoringRole role(
      KafkaClients clients,
      Topics topics,
      Count count,
      AtomicReference<@Nullable Throwable> failure)
      throws BadBundleException {
    return new ScoringRole(
        clients,
        topics,
        Models.scoring(bundle, settings.networkThreads()),
        settings,
        count,
        thread -> Stages.NONE,
        why -> failure.compareAndSet(null, why));
  }

  private static void await(CountDownLatch latch, AtomicReference<@Nullable Throwable> failure)
      throws InterruptedException, StartFailedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
    while (!latch.await(200, TimeUnit.MILLISECONDS)) {
      Throwable why = failure.get();
      if (why != null) {
        throw new StartFailedException("the scoring role failed: " + why, why);
      }
      if (System.nanoTime() > deadline) {
        throw new StartFailedException(
            "no end after %d s; the machine is too busy".formatted(MAX_SECONDS));
      }
    }
  }

  /**
   * Sends at a steady rate whatever the service does, and counts each frame from the moment it was
   * due: a stall is charged to every frame behind it.
   */
  private Histogram load(
      KafkaClients clients,
      Topics topics,
      Producer<byte[], byte[]> producer,
      double rate,
      int seconds,
      int sequence,
      DoubleConsumer progress)
      throws InterruptedException {
    Histogram micros = new Histogram(TimeUnit.MINUTES.toMicros(5), 3);
    int total = (int) (rate * seconds);
    int warmUp = (int) Math.min(total / 4, rate * 2);
    CountDownLatch started = new CountDownLatch(1);
    Thread reader =
        new Thread(
            () ->
                read(
                    clients, topics.scores(), sequence + warmUp, sequence + total, micros, started),
            "bench-reader");
    reader.start();
    started.await();
    long start = System.nanoTime();
    Instant startAt = Instant.now();
    for (int i = 0; i < total; i++) {
      long dueNanos = (long) (i * 1e9 / rate);
      for (long left = start + dueNanos - System.nanoTime();
          left > 0;
          left = start + dueNanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      producer.send(record(topics, sequence + i, startAt.plusNanos(dueNanos)));
      if (i % 1000 == 0) {
        progress.accept(0.5 + 0.5 * i / total);
      }
    }
    producer.flush();
    reader.join(TimeUnit.SECONDS.toMillis(MAX_SECONDS));
    return micros;
  }

  private static void read(
      KafkaClients clients,
      Topic<String, ScoredFrame> topic,
      long firstSequence,
      long endSequence,
      Histogram micros,
      CountDownLatch started) {
    try (Consumer<String, ScoredFrame> consumer = clients.follower(topic)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.name()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
      started.countDown();
      long missing = endSequence - firstSequence;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
      while (missing > 0 && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, ScoredFrame> record : consumer.poll(Duration.ofMillis(20))) {
          if (record.value().sequence() >= firstSequence) {
            micros.recordValue(
                Math.max(0, ChronoUnit.MICROS.between(record.value().capturedAt(), Instant.now())));
            missing--;
          }
        }
      }
    } finally {
      started.countDown();
    }
  }

  private ProducerRecord<byte[], byte[]> record(Topics topics, int index, Instant capturedAt) {
    String source = "cam" + index % SOURCES;
    Frame frame =
        new Frame(
            source,
            index,
            capturedAt,
            shape.width(),
            shape.height(),
            shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8,
            frames[index % frames.length],
            Map.of());
    return new ProducerRecord<>(
        topics.frames().name(), source.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
  }

  /** Counts committed frames up to a number. */
  private static final class Count implements ScoringListener {
    private final AtomicLong left;
    private final AtomicLong first = new AtomicLong(Long.MIN_VALUE);
    private final CountDownLatch reached = new CountDownLatch(1);

    Count(long total) {
      left = new AtomicLong(total);
    }

    @Override
    public void committed(int scored, int rejected, long nanos) {
      first.compareAndSet(Long.MIN_VALUE, System.nanoTime() - nanos);
      if (left.addAndGet(-scored) <= 0) {
        reached.countDown();
      }
    }

    @Override
    public void scored(ScoredFrame score) {}

    @Override
    public void rejected(Reason reason) {
      throw new IllegalStateException("a benchmark frame was refused: " + reason);
    }

    long firstNanos() {
      return first.get();
    }
  }
}
