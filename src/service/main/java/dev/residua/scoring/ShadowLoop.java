package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.source.SourceRule;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores a share of the frames of a scene with its challenger, independently of the active model:
 * to its own topic, and for as long as the registry says. The share is taken in runs of {@value
 * #RUN} frames of a partition, chosen by their offsets, so that a record that is not chosen is not
 * even decoded. After a failure some scores come twice or are missing; nothing but the comparison
 * of the two models depends on them.
 *
 * <p>Runs on one thread; {@link #stop} may be called from any.
 */
public final class ShadowLoop implements Runnable {
  /** Frames of a partition that are chosen or left out together. */
  static final int RUN = 64;

  private static final Logger LOG = LoggerFactory.getLogger(ShadowLoop.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long PAUSE_MILLIS = 500;

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Topics topics;
  private final Function<String, SourceRule> rules;
  private final ModelStore store;
  private final ModelPool.Loader loader;
  private final ScoringSettings settings;
  private final Clock clock;
  private final Runnable heartbeat;
  private final Set<Shadow> failed = new HashSet<>();
  private volatile boolean stopped;

  /** A challenger that scores. */
  private record Running(Shadow shadow, ScoringModel model, FrameBatch batch) {}

  /**
   * @param consumers in a group of their own; closed here
   * @param producers without transactions; closed here
   * @param rules the latest rule of each source
   * @param heartbeat called after every step
   */
  public ShadowLoop(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Supplier<Producer<byte[], byte[]>> producers,
      Topics topics,
      Function<String, SourceRule> rules,
      ModelStore store,
      ModelPool.Loader loader,
      ScoringSettings settings,
      Clock clock,
      Runnable heartbeat) {
    this.consumers = consumers;
    this.producers = producers;
    this.topics = topics;
    this.rules = rules;
    this.store = store;
    this.loader = loader;
    this.settings = settings;
    this.clock = clock;
    this.heartbeat = heartbeat;
  }

  /** Makes {@link #run} return soon. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      heartbeat.run();
      if (wanted().isEmpty()) {
        pause();
        continue;
      }
      try {
        shadow();
      } catch (KafkaException e) {
        LOG.warn("shadowing failed, retrying: reason={}", e.getMessage());
        pause();
      }
    }
  }

  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
  }

  /** The challengers whose period it is and that work, by scene. */
  private Map<String, Shadow> wanted() {
    Instant now = clock.instant();
    List<Shadow> registered = store.registry().shadows();
    failed.retainAll(registered);
    return registered.stream()
        .filter(shadow -> !now.isBefore(shadow.from()) && now.isBefore(shadow.until()))
        .filter(shadow -> !failed.contains(shadow))
        .collect(Collectors.toMap(Shadow::scene, shadow -> shadow));
  }

  /** Scores with all challengers until there is none. */
  private void shadow() {
    Map<String, Running> running = new HashMap<>();
    try (Consumer<byte[], byte[]> consumer = consumers.get();
        Producer<byte[], byte[]> producer = producers.get()) {
      FrameIntake intake =
          FrameIntake.stored(
              new FrameReader(settings.limits(), settings.registry()),
              settings.references(),
              clock);
      consumer.subscribe(List.of(topics.frames().name()), new FromNowOn(consumer));
      Map<String, Shadow> wanted = wanted();
      while (!stopped && !wanted.isEmpty()) {
        heartbeat.run();
        change(running, wanted);
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record, running, intake, producer);
        }
        List.copyOf(running.values()).forEach(one -> publish(one, running, producer));
        wanted = wanted();
      }
    } catch (WakeupException e) {
      if (!stopped) {
        throw e;
      }
    } finally {
      change(running, Map.of());
    }
  }

  /** Closes the challengers whose time is over, and opens the others. */
  private void change(Map<String, Running> running, Map<String, Shadow> wanted) {
    running
        .values()
        .removeIf(
            one -> {
              boolean over = !one.shadow().equals(wanted.get(one.shadow().scene()));
              if (over) {
                close(one);
              }
              return over;
            });
    for (Shadow shadow : wanted.values()) {
      if (!running.containsKey(shadow.scene())) {
        try {
          running.put(shadow.scene(), open(shadow));
        } catch (IOException e) {
          LOG.warn(
              "bundle cannot be fetched, retrying: model={} reason={}",
              shadow.modelId(),
              e.getMessage());
          pause();
        } catch (BadBundleException | RuntimeException e) {
          fail(shadow, e);
        }
      }
    }
  }

  private Running open(Shadow shadow) throws BadBundleException, IOException {
    ScoringModel model = loader.open(store.bundle(shadow.modelId()));
    LOG.info(
        "shadowing started: scene={} model={} rate={} until={}",
        shadow.scene(),
        shadow.modelId(),
        shadow.rate(),
        shadow.until());
    FrameBatch batch =
        new FrameBatch(
            model,
            settings.decodedLimits(),
            settings.reconstruction(),
            settings.batchFrames(model.scorer()),
            clock,
            Stages.NONE);
    return new Running(shadow, model, batch);
  }

  private static void close(Running one) {
    one.model().close();
    LOG.info("shadowing ended: scene={} model={}", one.shadow().scene(), one.shadow().modelId());
  }

  /** A challenger that cannot score; the active model continues. */
  private void fail(Shadow shadow, Exception why) {
    LOG.error(
        "shadowing refused: scene={} model={} reason={}",
        shadow.scene(),
        shadow.modelId(),
        why.getMessage(),
        why instanceof RuntimeException ? why : null);
    failed.add(shadow);
  }

  private void take(
      ConsumerRecord<byte[], byte[]> record,
      Map<String, Running> running,
      FrameIntake intake,
      Producer<byte[], byte[]> producer) {
    try {
      String source = FrameReader.source(record.key());
      SourceRule rule = rules.apply(source);
      Running one = running.get(rule.scene());
      if (one == null || !chosen(record.partition(), record.offset(), one.shadow().rate())) {
        return;
      }
      intake.admit(source, record, rule, one.batch());
      if (one.batch().isFull()) {
        publish(one, running, producer);
      }
    } catch (RejectedFrameException e) {
      LOG.debug(
          "frame not shadowed: partition={} offset={} reason={}",
          record.partition(),
          record.offset(),
          e.getMessage());
    }
  }

  /**
   * Returns true if a frame is among those that a rate chooses: the same everywhere and every time.
   *
   * @param rate share of the runs, in (0, 1]
   */
  static boolean chosen(int partition, long offset, double rate) {
    long bits = (offset / RUN) * 0x9E3779B97F4A7C15L + partition * 0xC2B2AE3D27D4EB4FL;
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L; // the finaliser of SplitMix64
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return ((bits ^ (bits >>> 31)) >>> 11) * 0x1.0p-53 < rate;
  }

  private void publish(
      Running one, Map<String, Running> running, Producer<byte[], byte[]> producer) {
    List<ScoredFrame> scores;
    try {
      scores = one.batch().score();
    } catch (RuntimeException e) {
      fail(one.shadow(), e);
      running.remove(one.shadow().scene());
      close(one);
      return;
    }
    String topic = topics.shadowScores().name();
    for (ScoredFrame score : scores) {
      producer.send(
          new ProducerRecord<>(
              topic,
              score.source().getBytes(StandardCharsets.UTF_8),
              topics.shadowScores().write(score)));
    }
  }

  /** Skips the frames that wait from before. */
  private record FromNowOn(Consumer<byte[], byte[]> consumer) implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        consumer.seekToEnd(partitions);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
  }
}
