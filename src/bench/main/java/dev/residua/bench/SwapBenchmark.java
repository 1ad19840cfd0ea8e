package dev.residua.bench;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.MonitorObservers;
import dev.residua.app.roles.MonitorRole;
import dev.residua.app.roles.MonitorSettings;
import dev.residua.app.roles.ScoringRole;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftScore;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.frame.SceneName;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.registry.RegistryFollower;
import dev.residua.runtime.BundleOpener;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ModelPool;
import dev.residua.scoring.ScoringListener;
import dev.residua.scoring.ScoringSettings;
import dev.residua.scoring.Stages;
import dev.residua.source.SourceRule;
import dev.residua.streams.ControlCommandStore;
import dev.residua.streams.MonitorRules;
import dev.residua.streams.RegistryMonitorModels;
import dev.residua.streams.SourceLimits;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleConsumer;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;

/**
 * Swaps between two models again and again while frames come at a steady rate, with scoring and
 * monitoring in this process and the broker in another on the same machine. Then counts: every
 * frame must have one score and one drift score, by the model that the registry names for its
 * offset.
 */
public final class SwapBenchmark extends BrokerBenchmark {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Swaps at the beginning that do not count for memory, as the process warms up. */
  private static final int WARM_UP = 100;

  private static final String PREFIX = "swap.";
  private static final int WINDOW = 200;

  private final ModelBundle one;
  private final ModelBundle other;
  private final Path data;
  private final BenchmarkFrames frames;
  private final Topics topics;

  /**
   * The measured figures. A gap is the time between two commits of the scoring thread, in which
   * frames wait; that of a swap holds the transaction in which the new model took over.
   *
   * @param swaps how often the other model took over
   * @param seconds how long all of it took
   * @param frames frames sent
   * @param lost frames without a score
   * @param doubled frames with more than one score
   * @param wrongModel scores by another model than the one of their offset
   * @param evaluatedWrong frames without exactly one drift score by the same model
   * @param swapGapMillis gaps in which a model took over: p50, p99, max
   * @param usualGapMillis all other gaps
   * @param residentMiBEarly mean resident memory over swaps 100 to 300, in MiB
   * @param residentMiBLate mean resident memory over the last 200
   * @param residentRatio late by early
   * @param openModels models that were open at the end
   */
  public record Result(
      int swaps,
      double seconds,
      int frames,
      int lost,
      int doubled,
      int wrongModel,
      int evaluatedWrong,
      Quantiles swapGapMillis,
      Quantiles usualGapMillis,
      double residentMiBEarly,
      double residentMiBLate,
      double residentRatio,
      int openModels) {}

  /** Some quantiles. */
  public record Quantiles(double p50, double p99, double max) {
    static Quantiles ofMicros(Histogram micros) {
      return new Quantiles(
          micros.getValueAtPercentile(50) / 1e3,
          micros.getValueAtPercentile(99) / 1e3,
          micros.getMaxValue() / 1e3);
    }
  }

  /**
   * Starts the broker.
   *
   * @param data empty directory for broker and state
   * @param partitions partitions of the topics, at least 1
   * @param sources cameras, at least 1
   */
  public SwapBenchmark(ModelBundle model, Path data, int partitions, int sources)
      throws IOException, StartFailedException {
    super(Files.createDirectories(data.resolve("broker")), partitions);
    this.one = model;
    this.other = model.withId(model.id() + "-other");
    this.data = data;
    this.frames = new BenchmarkFrames(model.manifest().image(), sources);
    this.topics = create(PREFIX);
  }

