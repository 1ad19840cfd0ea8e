package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.scoring.Stages.Stage;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls frames, scores them and publishes, in Kafka transactions: scores, dead letters, the
 * timelines of the sources and the consumed offsets become visible together or not at all. Every
 * accepted frame gives one {@code FrameScore} and every refused record one dead letter, in the
 * order of the partition, also when the process dies at any point.
 *
 * <p>A transaction takes what is there, at most {@link ScoringSettings#maxFrames}, and ends early
 * at its deadline; the rest waits for the next one. While as much as one transaction waits, the
 * partitions are paused, so that memory stays bounded while the group hears of this member.
 *
 * <p>Runs on one thread, which owns consumer and producer; {@link #stop} may be called from any.
 */
public final class ScoringLoop implements Runnable {
  /** Frames that go through the network together; larger batches gain nothing on a CPU. */
  public static final int BATCH_FRAMES = 32;

  private static final Logger LOG = LoggerFactory.getLogger(ScoringLoop.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final Publication publication;
  private final Topics topics;
  private final Supplier<ScoringModel> active;
  private final ScoringSettings settings;
  private final TimelineStore store;
  private final Timelines timelines;
  private final FrameIntake intake;
  private final Clock clock;
  private final ScoringListener listener;
  private final Stages stages;
  private final AtomicBoolean stopped = new AtomicBoolean();

  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private boolean paused;
  private FrameBatch batch;

  /**
   * @param consumer not yet subscribed, reads committed records, commits nothing by itself
   * @param producer not yet initialised; transactional where the settings promise exactly once
   * @param active the model in use; asked once a transaction
   * @param store where timelines of partitions come from that are taken over
   */
  public ScoringLoop(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      Topics topics,
      Supplier<ScoringModel> active,
      ScoringSettings settings,
      TimelineStore store,
      Clock clock,
      ScoringListener listener,
      Stages stages) {
    this.consumer = consumer;
    this.producer = producer;
    this.publication =
        switch (settings.guarantee()) {
          case EXACTLY_ONCE -> new Publication.ExactlyOnce(consumer, producer);
          case AT_LEAST_ONCE -> new Publication.AtLeastOnce(consumer, producer);
        };
    this.topics = topics;
    this.active = active;
    this.settings = settings;
    this.store = store;
    this.timelines = new Timelines(settings.clockTolerance());
    this.intake =
        new FrameIntake(
            new FrameReader(settings.limits()),
            new ReferencedFrames(settings.references()),
            timelines,
            clock,
            stages);
    this.clock = clock;
    this.listener = listener;
    this.stages = stages;
    this.batch = batchFor(active.get());
  }

  /** Makes {@link #run} return after the transaction in progress. */
  public void stop() {
    stopped.set(true);
    consumer.wakeup();
  }

  /**
   * Runs until {@link #stop}; closes consumer and producer.
   *
   * @throws KafkaException if the loop cannot go on, such as when another instance took its
   *     transactional id
   */
  @Override
  public void run() {
    try (consumer;
        producer) {
      publication.start();
      consumer.subscribe(List.of(topics.frames().name()), new Ownership());
      while (!stopped.get()) {
        gather();
        if (!waiting.isEmpty()) {
          transact();
        }
      }
    } catch (WakeupException e) {
      if (!stopped.get()) {
        throw e;
      }
    }
  }

  /** Fetches what there is, and a little longer where the settings say so. */
  private void gather() {
    stages.enter(Stage.CONSUME);
    poll(waiting.isEmpty() ? POLL : Duration.ZERO);
    long deadline = System.nanoTime() + settings.batchDeadline().toNanos();
    while (!waiting.isEmpty() && waiting.size() < settings.maxFrames() && !stopped.get()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      poll(Duration.ofNanos(left));
    }
  }

  private void poll(Duration timeout) {
    boolean full = waiting.size() >= settings.maxFrames();
    if (full || paused) {
      if (full) {
        consumer.pause(consumer.assignment()); // also what has been assigned since
      } else {
        consumer.resume(consumer.paused());
      }
      paused = full;
    }
    consumer.poll(timeout).forEach(waiting::addLast);
  }

  private void transact() {
    long start = System.nanoTime();
    List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
    try {
      publication.begin();
      int scored = score(taken, start + settings.transactionDeadline().toNanos());
      stages.enter(Stage.PRODUCE);
      timelines.publish(
          (partition, key, value) ->
              publication.send(
                  new ProducerRecord<>(topics.timelines().name(), partition, key, value)));
      stages.enter(Stage.COMMIT);
      publication.commit(offsets(taken));
      timelines.committed();
      listener.committed(scored, taken.size() - scored, System.nanoTime() - start);
    } catch (ApplicationRecoverableException
        | InvalidConfigurationException
        | OutOfOrderSequenceException e) {
      throw e; // the producer is of no further use; the process restarts and resumes at the
      // committed offsets
    } catch (KafkaException e) {
      LOG.warn(
          "transaction aborted, its {} records are taken again: {}", taken.size(), e.toString());
      publication.abort();
      timelines.aborted();
      for (int i = taken.size() - 1; i >= 0; i--) {
        waiting.addFirst(taken.get(i));
      }
    }
  }

  /**
   * Scores what waits, until the deadline or the most that one transaction takes.
   *
   * @param taken receives the records that were scored or refused
   * @return how many were scored
   */
  private int score(List<ConsumerRecord<byte[], byte[]>> taken, long deadline) {
    ScoringModel model = active.get();
    if (batch.model() != model) {
      batch = batchFor(model);
    }
    batch.clear();
    int scored = 0;
    while (!waiting.isEmpty() && taken.size() < settings.maxFrames()) {
      if (taken.size() % BATCH_FRAMES == 0 && !taken.isEmpty() && System.nanoTime() > deadline) {
        break;
      }
      ConsumerRecord<byte[], byte[]> record = waiting.removeFirst();
      taken.add(record);
      try {
        intake.take(record, batch);
        scored++;
      } catch (RejectedFrameException why) {
        publication.send(DeadLetters.of(topics.deadLetters().name(), record, why));
        listener.rejected(why.reason());
        LOG.debug(
            "refused a frame: topic={} partition={} offset={} reason={}",
            record.topic(),
            record.partition(),
            record.offset(),
            why.getMessage());
      }
    }
    batch.flush();
    return scored;
  }

  private FrameBatch batchFor(ScoringModel model) {
    return new FrameBatch(
        model,
        settings.decodedLimits(),
        settings.reconstruction(),
        BATCH_FRAMES,
        clock,
        this::send,
        stages);
  }

  private void send(ScoredFrame score) {
    String topic = topics.scores().name();
    publication.send(
        new ProducerRecord<>(
            topic,
            score.source().getBytes(StandardCharsets.UTF_8),
            topics.scores().value().serializer().serialize(topic, score)));
    listener.scored(score);
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(
      List<ConsumerRecord<byte[], byte[]>> taken) {
    Map<TopicPartition, ConsumerRecord<byte[], byte[]>> last = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : taken) {
      last.put(new TopicPartition(record.topic(), record.partition()), record);
    }
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    last.forEach(
        (partition, record) -> {
          Optional<Integer> epoch = record.leaderEpoch();
          next.put(partition, new OffsetAndMetadata(record.offset() + 1, epoch, ""));
        });
    return next;
  }

  /** Takes over and gives up partitions; called inside polls, when no transaction is open. */
  private final class Ownership implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      long start = System.nanoTime();
      // Answers only when the predecessor's transactions on these partitions are decided.
      consumer.committed(new java.util.HashSet<>(partitions));
      Map<Integer, Map<String, byte[]>> stored = store.load(partitions);
      for (TopicPartition partition : partitions) {
        timelines.assigned(
            partition.partition(), stored.getOrDefault(partition.partition(), Map.of()));
      }
      paused = true; // new partitions may be fetched or not: the next poll says
      LOG.info(
          "took over {} with {} sources in {} ms",
          partitions,
          timelines.size(),
          (System.nanoTime() - start) / 1_000_000);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        timelines.revoked(partition.partition());
      }
      waiting.removeIf(
          record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
    }
  }
}
