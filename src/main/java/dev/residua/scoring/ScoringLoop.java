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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
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
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final long MIN_PAUSE_MILLIS = 50;
  private static final long MAX_PAUSE_MILLIS = 2_000;

  private final Consumer<byte[], byte[]> consumer;
  private final ScoringProducers producers;
  private final Topics topics;
  private final Supplier<ScoringModel> active;
  private final FrameReader reader;
  private final FrameLimits limits;
  private final Clock clock;
  private final ScoringListener listener;
  private final AtomicBoolean stopped = new AtomicBoolean();

  private final DeadLetters deadLetters;
  private final TransactionFailure.Place place;
  private final Recovering recovering = new Recovering();

  private Producer<byte[], byte[]> producer;
  private FrameBatch batch;

  /**
   * @param consumer not yet subscribed, reads committed records, commits nothing by itself
   * @param producers makes its producer, and another where that one is of no further use
   * @param active the model in use; asked once a poll
   */
  public ScoringLoop(
      Consumer<byte[], byte[]> consumer,
      ScoringProducers producers,
      Topics topics,
      Supplier<ScoringModel> active,
      FrameLimits limits,
      Clock clock,
      ScoringListener listener) {
    this.consumer = consumer;
    this.producers = producers;
    this.producer = producers.next().get();
    this.deadLetters = new DeadLetters(topics.deadLetters().name());
    ConsumerGroupMetadata group = consumer.groupMetadata();
    this.place =
        new TransactionFailure.Place(
            group.groupInstanceId().orElse(group.groupId()),
            List.of(topics.scores().name(), topics.deadLetters().name()),
            producers.transactionTimeout());
    this.topics = topics;
    this.active = active;
    this.limits = limits;
    this.reader = new FrameReader(limits);
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
   * Runs until {@link #stop}; closes consumer and producer. Survives brokers that are lost for a
   * while and transactions that fail or time out: their frames are read again.
   *
   * @throws ScoringEndedException if only a person can help, such as when another process took its
   *     transactional id
   */
  @Override
  public void run() {
    try (consumer) {
      consumer.subscribe(List.of(topics.frames().name()));
      initialise();
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
    } catch (KafkaException e) {
      throw new ScoringEndedException(TransactionFailure.of(e, Duration.ZERO, place).message(), e);
    } finally {
      producer.close(CLOSE);
    }
  }

  private void transact(ConsumerRecords<byte[], byte[]> records) {
    long start = System.nanoTime();
    try {
      producer.beginTransaction();
      int scored = score(records);
      producer.sendOffsetsToTransaction(offsets(records), consumer.groupMetadata());
      producer.commitTransaction();
      deadLetters.committed();
      recovering.succeeded();
      listener.committed(scored, records.count() - scored, System.nanoTime() - start);
    } catch (KafkaException e) {
      recovering.from(e, start, records);
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
          deadLetters.send(producer, record, why);
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

  /** Fences whoever had the transactional id, and waits as long as no broker answers. */
  private void initialise() {
    while (!stopped.get()) {
      try {
        producer.initTransactions();
        return;
      } catch (TimeoutException e) {
        LOG.warn("{}", TransactionFailure.of(e, Duration.ZERO, place).message());
      }
    }
  }

  /** Goes on after a transaction failed, with pauses that grow while nothing succeeds. */
  private final class Recovering implements TransactionFailure.Recovery {
    private ConsumerRecords<byte[], byte[]> records = ConsumerRecords.empty();
    private KafkaException failure = new KafkaException();
    private long beganNanos;
    private long pauseMillis = MIN_PAUSE_MILLIS;

    void from(
        KafkaException failure, long beganNanos, ConsumerRecords<byte[], byte[]> ofTransaction) {
      this.failure = failure;
      this.beganNanos = beganNanos;
      this.records = ofTransaction;
      judged(failure).handle(this);
    }

    private TransactionFailure judged(KafkaException failure) {
      return TransactionFailure.of(
          failure, Duration.ofNanos(System.nanoTime() - beganNanos), place);
    }

    void succeeded() {
      pauseMillis = MIN_PAUSE_MILLIS;
    }

    @Override
    public void readAgain(String message) {
      LOG.warn("{}", message);
      if (aborted()) {
        rewind();
        pause();
      }
    }

    @Override
    public void shortenOrEnd(String message) {
      if (aborted()) {
        if (!deadLetters.shorterNextTime()) {
          end(message);
        }
        LOG.warn("a dead letter is larger than its topic allows and goes without its value");
        rewind();
      }
    }

    @Override
    public void startOver(String message) {
      LOG.warn("{}", message);
      pause();
      producer.close(Duration.ZERO);
      producer = producers.next().get();
      initialise();
      seekToCommitted();
    }

    @Override
    public void end(String message) {
      throw new ScoringEndedException(message, failure);
    }

    /** Aborts; where that fails as well, does what that failure asks for instead. */
    private boolean aborted() {
      try {
        producer.abortTransaction();
        return true;
      } catch (KafkaException e) {
        TransactionFailure why = judged(e);
        if (why instanceof TransactionFailure.End) {
          why.handle(this);
        } else {
          startOver(why.message());
        }
        return false;
      }
    }

    /** After an abort the consumer stands behind records that are not committed: back to them. */
    private void rewind() {
      for (TopicPartition partition : records.partitions()) {
        if (consumer.assignment().contains(partition)) {
          consumer.seek(partition, records.records(partition).get(0).offset());
        }
      }
    }

    /** Where the outcome was unknown, the committed offsets tell it. */
    private void seekToCommitted() {
      while (!stopped.get()) {
        try {
          Map<TopicPartition, OffsetAndMetadata> committed =
              consumer.committed(records.partitions());
          rewind();
          committed.forEach(
              (partition, offset) -> {
                if (offset != null && consumer.assignment().contains(partition)) {
                  consumer.seek(partition, offset);
                }
              });
          return;
        } catch (TimeoutException e) {
          LOG.warn("{}", TransactionFailure.of(e, Duration.ZERO, place).message());
        }
      }
    }

    private void pause() {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
      pauseMillis = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
    }
  }
}
