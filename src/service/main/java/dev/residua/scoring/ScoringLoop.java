package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FramePosition;
import dev.residua.scoring.Stages.Stage;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.FrameReader;
import dev.residua.wire.LatentNames;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls frames, scores them and publishes, in Kafka transactions: scores, dead letters, the
 * timelines of the sources and the consumed offsets become visible together or not at all. Every
 * accepted frame gives one {@code FrameScore} and every refused record one dead letter, in the
 * order of the partition, also when the process dies at any point.
 *
 * <p>A transaction takes the waiting records, at most {@link ScoringSettings#maxFrames}, and no
 * more after a deadline; the rest waits for the next one, see {@link FrameQueue}. Its frames are
 * scored before it begins, see {@link FrameScoring}.
 *
 * <p>Runs on one thread, which owns consumer and producer; {@link #stop} may be called from any.
 */
public final class ScoringLoop implements Runnable {
  /** Most frames that one poll should hand over: 256 MiB for the largest values, uncompressed. */
  public static final int POLLED_FRAMES = 16;

  private static final Logger LOG = LoggerFactory.getLogger(ScoringLoop.class);
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final long MIN_PAUSE_MILLIS = 50;
  private static final long MAX_PAUSE_MILLIS = 2_000;
  private static final long REPORT_NANOS = 1_000_000_000L;

  private final Consumer<byte[], byte[]> consumer;
  private final ScoringProducers producers;
  private final Topics topics;
  private final ScoringModels models;
  private final ScoringSettings settings;
  private final TimelineStore store;
  private final FrameQueue waiting;
  private final Timelines timelines;
  private final ActivationStarts activations;
  private final ModelBatches batches;
  private final FetchAhead fetches;
  private final FrameScoring scoring;
  private final FramesInFlight inFlight;
  private final ScoringListener listener;
  private final Stages stages;
  private final Tracing tracing;
  private final String group;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final DeadLetters deadLetters;
  private final TransactionFailure.Place place;
  private final Recovering recovering = new Recovering();
  private final PoisonFrames poison = new PoisonFrames();

  private Producer<byte[], byte[]> producer;
  private Publication publication;
  private Tracing.Batch traces;
  private long beganNanos; // the work at hand, and then its transaction
  private long reportedNanos = System.nanoTime() - REPORT_NANOS;

  /**
   * @param consumer not yet subscribed, reads committed records, commits nothing automatically
   * @param producers makes its producer, and another if that one is of no further use;
   *     transactional if the settings promise exactly once
   * @param models the models in use
   * @param rules the rule of each source
   * @param store of the timelines of partitions that are taken over
   * @param tracing carries the traces of frames on to their scores
   * @param inFlight remembers which frames are being scored; closed here
   */
  public ScoringLoop(
      Consumer<byte[], byte[]> consumer,
      ScoringProducers producers,
      Topics topics,
      ScoringModels models,
      Function<String, SourceRule> rules,
      ScoringSettings settings,
      TimelineStore store,
      Clock clock,
      ScoringListener listener,
      Stages stages,
      Tracing tracing,
      FramesInFlight inFlight) {
    this.consumer = consumer;
    this.producers = producers;
    this.producer = producers.next().get();
    this.publication = Publication.of(settings.guarantee(), consumer, producer);
    this.deadLetters = new DeadLetters(topics.deadLetters().name());
    ConsumerGroupMetadata group = consumer.groupMetadata();
    this.place =
        new TransactionFailure.Place(
            group.groupInstanceId().orElse(group.groupId()),
            List.of(
                topics.scores().name(),
                topics.deadLetters().name(),
                topics.timelines().name(),
                topics.models().name()),
            producers.transactionTimeout());
    this.topics = topics;
    this.models = models;
    this.settings = settings;
    this.store = store;
    this.waiting = new FrameQueue(consumer, settings.maxFrames());
    this.timelines = new Timelines(settings.timelines());
    this.activations = new ActivationStarts(models, consumer, waiting, topics.models().name());
    this.inFlight = inFlight;
    this.batches = new ModelBatches(models, settings, inFlight, clock, stages);
    FrameReader reader = new FrameReader(settings.limits(), settings.registry());
    this.fetches = new FetchAhead(settings.references(), reader, System::nanoTime);
    this.scoring =
        new FrameScoring(
            batches,
            rules,
            new FrameIntake(reader, fetches, timelines, clock, stages),
            fetches,
            poison,
            inFlight,
            settings.maxFrames());
    this.listener = listener;
    this.stages = stages;
    this.tracing = tracing;
    this.group = group.groupId();
    this.traces = newTraces();
  }

  /** Makes {@link #run} return after the transaction in progress. */
  public void stop() {
    stopped.set(true);
    consumer.wakeup();
  }

  /**
   * Runs until {@link #stop}; closes consumer and producer. Survives brokers that are lost for a
   * while and transactions that fail or time out: their frames are taken again.
   *
   * @throws ScoringEndedException if only a person can help, such as when another process took its
   *     transactional id
   */
  @Override
  public void run() {
    try (consumer) {
      consumer.subscribe(List.of(topics.frames().name()), new Ownership());
      initialise();
      while (!stopped.get()) {
        observe(listener::stepped);
        stages.enter(Stage.CONSUME);
        waiting.gather(settings.batchDeadline(), stopped::get);
        reportProgress();
        if (!waiting.isEmpty() || activations.pending()) {
          transact();
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
      fetches.close();
      batches.close();
      inFlight.close();
    }
  }

  private Tracing.Batch newTraces() {
    return tracing.batch(topics.frames().name(), topics.scores().name(), group);
  }

  /** Reports progress and lag about once per second. */
  private void reportProgress() {
    long now = System.nanoTime();
    if (now - reportedNanos < REPORT_NANOS) {
      return;
    }
    reportedNanos = now;
    long behind = waiting.size();
    for (TopicPartition partition : consumer.assignment()) {
      behind += consumer.currentLag(partition).orElse(0);
    }
    long total = behind;
    observe(() -> listener.progressed(total));
  }

  /** Scores the waiting records and publishes the scores in a transaction. */
  private void transact() {
    long start = System.nanoTime();
    beganNanos = start;
    traces = newTraces();
    try {
      activations.choose();
      scoring.score(
          waiting, activations::at, traces, start + settings.transactionDeadline().toNanos());
      publish();
    } catch (KafkaException e) {
      traces.failed(e);
      recovering.from(e);
      return;
    } catch (PoisonFrames.UnscoredException e) {
      traces.failed(e);
      recovering.fromPoison(e);
      return;
    } catch (UnusableModelException e) { // nothing is published yet
      traces.failed(e);
      LOG.warn("taking the frames again with the model before: reason={}", e.getMessage());
      recovering.takeAgain();
      return;
    }
    committed(System.nanoTime() - start);
  }

  private void committed(long nanos) {
    traces.committed(scoring.taken().size());
    timelines.committed();
    deadLetters.committed();
    recovering.succeeded();
    poison.committed(scoring.taken().size(), scoring.scores().size());
    inFlight.committed(scoring.taken());
    activations.committed(
        (activation, begun) -> observe(() -> listener.activationCommitted(activation, begun)));
    if (batches.size() > 1) {
      batches.keep(activations.modelsInUse());
    }
    report(nanos);
  }

  private void publish() {
    beganNanos = System.nanoTime();
    publication.begin();
    stages.enter(Stage.PRODUCE);
    activations.publish(publication);
    publishScores();
    for (FrameScoring.Refusal refusal : scoring.refusals()) {
      deadLetters.send(publication, refusal.record(), refusal.why());
    }
    timelines.publish(
        (partition, key, value) ->
            send(new ProducerRecord<>(topics.timelines().name(), partition, key, value)));
    stages.enter(Stage.COMMIT);
    publication.commit(offsets(scoring.taken()));
  }

  private void publishScores() {
    String topic = topics.scores().name();
    for (ScoredFrame score : scoring.scores()) {
      FramePosition position = score.position();
      Headers headers = traces.headers(score.source(), position.partition(), position.offset());
      batches
          .latentNames(score.modelId())
          .ifPresent(names -> headers.add(LatentNames.HEADER, names));
      send(
          new ProducerRecord<>(
              topic,
              null,
              score.source().getBytes(StandardCharsets.UTF_8),
              topics.scores().value().serializer().serialize(topic, score),
              headers));
    }
  }

  /** Reports the committed scores; no observer can fail the transaction, or count it twice. */
  private void report(long nanos) {
    observe(
        () -> {
          scoring.scores().forEach(listener::scored);
          scoring.refusals().forEach(refusal -> listener.rejected(refusal.why().reason()));
          listener.committed(scoring.scores().size(), scoring.refusals().size(), nanos);
        });
  }

  private static void observe(Runnable report) {
    try {
      report.run();
    } catch (RuntimeException e) {
      LOG.warn("an observer of the scoring loop failed; scoring is not affected", e);
    }
  }

  private void send(ProducerRecord<byte[], byte[]> result) {
    publication.send(result, (metadata, failure) -> {}); // the commit reports failures
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(
      List<ConsumerRecord<byte[], byte[]>> taken) {
    Map<TopicPartition, ConsumerRecord<byte[], byte[]>> last = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : taken) {
      last.put(FrameQueue.partition(record), record);
    }
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    last.forEach(
        (partition, record) ->
            next.put(
                partition, new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), "")));
    return next;
  }

  /** Fences the previous owner of the transactional id; waits until a broker answers. */
  private void initialise() {
    retried(publication::start);
  }

  /** Repeats an action until a broker answers in time. */
  private void retried(Runnable what) {
    while (!stopped.get()) {
      observe(listener::stepped);
      try {
        what.run();
        return;
      } catch (TimeoutException e) {
        LOG.warn("{}", TransactionFailure.of(e, Duration.ZERO, place).message());
      }
    }
  }

  private void takeOver(Collection<TopicPartition> partitions) {
    Map<Integer, Map<String, byte[]>> stored = store.load(partitions);
    for (TopicPartition partition : partitions) {
      timelines.assigned(
          partition.partition(), stored.getOrDefault(partition.partition(), Map.of()));
    }
  }

  /** Takes over and gives up partitions; called inside polls, when no transaction is open. */
  private final class Ownership implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (partitions.isEmpty()) {
        return;
      }
      long start = System.nanoTime();
      retried(
          () -> {
            // Answers only when the predecessor's transactions on these partitions are decided.
            consumer.committed(new HashSet<>(partitions));
            models.refresh();
            takeOver(partitions);
          });
      LOG.info(
          "partitions taken over: count={} topic={} sources={} ms={}",
          partitions.size(),
          topics.frames().name(),
          timelines.size(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      partitions.forEach(partition -> timelines.revoked(partition.partition()));
      waiting.forget(partitions);
    }
  }

  /** Continues after a transaction failed, with pauses that grow while nothing succeeds. */
  private final class Recovering implements TransactionFailure.Recovery {
    private KafkaException failure = new KafkaException();
    private long pauseMillis = MIN_PAUSE_MILLIS;

    void from(KafkaException failure) {
      this.failure = failure;
      classify(failure).handle(this);
    }

    /** Takes the frames again, one by one, so that only the one at fault is refused. */
    void fromPoison(PoisonFrames.UnscoredException failure) {
      LOG.error(
          "scoring failed unexpectedly: count={}", scoring.taken().size(), failure.getCause());
      this.failure = new KafkaException(failure);
      takeAgain();
      if (!poison.failed(scoring.taken(), failure)) {
        end(
            "scoring fails at every frame, %d in a row: %s; the engine or the model is at fault, see the log. No frame is lost"
                .formatted(PoisonFrames.MOST_IN_A_ROW, failure.getMessage()));
      }
    }

    private TransactionFailure classify(KafkaException failure) {
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
        takeAgain();
        pause();
      }
    }

    @Override
    public void shortenOrEnd(String message) {
      if (aborted()) {
        if (!deadLetters.shorterNextTime()) {
          end(message);
        }
        LOG.warn("dead letter is larger than its topic allows; sending it without its value");
        takeAgain();
      }
    }

    @Override
    public void startOver(String message) {
      LOG.warn("{}", message);
      pause();
      producer.close(Duration.ZERO);
      producer = producers.next().get();
      publication = Publication.of(settings.guarantee(), consumer, producer);
      initialise();
      resumeAtCommitted();
    }

    @Override
    public void end(String message) {
      throw new ScoringEndedException(message, failure);
    }

    /** Aborts; if that fails as well, handles that failure instead. */
    private boolean aborted() {
      try {
        publication.abort();
        return true;
      } catch (KafkaException e) {
        TransactionFailure why = classify(e);
        if (why instanceof TransactionFailure.End) {
          why.handle(this);
        } else {
          startOver(why.message());
        }
        return false;
      }
    }

    /** After an abort, restores the state before the transaction. */
    private void takeAgain() {
      timelines.aborted();
      waiting.putBack(scoring.taken());
    }

    /** If the outcome was unknown, the committed offsets and timelines show it. */
    private void resumeAtCommitted() {
      waiting.putBack(scoring.taken());
      Map<TopicPartition, Long> first = waiting.clear();
      timelines.drop();
      Set<TopicPartition> assigned = consumer.assignment();
      retried(
          () -> {
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(assigned);
            models.refresh();
            takeOver(assigned);
            for (TopicPartition partition : assigned) {
              OffsetAndMetadata offset = committed.get(partition);
              if (offset != null) {
                consumer.seek(partition, offset);
              } else if (first.containsKey(partition)) {
                consumer.seek(partition, first.get(partition));
              }
            }
          });
    }

    private void pause() {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
      pauseMillis = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
    }
  }
}
