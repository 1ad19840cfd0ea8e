package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
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
 * Scores a share of the frames with a challenger, independently of the active model: to its own
 * topic, from now on, and for as long as the registry says. The share is taken in runs of {@value
 * #RUN} frames of a partition, chosen by their offsets, so that what is not chosen is not even
 * decoded. After a failure some scores come twice or are missing; nothing but the comparison of the
 * two models depends on them.
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
  private final ModelStore store;
  private final ModelPool.Loader loader;
  private final ScoringSettings settings;
  private final Clock clock;
  private final Runnable heartbeat;
  private volatile boolean stopped;

  /**
   * @param consumers in a group of their own; closed here
   * @param producers without transactions; closed here
   * @param heartbeat called after every step
   */
  public ShadowLoop(
      Supplier<Consumer<byte[], byte[]>> consumers,
      Supplier<Producer<byte[], byte[]>> producers,
      Topics topics,
      ModelStore store,
      ModelPool.Loader loader,
      ScoringSettings settings,
      Clock clock,
      Runnable heartbeat) {
    this.consumers = consumers;
    this.producers = producers;
    this.topics = topics;
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
    Shadow failed = null;
    while (!stopped) {
      heartbeat.run();
      Optional<Shadow> wanted = wanted();
      if (wanted.isPresent() && !wanted.get().equals(failed)) {
        try {
          shadow(wanted.get());
        } catch (BadBundleException e) {
          LOG.error(
              "shadowing refused: model={} reason={}", wanted.get().modelId(), e.getMessage());
          failed = wanted.get();
        } catch (KafkaException | IOException e) {
          LOG.warn("shadowing failed, retrying: reason={}", e.getMessage());
          pause();
        } catch (RuntimeException e) { // of the challenger's engine; the active model goes on
          LOG.error("shadowing failed unexpectedly: model={}", wanted.get().modelId(), e);
          failed = wanted.get();
        }
      } else {
        pause();
      }
    }
  }

  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
  }

  private Optional<Shadow> wanted() {
    Instant now = clock.instant();
    return store
        .registry()
        .shadow()
        .filter(shadow -> !now.isBefore(shadow.from()) && now.isBefore(shadow.until()));
  }

  private void shadow(Shadow shadow) throws BadBundleException, IOException {
    try (ScoringModel model = loader.open(store.bundle(shadow.modelId()));
        Consumer<byte[], byte[]> consumer = consumers.get();
        Producer<byte[], byte[]> producer = producers.get()) {
      LOG.info(
          "shadowing started: model={} rate={} until={}",
          shadow.modelId(),
          shadow.rate(),
          shadow.until());
      FrameBatch batch =
          new FrameBatch(
              model,
              settings.decodedLimits(),
              settings.reconstruction(),
              ScoringLoop.BATCH_FRAMES,
              clock,
              Stages.NONE);
      FrameIntake intake =
          FrameIntake.stored(
              new FrameReader(settings.limits(), settings.registry()),
              settings.references(),
              clock);
      consumer.subscribe(List.of(topics.frames().name()), new FromNowOn(consumer));
      while (!stopped && wanted().filter(shadow::equals).isPresent()) {
        heartbeat.run();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (chosen(record.partition(), record.offset(), shadow.rate())) {
            admit(intake, batch, record);
            if (batch.isFull()) {
              publish(producer, batch.score());
            }
          }
        }
        publish(producer, batch.score());
      }
    } catch (WakeupException e) {
      if (!stopped) {
        throw e;
      }
    }
    LOG.info("shadowing ended: model={}", shadow.modelId());
  }

  private static void admit(
      FrameIntake intake, FrameBatch batch, ConsumerRecord<byte[], byte[]> record) {
    try {
      intake.admit(record, batch);
    } catch (RejectedFrameException e) {
      LOG.debug(
          "frame not shadowed: partition={} offset={} reason={}",
          record.partition(),
          record.offset(),
          e.getMessage());
    }
  }

  /**
   * Whether a frame is among those that a rate chooses: the same everywhere and every time.
   *
   * @param rate share of the runs, in (0, 1]
   */
  static boolean chosen(int partition, long offset, double rate) {
    long bits = (offset / RUN) * 0x9E3779B97F4A7C15L + partition * 0xC2B2AE3D27D4EB4FL;
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L; // the finaliser of SplitMix64
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return ((bits ^ (bits >>> 31)) >>> 11) * 0x1.0p-53 < rate;
  }

  private void publish(Producer<byte[], byte[]> producer, List<ScoredFrame> scores) {
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
