package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
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
 * Polls frames, scores them and publishes, one Kafka transaction a poll: scores, dead letters and
 * the consumed offsets become visible together or not at all. Every accepted frame gives one {@code
 * FrameScore} and every refused record one dead letter, in the order of the partition, also when
 * the process dies at any point.
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
  private final Topics topics;
  private final Supplier<ScoringModel> active;
  private final FrameReader reader;
  private final FrameLimits limits;
  private final Clock clock;
  private final ScoringListener listener;
  private final AtomicBoolean stopped = new AtomicBoolean();

  private FrameBatch batch;

  /**
   * @param consumer not yet subscribed, reads committed records, commits nothing by itself
   * @param producer transactional, not yet initialised
   * @param active the model in use; asked once a poll
   */
  public ScoringLoop(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      Topics topics,
      Supplier<ScoringModel> active,
      FrameLimits limits,
      FrameReader reader,
      Clock clock,
      ScoringListener listener) {
    this.consumer = consumer;
    this.producer = producer;
    this.topics = topics;
    this.active = active;
    this.limits = limits;
    this.reader = reader;
    this.clock = clock;
    this.listener = listener;
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
      producer.initTransactions();
      consumer.subscribe(List.of(topics.frames().name()));
      while (!stopped.get()) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          transact(records);
        }
      }
    } catch (WakeupException e) {
      if (!stopped.get()) {
        throw e;
      }
    }
  }

  private void transact(ConsumerRecords<byte[], byte[]> records) {
    long start = System.nanoTime();
    try {
      producer.beginTransaction();
      int scored = score(records);
      producer.sendOffsetsToTransaction(offsets(records), consumer.groupMetadata());
      producer.commitTransaction();
      listener.committed(scored, records.count() - scored, System.nanoTime() - start);
    } catch (ApplicationRecoverableException
        | InvalidConfigurationException
        | OutOfOrderSequenceException e) {
      throw e; // the producer is of no further use; the process restarts and resumes at the
      // committed offsets
    } catch (KafkaException e) {
      LOG.warn(
          "transaction aborted, its {} records are read again: {}", records.count(), e.toString());
      producer.abortTransaction();
      rewind(records);
    }
  }

  private int score(ConsumerRecords<byte[], byte[]> records) {
    ScoringModel model = active.get();
    if (batch.model() != model) {
      batch = batchFor(model);
    }
    batch.clear();
    int scored = 0;
    for (TopicPartition partition : records.partitions()) {
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        try {
          FramePosition position =
              new FramePosition(record.topic(), record.partition(), record.offset());
          batch.add(reader.read(record), position);
          scored++;
        } catch (RejectedFrameException why) {
          producer.send(DeadLetters.of(topics.deadLetters().name(), record, why));
          listener.rejected(why.reason());
          LOG.debug(
              "refused a frame: topic={} partition={} offset={} reason={}",
              record.topic(),
              record.partition(),
              record.offset(),
              why.getMessage());
        }
      }
    }
    batch.flush();
    return scored;
  }

  private FrameBatch batchFor(ScoringModel model) {
    return new FrameBatch(model, limits, BATCH_FRAMES, clock, this::send);
  }

  private void send(ScoredFrame score) {
    String topic = topics.scores().name();
    producer.send(
        new ProducerRecord<>(
            topic,
            score.source().getBytes(StandardCharsets.UTF_8),
            topics.scores().value().serializer().serialize(topic, score)));
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(
      ConsumerRecords<byte[], byte[]> records) {
    return records.nextOffsets();
  }

  /** After an abort the consumer stands behind records that are not committed: back to them. */
  private void rewind(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      if (consumer.assignment().contains(partition)) {
        consumer.seek(partition, records.records(partition).get(0).offset());
      }
    }
  }
}