  /**
   * Runs it.
   *
   * @param swaps how many, at least 1
   * @param framesPerSecond steady rate over all sources, above 0
   * @param progress receives the part done, in [0, 1]
   */
  public Result run(int swaps, double framesPerSecond, DoubleConsumer progress)
      throws StartFailedException, BadBundleException, IOException, InterruptedException {
    List<Double> resident = new ArrayList<>();
    Watch watch = new Watch();
    long start = System.nanoTime();
    int sent;
    int openModels;
    try (ModelAdmin admin = ModelAdmin.of(clients.registry(PREFIX), topics);
        RegistryFollower registry =
            new RegistryFollower(clients.registry(PREFIX), topics, Models.OUTSIDE)) {
      admin.begin(one, null, author());
      admin.publish(other, SceneName.DEFAULT, null, null, author());
      registry.refreshed();
      RegistryMonitorModels monitored =
          new RegistryMonitorModels(
              registry,
              bundle ->
                  BundleOpener.monitor(
                      bundle, AnomalySettings.DEFAULTS, 1e6, IncidentSettings.DEFAULTS));
      ModelPool pool =
          new ModelPool(
              registry,
              BundleOpener.scoring(one, 1),
              ScoringSettings.MODEL_MEMORY,
              bundle -> BundleOpener.scoring(bundle, 1),
              (activation, why) -> fail(new IllegalStateException("refused: " + why)));
      try (MonitorRole monitor =
              MonitorRole.start(
                  clients,
                  topics,
                  PREFIX,
                  monitored,
                  new ControlCommandStore(),
                  MonitorRules.NONE,
                  new MonitorSettings(
                      "1",
                      data.resolve("state"),
                      1,
                      0,
                      SourceLimits.DEFAULTS,
                      Duration.ofMillis(100),
                      64 << 20),
                  MonitorObservers.only(streams -> {}),
                  this::fail);
          ScoringRole scoring =
              new ScoringRole(
                  clients,
                  topics,
                  pool,
                  source -> SourceRule.DEFAULTS,
                  pool::close,
                  ScoringSettings.defaults(PREFIX + "score", "1"),
                  watch,
                  thread -> Stages.NONE,
                  Tracing.OFF,
                  thread -> FramesInFlight.none(),
                  this::fail);
          Sender sender = new Sender(framesPerSecond)) {
        await("the first frames are scored", LIMIT, () -> watch.scored.get() > 500);
        for (int swap = 0; swap < swaps; swap++) {
          admin.promote(SceneName.DEFAULT, swap % 2 == 0 ? other.id() : one.id(), author());
          int wanted = (swap + 1) * partitions;
          await(
              "swap %d is complete on all partitions".formatted(swap),
              LIMIT,
              () -> watch.swaps.get() >= wanted);
          resident.add(residentMiB());
          progress.accept(0.95 * (swap + 1) / swaps);
        }
        openModels = pool.open().size();
        sent = sender.stop();
        await("all frames are scored", LIMIT, () -> watch.scored.get() >= sender.sent);
        awaitDrift(sent);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      Counted counted = count(registry.refreshed(), sent);
      progress.accept(1);
      double early = mean(resident, Math.min(WARM_UP, resident.size() / 2), WINDOW);
      double late = mean(resident, Math.max(0, resident.size() - WINDOW), WINDOW);
      return new Result(
          swaps,
          seconds,
          sent,
          counted.lost,
          counted.doubled,
          counted.wrongModel,
          counted.evaluatedWrong,
          watch.swapGaps(),
          watch.usualGaps(),
          early,
          late,
          late / early,
          openModels);
    }
  }

  private static Author author() {
    return new Author("bench", "to swap", Instant.now());
  }

  private static double mean(List<Double> values, int from, int count) {
    return values.subList(from, Math.min(values.size(), from + count)).stream()
        .mapToDouble(v -> v)
        .average()
        .orElse(Double.NaN);
  }

  private void awaitDrift(int wanted) throws StartFailedException {
    try (Consumer<String, DriftScore> consumer = fromBeginning(clients, topics.drift())) {
      AtomicInteger read = new AtomicInteger();
      await(
          "all frames are evaluated",
          LIMIT,
          () -> read.addAndGet(consumer.poll(Duration.ofMillis(50)).count()) >= wanted);
    }
  }

  private record Counted(int lost, int doubled, int wrongModel, int evaluatedWrong) {}

  private Counted count(ModelRegistry registry, int sent) {
    Map<String, String> models = new HashMap<>(); // by source and sequence
    int[] doubled = {0};
    int[] wrong = {0};
    read(
        topics.scores(),
        score -> {
          String expected =
              registry
                  .scene(SceneName.DEFAULT)
                  .at(score.position().partition(), score.position().offset())
                  .map(Activation::modelId)
                  .orElse("");
          wrong[0] += score.modelId().equals(expected) ? 0 : 1;
          String key = score.source() + "#" + score.sequence();
          doubled[0] += models.put(key, score.modelId()) == null ? 0 : 1;
        });
    Set<String> judged = new HashSet<>();
    int[] evaluatedWrong = {0};
    read(
        topics.drift(),
        drift -> {
          String key = drift.source() + "#" + drift.sequence();
          evaluatedWrong[0] += judged.add(key) && drift.modelId().equals(models.get(key)) ? 0 : 1;
        });
    int unjudged = sent - judged.size();
    return new Counted(
        sent - models.size(), doubled[0], wrong[0], evaluatedWrong[0] + Math.max(0, unjudged));
  }

  private <V> void read(Topic<String, V> topic, java.util.function.Consumer<V> each) {
    try (Consumer<String, V> consumer = fromBeginning(clients, topic)) {
      Set<TopicPartition> all = consumer.assignment();
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<String, V> record : consumer.poll(Duration.ofMillis(100))) {
          each.accept(record.value());
        }
      }
    }
  }

  /** Sends at a steady rate until it is stopped. */
  private final class Sender implements AutoCloseable {
    private final Producer<byte[], byte[]> producer = clients.frameProducer();
    private final double rate;
    private final Thread thread = new Thread(this::send, "bench-sender");
    private volatile boolean stopped;
    private volatile int sent;

    Sender(double rate) {
      this.rate = rate;
      thread.start();
    }

    private void send() {
      long start = System.nanoTime();
      int next = 0;
      while (!stopped) {
        long due = start + (long) (next * 1e9 / rate);
        long left = due - System.nanoTime();
        if (left > 0) {
          LockSupport.parkNanos(left);
        } else {
          producer.send(frames.record(topics, next, Instant.now()));
          sent = ++next;
        }
      }
    }

    int stop() throws InterruptedException {
      stopped = true;
      thread.join();
      producer.flush();
      return sent;
    }

    @Override
    public void close() throws InterruptedException {
      stop();
      producer.close();
    }
  }

  /** Gaps between commits, on the scoring thread. */
  private static final class Watch implements ScoringListener {
    private final AtomicInteger swaps = new AtomicInteger();
    private final AtomicInteger scored = new AtomicInteger();
    private final Histogram swapMicros = new Histogram(TimeUnit.MINUTES.toMicros(5), 3);
    private final Histogram usualMicros = new Histogram(TimeUnit.MINUTES.toMicros(5), 3);
    private long lastCommit;
    private boolean swapped;

    @Override
    public synchronized void committed(int frames, int rejected, long nanos) {
      long now = System.nanoTime();
      if (lastCommit != 0 && scored.get() > 500) {
        long micros = (now - lastCommit) / 1_000;
        (swapped ? swapMicros : usualMicros).recordValue(micros);
      }
      lastCommit = now;
      swapped = false;
      scored.addAndGet(frames);
    }

    @Override
    public synchronized void activationCommitted(Activation activation, Start start) {
      swapped = true;
      swaps.incrementAndGet();
    }

    @Override
    public void scored(ScoredFrame score) {}

    @Override
    public void rejected(Reason reason) {
      throw new IllegalStateException("a benchmark frame was refused: " + reason);
    }

    synchronized Quantiles swapGaps() {
      return Quantiles.ofMicros(swapMicros);
    }

    synchronized Quantiles usualGaps() {
      return Quantiles.ofMicros(usualMicros);
    }
  }
}
