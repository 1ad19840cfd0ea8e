package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Variables;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.frame.SceneName;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.runtime.ScoringModel;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.testing.Frames;
import dev.residua.testing.TestEngine;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.LatentNames;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoringLoopTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);
  private static final TopicPartition PARTITION = new TopicPartition("residua.frames", 0);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private static final SourceRule LINE_3 =
      SourceRule.of("line-3", "cam2").with(rule -> rule.scene("line-3").revision(2));

  private final Topics topics = new Topics("residua.");
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final MockProducer<byte[], byte[]> successor =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final Iterator<Producer<byte[], byte[]>> producers =
      List.<Producer<byte[], byte[]>>of(producer, successor).iterator();
  private Duration timeout = Duration.ofSeconds(30);
  private final List<Reason> rejected = new ArrayList<>();
  private int scored;
  private int steps;
  private FramesInFlight inFlight = FramesInFlight.none();
  private ScoringSettings settings =
      settings(ReconstructionPlan.EVERY_FRAME, ScoringSettings.TRANSACTION_DEADLINE);
  private TimelineStore store = TimelineStore.EMPTY;
  private ScoringModels models = ScoringModels.fixed(MODEL);
  private Function<String, SourceRule> rules = source -> SourceRule.of("all", "*");

  private ScoringLoop loop() {
    return loop(producers::next);
  }

  private ScoringLoop loop(Supplier<Producer<byte[], byte[]>> producers) {
    return loop(consumer, producers);
  }

  private ScoringLoop loop(
      MockConsumer<byte[], byte[]> consumer, Supplier<Producer<byte[], byte[]>> producers) {
    return new ScoringLoop(
        consumer,
        new ScoringProducers(producers, timeout),
        topics,
        models,
        rules,
        settings,
        store,
        Clock.fixed(NOW, ZoneOffset.UTC),
        new ScoringListener() {
          @Override
          public void committed(int frames, int deadLetters, long nanos) {
            scored += frames;
          }

          @Override
          public void scored(ScoredFrame score) {}

          @Override
          public void stepped() {
            steps++;
          }

          @Override
          public void rejected(Reason reason) {
            rejected.add(reason);
          }
        },
        Stages.NONE,
        Tracing.OFF,
        inFlight);
  }

  /** Frames whose first byte is at least this make the engine fail. */
  private static final int POISON = 200;

  /** Every latent is the first byte of the frame in tenths: tells which frame was scored. */
  private static final ScoringModel MODEL = model("model-1");

  private static ScoringModel model(String id) {
    return model(id, () -> {}, -1);
  }

  /**
   * @param onBatch run before a batch is scored
   * @param end first byte of the frame at which the process lacks memory
   */
  private static ScoringModel model(String id, Runnable onBatch, int end) {
    return new ScoringModel(
        id,
        "ab12",
        List.of("level", "flow, in"),
        new TestEngine(
            SHAPE,
            2,
            (pixels, offset, code) -> {
              int grey = pixels[offset] & 0xff;
              code[0] = grey / 10f;
              code[1] = grey / 10f;
              return grey;
            }) {
          @Override
          public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
            onBatch.run();
            for (int i = 0; i < frames; i++) {
              if ((pixels[i * SHAPE.size()] & 0xff) == end) {
                throw new OutOfMemoryError("of this test");
              }
              if ((pixels[i * SHAPE.size()] & 0xff) >= POISON) {
                throw new IllegalStateException("the engine fails at this frame");
              }
            }
            return super.encodeAndReconstruct(pixels, frames, masks);
          }
        }.scorer(),
        Variables.NONE,
        calibration(),
        AppearanceReference.builder(SHAPE).build(),
        PixelMask.NONE,
        new float[SHAPE.size()],
        null,
        0);
  }

  private static AnomalyCalibration calibration() {
    float[] residuals = new float[400];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) Math.sin(i);
    }
    return AnomalyCalibration.fit(residuals, 2, new float[200], new float[200]);
  }

  private void run(ScoringLoop loop, List<ConsumerRecord<byte[], byte[]>> records) {
    runTwice(loop, records, loop::stop);
  }

  /**
   * Gives the loop records, and the same records once more: it sees only those from its position
   * on.
   *
   * @param meanwhile what happens after the first time
   */
  private void runTwice(
      ScoringLoop loop, List<ConsumerRecord<byte[], byte[]>> records, Runnable meanwhile) {
    run(2, loop, records, meanwhile);
  }

  /** Lets it read the records so many times, as after aborted transactions. */
  private void run(
      int times,
      ScoringLoop loop,
      List<ConsumerRecord<byte[], byte[]>> records,
      Runnable meanwhile) {
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
          records.forEach(consumer::addRecord);
        });
    consumer.schedulePollTask(() -> {}); // after many records it looks for more before it scores
    for (int i = 1; i < times; i++) {
      consumer.schedulePollTask(
          () -> {
            meanwhile.run();
            records.forEach(consumer::addRecord);
          });
    }
    consumer.schedulePollTask(loop::stop);
    loop.run();
  }

  /** Gives the loop records in its first poll, and nothing in so many polls after it. */
  private void schedule(List<ConsumerRecord<byte[], byte[]>> records, int polls) {
    schedule(consumer, records, polls);
  }

  private static void schedule(
      MockConsumer<byte[], byte[]> consumer,
      List<ConsumerRecord<byte[], byte[]>> records,
      int polls) {
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
          records.forEach(consumer::addRecord);
        });
    for (int i = 0; i < polls; i++) {
      consumer.schedulePollTask(() -> {});
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> frames(int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(record(i, key("cam1"), frame("cam1", i)));
    }
    return records;
  }

  private static ConsumerRecord<byte[], byte[]> record(long offset, byte[] key, byte[] value) {
    return new ConsumerRecord<>(PARTITION.topic(), 0, offset, key, value);
  }

  private static byte[] key(String source) {
    return source.getBytes(StandardCharsets.UTF_8);
  }

  /** A frame whose first byte is {@code tag}. */
  private static byte[] frame(String source, int tag) {
    byte[] pixels = new byte[SHAPE.size()];
    java.util.Arrays.fill(pixels, (byte) tag);
    return dev.residua.wire.FrameReader.write(
        new dev.residua.frame.Frame(
            source, tag, NOW, 8, 8, dev.residua.frame.PixelFormat.RGB8, pixels, Map.of()));
  }

  private List<ScoredFrame> scores() {
    return scores(producer);
  }

  private List<ScoredFrame> scores(MockProducer<byte[], byte[]> producer) {
    return producer.history().stream()
        .filter(record -> record.topic().equals(topics.scores().name()))
        .map(r -> topics.scores().value().deserializer().deserialize(r.topic(), r.value()))
        .toList();
  }

  private List<ProducerRecord<byte[], byte[]>> deadLetters() {
    return producer.history().stream()
        .filter(record -> record.topic().equals(topics.deadLetters().name()))
        .toList();
  }

  @Test
  void shouldScoreEveryFrameInOrderAndCommitItsOffsetInTheSameTransaction() {
    // Given
    List<ConsumerRecord<byte[], byte[]>> records = frames(70);
    // When
    run(loop(), records);
    // Then
    assertThat(scores()).extracting(ScoredFrame::sequence).isSorted().hasSize(70);
    assertThat(scores())
        .allSatisfy(s -> assertThat(s.latents()[0]).isEqualTo(s.sequence() / 10f))
        .allSatisfy(s -> assertThat(s.position().offset()).isEqualTo(s.sequence()))
        .allSatisfy(s -> assertThat(s.sensor().luma()).isEqualTo(s.sequence()))
        .allSatisfy(s -> assertThat(s.modelId()).isEqualTo("model-1"));
    assertThat(producer.commitCount()).isEqualTo(1);
    assertThat(producer.consumerGroupOffsetsHistory().get(0).values())
        .allSatisfy(offsets -> assertThat(offsets.get(PARTITION).offset()).isEqualTo(70));
    assertThat(scored).isEqualTo(70);
  }

  @Test
  void shouldNameTheLatentsOfEachScore() {
    // When
    run(loop(), frames(3));
    // Then
    assertThat(producer.history())
        .filteredOn(record -> record.topic().equals(topics.scores().name()))
        .hasSize(3)
        .allSatisfy(
            record ->
                assertThat(LatentNames.of(record.headers())).containsExactly("level", "flow, in"));
  }

  /** Frames of two sources in turn, each in a scene of its own. */
  private static List<ConsumerRecord<byte[], byte[]>> mixed(int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String source = i % 2 == 0 ? "cam1" : "cam2";
      records.add(record(i, key(source), frame(source, i)));
    }
    return records;
  }

  @Test
  void shouldScoreEachSceneInBatchesOfItsOwnAndKeepTheOrderOfTheFrames() {
    // Given
    TwoModels two = TwoModels.ofTwoScenes();
    models = two;
    rules = source -> source.equals("cam2") ? LINE_3 : SourceRule.DEFAULTS;
    // When
    run(loop(), mixed(100));
    // Then
    assertThat(scores()).extracting(ScoredFrame::sequence).isSorted().hasSize(100);
    assertThat(scores())
        .allSatisfy(s -> assertThat(s.latents()[0]).isEqualTo(s.sequence() / 10f))
        .allSatisfy(
            s ->
                assertThat(s.modelId() + " " + s.scene())
                    .isEqualTo(s.source().equals("cam1") ? "model-1 default" : "model-2 line-3"));
    assertThat(two.batches).as("50 frames each, 32 at a time").isEqualTo(4);
  }

  @Test
  void shouldScoreTheFramesOfAModelThatMustMakeRoomForAnother() {
    // Given room for one model
    settings = settings(ReconstructionPlan.EVERY_FRAME, Duration.ofSeconds(9), 1);
    TwoModels two = TwoModels.ofTwoScenes();
    models = two;
    rules = source -> source.equals("cam2") ? LINE_3 : SourceRule.DEFAULTS;
    // When
    run(loop(), mixed(10));
    // Then
    assertThat(scores()).extracting(ScoredFrame::sequence).isSorted().hasSize(10);
    assertThat(two.leases).isEqualTo(10);
    assertThat(two.leased).isEmpty();
  }

  @Test
  void shouldMakeTheFrameOfASceneWithoutModelADeadLetter() {
    // Given
    models = new TwoModels();
    rules = source -> source.equals("cam2") ? LINE_3 : SourceRule.DEFAULTS;
    // When
    run(loop(), mixed(4));
    // Then
    assertThat(scores()).extracting(ScoredFrame::source).containsExactly("cam1", "cam1");
    assertThat(rejected).containsExactly(Reason.NO_MODEL, Reason.NO_MODEL);
    assertThat(deadLetters()).hasSize(2);
  }

  @Test
  void shouldMakeABadFrameADeadLetterWithItsBytesAndScoreTheNext() {
    // Given
    byte[] bad = Frames.truncatedPng();
    // When
    run(
        loop(),
        List.of(
            record(0, key("cam1"), frame("cam1", 1)),
            record(1, key("cam1"), bad),
            record(2, null, frame("cam1", 2)),
            record(3, key("cam1"), null),
            record(4, key("cam1"), frame("cam2", 3)),
            record(5, key("cam1"), frame("cam1", 4))));
    // Then
    assertThat(scores()).extracting(ScoredFrame::sequence).containsExactly(1L, 4L);
    assertThat(rejected)
        .containsExactly(Reason.CORRUPT, Reason.SOURCE, Reason.EMPTY, Reason.SOURCE);
    ProducerRecord<byte[], byte[]> dead = deadLetters().get(0);
    assertThat(dead.value()).isEqualTo(bad);
    assertThat(dead.key()).isEqualTo(key("cam1"));
    Map<String, String> headers = new HashMap<>();
    dead.headers()
        .forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
    assertThat(headers)
        .containsEntry("__streams.errors.topic", "residua.frames")
        .containsEntry("__streams.errors.partition", "0")
        .containsEntry("__streams.errors.offset", "1")
        .containsKey("__streams.errors.exception");
    assertThat(headers.get("__streams.errors.message")).startsWith("CORRUPT: ");
    assertThat(deadLetters().get(2).value()).isNull();
  }

  @Test
  void shouldRefuseOnlyTheFrameAtWhichTheEngineFails() {
    // Given
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(frames(40));
    records.set(7, record(7, key("cam1"), frame("cam1", POISON)));
    records.set(8, record(8, key("cam2"), frame("cam2", POISON + 1)));
    // When
    ScoringLoop loop = loop();
    schedule(records, 60);
    consumer.schedulePollTask(loop::stop);
    loop.run();
    // Then
    assertThat(scores())
        .extracting(score -> score.position().offset())
        .containsExactlyElementsOf(
            LongStream.range(0, 40).filter(i -> i != 7 && i != 8).boxed().toList());
    assertThat(rejected).containsExactly(Reason.POISON, Reason.POISON);
    assertThat(deadLetters())
        .extracting(letter -> header(letter, "__streams.errors.offset"))
        .containsExactly("7", "8");
    assertThat(header(deadLetters().get(0), "__streams.errors.message"))
        .contains("the engine fails at this frame");
  }

  @Test
  void shouldScoreEveryFrameOfATransactionBeforeItBegins() {
    // Given
    List<Boolean> open = new ArrayList<>();
    models =
        ScoringModels.fixed(model("model-1", () -> open.add(producer.transactionInFlight()), -1));
    // When
    run(loop(), frames(70));
    // Then
    assertThat(scores()).hasSize(70);
    assertThat(open).as("a transaction is open while a batch is scored").hasSize(3);
    assertThat(open).containsOnly(false);
  }

  @Test
  void shouldRefuseTheFrameAtWhichTwoProcessesEndedAndScoreTheOthersOnce(@TempDir Path folder) {
    // Given processes that end while frame 40 is scored, in whichever batch it is
    Path file = folder.resolve("in-flight");
    List<ConsumerRecord<byte[], byte[]>> records = frames(70);
    models = ScoringModels.fixed(model("model-1", () -> {}, 40));
    twoProcessesEnd(file, records);

    // When
    inFlight = FramesInFlight.in(file);
    run(loop(), records);

    // Then
    assertThat(scores())
        .extracting(score -> score.position().offset())
        .containsExactlyElementsOf(LongStream.range(0, 70).filter(i -> i != 40).boxed().toList());
    assertThat(rejected).containsExactly(Reason.POISON);
    assertThat(header(deadLetters().get(0), "__streams.errors.offset")).isEqualTo("40");
    assertThat(header(deadLetters().get(0), "__streams.errors.message"))
        .contains("2 processes ended while this frame was scored");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model-1", "model-2"})
  void shouldSuspectNoFrameWhereTwoProcessesEndedWhileTheyOpenedAModel(
      String opened, @TempDir Path folder) {
    // Given
    Path file = folder.resolve("in-flight");
    List<ConsumerRecord<byte[], byte[]>> records = mixed(70);
    rules = source -> source.equals("cam2") ? LINE_3 : SourceRule.DEFAULTS;
    TwoModels two = TwoModels.ofTwoScenes();
    two.tooLarge = opened;
    models = two;
    twoProcessesEnd(file, records);

    // When
    models = TwoModels.ofTwoScenes();
    inFlight = FramesInFlight.in(file);
    run(loop(), records);

    // Then
    assertThat(scores()).hasSize(70);
    assertThat(rejected).isEmpty();
  }

  private void twoProcessesEnd(Path file, List<ConsumerRecord<byte[], byte[]>> records) {
    for (int process = 1; process <= 2; process++) {
      MockConsumer<byte[], byte[]> its = new MockConsumer<>("earliest");
      inFlight = FramesInFlight.in(file);
      ScoringLoop loop =
          loop(
              its,
              () ->
                  new MockProducer<>(
                      true, null, new ByteArraySerializer(), new ByteArraySerializer()));
      schedule(its, records, 1);
      assertThatThrownBy(loop::run).isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void shouldReportAStepAlsoWhileNoBrokerAnswers() {
    // Given
    int[] attempts = {0};
    Producer<byte[], byte[]> unanswered =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public void initTransactions() {
            attempts[0]++;
            if (attempts[0] < 4) {
              throw new TimeoutException("no broker");
            }
            super.initTransactions();
          }
        };
    ScoringLoop loop = loop(() -> unanswered);
    // When
    consumer.schedulePollTask(loop::stop);
    loop.run();
    // Then
    assertThat(attempts[0]).isEqualTo(4);
    assertThat(steps).as("one per attempt, and the loop's own").isGreaterThanOrEqualTo(5);
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldEndWithOneMessageWhereTheEngineFailsAtEveryFrame() {
    // Given
    ScoringLoop loop = loop();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(record(i, key("cam" + i), frame("cam" + i, POISON)));
    }
    schedule(records, 60);
    // When, Then
    assertThatThrownBy(loop::run)
        .isInstanceOf(ScoringEndedException.class)
        .hasMessageContaining("fails at every frame")
        .hasMessageContaining("the engine fails");
    assertThat(deadLetters()).hasSize(PoisonFrames.MOST_IN_A_ROW);
    assertThat(scores()).isEmpty();
  }

  @Test
  void shouldReadTheRecordsAgainAfterAnAbortedTransaction() {
    // Given
    producer.commitTransactionException = new KafkaException("a replica was lost");
    // When
    runTwice(loop(), frames(2), () -> producer.commitTransactionException = null);
    // Then
    assertThat(scores()).extracting(ScoredFrame::sequence).containsExactly(0L, 1L);
    assertThat(scored).isEqualTo(2);
    assertThat(successor.transactionInitialized()).as("another producer was needed").isFalse();
  }

  @Test
  void shouldGoOnWithAnotherProducerWhereNoBrokerEndsTheTransaction() {
    // Given
    producer.commitTransactionException = new TimeoutException("the coordinator is slow");
    // When
    runTwice(loop(), frames(2), () -> {});
    // Then
    assertThat(producer.closed()).isTrue();
    assertThat(scores()).isEmpty();
    assertThat(scores(successor)).extracting(ScoredFrame::sequence).containsExactly(0L, 1L);
    assertThat(scored).isEqualTo(2);
  }

  @Test
  void shouldNotScoreAgainWhatWasCommittedAlthoughNoBrokerSaidSo() {
    // Given
    producer.commitTransactionException = new TimeoutException("the coordinator is slow");
    ScoringLoop loop =
        loop(
            () -> {
              consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(1)));
              return producers.next();
            });
    // When
    runTwice(loop, frames(2), () -> {});
    // Then
    assertThat(scores(successor)).extracting(ScoredFrame::sequence).containsExactly(1L);
  }

  /** What a broker answers for a transaction that it aborted itself or for another process. */
  static List<ApiException> abortedByTheBroker() {
    return List.of(
        new ProducerFencedException("fenced"),
        new InvalidProducerEpochException("old epoch"),
        new InvalidTxnStateException("the transaction is aborted"));
  }

  @ParameterizedTest
  @MethodSource("abortedByTheBroker")
  void shouldReadAgainWhatTheBrokerAbortedBecauseItTookTooLong(ApiException aborted) {
    // Given
    timeout = Duration.ofNanos(1); // every transaction takes longer
    producer.commitTransactionException = new KafkaException("in an error state", aborted);
    producer.abortTransactionException = new KafkaException("in an error state", aborted);
    // When
    runTwice(loop(), frames(2), () -> {});
    // Then
    assertThat(scores(successor)).extracting(ScoredFrame::sequence).containsExactly(0L, 1L);
  }

  @ParameterizedTest
  @MethodSource("abortedByTheBroker")
  void shouldEndWithOneMessageWhenAnotherProcessTookItsPlace(ApiException fenced) {
    // Given
    ScoringLoop loop = loop();
    producer.commitTransactionException = new KafkaException("in an error state", fenced);
    producer.abortTransactionException = new KafkaException("in an error state", fenced);
    // When, Then
    assertThatThrownBy(() -> run(loop, frames(1)))
        .isInstanceOf(ScoringEndedException.class)
        .hasMessageContaining("another process took over")
        .hasMessageContaining("residua.instance")
        .hasMessageContaining("--instance");
    assertThat(consumer.closed()).isTrue();
    assertThat(producer.closed()).isTrue();
  }

  private long timelineRecords() {
    return producer.history().stream()
        .filter(record -> record.topic().equals(topics.timelines().name()))
        .count();
  }

  @Test
  void shouldScoreAFrameOnceThatItsProducerSendsTwice() {
    // When
    run(
        loop(),
        List.of(
            record(0, key("cam1"), frame("cam1", 1)),
            record(1, key("cam2"), frame("cam2", 1)),
            record(2, key("cam1"), frame("cam1", 1)),
            record(3, key("cam1"), frame("cam1", 2))));
    // Then
    assertThat(scores()).extracting(ScoredFrame::source).containsExactly("cam1", "cam2", "cam1");
    assertThat(rejected).containsExactly(Reason.DUPLICATE);
    assertThat(deadLetters()).hasSize(1);
    assertThat(timelineRecords()).as("one a source").isEqualTo(2);
  }

  @Test
  void shouldKnowFramesThatItsPredecessorScored() {
    // Given what a first instance left
    run(loop(), List.of(record(0, key("cam1"), frame("cam1", 1))));
    ProducerRecord<byte[], byte[]> left =
        producer.history().stream()
            .filter(r -> r.topic().equals(topics.timelines().name()))
            .findFirst()
            .orElseThrow();
    assertThat(left.partition()).isZero();
    ScoringLoopTest successor = new ScoringLoopTest();
    successor.store =
        partitions ->
            Map.of(0, Map.of(new String(left.key(), StandardCharsets.UTF_8), left.value()));
    // When
    successor.run(
        successor.loop(),
        List.of(
            record(1, key("cam1"), frame("cam1", 1)), record(2, key("cam1"), frame("cam1", 2))));
    // Then
    assertThat(successor.rejected).containsExactly(Reason.DUPLICATE);
    assertThat(successor.scores()).extracting(ScoredFrame::sequence).containsExactly(2L);
  }

  @Test
  void shouldNotTakeFramesOfAnAbortedTransactionForSeen() {
    // Given a commit that fails once
    producer.commitTransactionException = new KafkaException("refused");
    ScoringLoop loop = loop();
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
          consumer.addRecord(record(0, key("cam1"), frame("cam1", 1)));
        });
    for (int i = 0; i < 3; i++) {
      consumer.schedulePollTask(
          () -> {
            if (producer.transactionAborted()) {
              producer.commitTransactionException = null;
            }
          });
    }
    consumer.schedulePollTask(loop::stop);
    // When
    loop.run();
    // Then
    assertThat(scores()).extracting(ScoredFrame::sequence).containsExactly(1L);
    assertThat(rejected).isEmpty();
    assertThat(scored).isEqualTo(1);
  }

  @Test
  void shouldEndATransactionAtItsDeadlineAndLeaveNothingOut() {
    // Given a deadline that has passed after the first frame, such as one that was slow to fetch
    settings = settings(ReconstructionPlan.EVERY_FRAME, Duration.ofNanos(1));
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      records.add(record(i, key("cam1"), frame("cam1", i)));
    }
    ScoringLoop loop = loop();
    schedule(records, 100);
    consumer.schedulePollTask(loop::stop);
    // When
    loop.run();
    // Then
    assertThat(producer.commitCount()).isEqualTo(100);
    assertThat(scores())
        .extracting(ScoredFrame::sequence)
        .containsExactlyElementsOf(LongStream.range(0, 100).boxed().toList());
  }

  @ParameterizedTest
  @CsvSource({"32, 256, '32, 32, 32, 4'", "64, 256, '64, 36'", "1000, 50, '50, 50'"})
  void shouldGiveAnEngineTheBatchesItAsksFor(int batchFrames, int maxFrames, String expected) {
    // Given
    List<Integer> sizes = new ArrayList<>();
    ScoringModel usual = model("model-1");
    models =
        ScoringModels.fixed(
            new ScoringModel(
                usual.id(),
                usual.digest(),
                usual.latents(),
                batching(batchFrames, sizes),
                usual.variables(),
                usual.calibration(),
                usual.appearance(),
                usual.mask(),
                usual.meanPicture(),
                usual.details(),
                usual.bytes()));
    settings =
        settings(
            ReconstructionPlan.EVERY_FRAME,
            Duration.ofMinutes(1),
            ScoringSettings.MODEL_MEMORY,
            maxFrames);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      records.add(record(i, key("cam1"), frame("cam1", i)));
    }
    // When
    run(loop(), records);
    // Then
    assertThat(sizes).hasToString("[" + expected + "]");
    assertThat(scores()).hasSize(100);
  }

  /** An engine that asks for batches of a size, and keeps the sizes that it got. */
  private static ResidualScorer batching(int batchFrames, List<Integer> sizes) {
    return new TestEngine(SHAPE, 2, (pixels, offset, code) -> 0) {
      @Override
      public int batchFrames() {
        return batchFrames;
      }

      @Override
      public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
        sizes.add(frames);
        return super.encodeAndReconstruct(pixels, frames, masks);
      }
    }.scorer();
  }

  private static ScoringSettings settings(ReconstructionPlan plan, Duration transactionDeadline) {
    return settings(plan, transactionDeadline, ScoringSettings.MODEL_MEMORY);
  }

  private static ScoringSettings settings(
      ReconstructionPlan plan, Duration transactionDeadline, long modelMemory) {
    return settings(
        plan, transactionDeadline, modelMemory, ScoringSettings.defaults("score", "1").maxFrames());
  }

  private static ScoringSettings settings(
      ReconstructionPlan plan, Duration transactionDeadline, long modelMemory, int maxFrames) {
    ScoringSettings usual = ScoringSettings.defaults("score", "1");
    return new ScoringSettings(
        usual.group(),
        usual.instance(),
        1,
        1,
        maxFrames,
        usual.guarantee(),
        modelMemory,
        Duration.ZERO,
        transactionDeadline,
        plan,
        usual.timelines(),
        usual.limits(),
        usual.references(),
        usual.registry());
  }

  @Test
  void shouldReconstructSampledFramesAndThoseWithUnusualResiduals() {
    // Given frames of which those from 20 on have residuals beyond all calibration frames
    ReconstructionPlan plan = new ReconstructionPlan(0.25, 0.05);
    settings = settings(plan, ScoringSettings.TRANSACTION_DEADLINE);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      records.add(record(i, key("cam1"), frame("cam1", i)));
    }
    // When
    run(loop(), records);
    // Then
    List<ScoredFrame> scores = scores();
    assertThat(scores).hasSize(40);
    assertThat(scores)
        .allSatisfy(
            score -> {
              boolean sampled =
                  plan.samples(
                      new dev.residua.frame.Frame(
                          "cam1",
                          score.sequence(),
                          NOW,
                          8,
                          8,
                          dev.residua.frame.PixelFormat.RGB8,
                          new byte[0],
                          Map.of()));
              Reconstruction expected =
                  sampled
                      ? Reconstruction.SAMPLED
                      : score.statistics().jointPValue() <= 0.05f
                          ? Reconstruction.ASKED
                          : Reconstruction.NONE;
              assertThat(score.statistics().reconstruction()).isEqualTo(expected);
              if (expected == Reconstruction.NONE) {
                assertThat(score.statistics().reconstructionError()).isNaN();
                assertThat(score.statistics().reconstructionPValue()).isNaN();
              } else {
                // the error of the fake is the first byte: that of the right frame
                assertThat(score.statistics().reconstructionError())
                    .isEqualTo((float) score.sequence());
              }
            });
    assertThat(scores)
        .extracting(score -> score.statistics().reconstruction())
        .contains(Reconstruction.SAMPLED, Reconstruction.ASKED, Reconstruction.NONE);
  }

  @Test
  void shouldSendADeadLetterThatIsTooLargeWithoutItsValueAndSayWhereItIs() {
    // Given
    byte[] large = new byte[5_000];
    TopicLimit limited = new TopicLimit(topics.deadLetters().name(), 4_000);
    List<ConsumerRecord<byte[], byte[]>> records =
        List.of(record(0, key("cam1"), frame("cam1", 1)), record(1, key("cam1"), large));
    // When
    runTwice(loop(() -> limited), records, () -> {});
    // Then
    assertThat(scores(limited)).extracting(ScoredFrame::sequence).containsExactly(1L);
    List<ProducerRecord<byte[], byte[]>> letters =
        limited.history().stream()
            .filter(r -> r.topic().equals(topics.deadLetters().name()))
            .toList();
    assertThat(letters).hasSize(1);
    assertThat(letters.get(0).key()).isEqualTo(key("cam1"));
    assertThat(letters.get(0).value()).isNull();
    assertThat(
            new String(
                letters.get(0).headers().lastHeader(DeadLetter.TRUNCATED).value(),
                StandardCharsets.UTF_8))
        .contains("residua.frames-0 offset 1");
    assertThat(letters.get(0).headers().lastHeader("__streams.errors.message")).isNotNull();
  }

  @Test
  void shouldKeepTheValuesOfLettersThatAreRefusedOnlyBesideALargeOne() {
    // Given
    BatchLimit limited = new BatchLimit(topics.deadLetters().name(), 4_000);
    List<ConsumerRecord<byte[], byte[]>> records =
        List.of(
            record(0, key("cam1"), new byte[3_000]),
            record(1, key("cam1"), new byte[5_000]),
            record(2, key("cam1"), new byte[6_000]),
            record(3, key("cam1"), new byte[10]));
    // When it reads them three times: one of the large ones is found each time
    run(3, loop(() -> limited), records, () -> {});
    // Then
    assertThat(limited.history())
        .filteredOn(r -> r.topic().equals(topics.deadLetters().name()))
        .extracting(r -> r.value() == null ? -1 : r.value().length)
        .containsExactly(3_000, -1, -1, 10);
  }

  @Test
  void shouldEndWhereAScoreIsLargerThanItsTopicAllows() {
    // Given
    TopicLimit limited = new TopicLimit(topics.scores().name(), 10);
    // When, Then
    assertThatThrownBy(() -> run(loop(() -> limited), frames(1)))
        .isInstanceOf(ScoringEndedException.class)
        .hasMessageContaining("max.message.bytes")
        .hasMessageContaining("residua.scores");
  }

  /** A broker that refuses large records of one topic, and with them their transaction. */
  private static class TopicLimit extends MockProducer<byte[], byte[]> {
    private final String topic;
    private final int bytes;

    TopicLimit(String topic, int bytes) {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
      this.topic = topic;
      this.bytes = bytes;
    }

    boolean isOfTopic(ProducerRecord<byte[], byte[]> record) {
      return record.topic().equals(topic);
    }

    boolean isTooLarge(ProducerRecord<byte[], byte[]> record) {
      return isOfTopic(record) && record.value() != null && record.value().length > bytes;
    }

    Future<RecordMetadata> sent(ProducerRecord<byte[], byte[]> record) {
      return super.send(record, null);
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      if (isTooLarge(record)) {
        RecordTooLargeException refused = new RecordTooLargeException("too large");
        commitTransactionException = new KafkaException("in an error state", refused);
        if (callback != null) {
          callback.onCompletion(null, refused);
        }
        return CompletableFuture.failedFuture(refused);
      }
      return super.send(record, callback);
    }

    @Override
    public void abortTransaction() {
      super.abortTransaction();
      commitTransactionException = null;
    }
  }

  /** A broker that gets all records of a topic as one batch, and refuses all for a large one. */
  private static final class BatchLimit extends TopicLimit {
    private final List<Callback> batch = new ArrayList<>();
    private boolean large;

    BatchLimit(String topic, int bytes) {
      super(topic, bytes);
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      if (isOfTopic(record)) {
        batch.add(callback);
        large |= isTooLarge(record);
      }
      return sent(record);
    }

    @Override
    public void commitTransaction() {
      if (large) {
        RecordTooLargeException refused = new RecordTooLargeException("too large");
        batch.forEach(callback -> callback.onCompletion(null, refused));
        throw new KafkaException("in an error state", refused);
      }
      super.commitTransaction();
    }

    @Override
    public void abortTransaction() {
      super.abortTransaction();
      batch.clear();
      large = false;
    }
  }

  /** Two models; the second takes over once the loop may know of it. */
  private static final class TwoModels implements ScoringModels {
    private final Map<String, ScoringModel> models =
        Map.of("model-1", counted("model-1"), "model-2", counted("model-2"));
    private ModelRegistry registry =
        ModelRegistry.EMPTY.with(
            List.of(
                entry("model-1"),
                entry("model-2"),
                activation(0, "model-1", Activation.Kind.INITIAL)));
    private final List<String> leased = new ArrayList<>();
    private int leases;
    private int batches;
    private int refreshed;
    private String unusable = "";
    private String tooLarge = "";

    /** The second is that of the scene of {@link #LINE_3}. */
    static TwoModels ofTwoScenes() {
      TwoModels two = new TwoModels();
      two.registry =
          two.registry.with(
              List.of(
                  new Activation(
                      1, "line-3", "model-2", "", Activation.Kind.INITIAL, NOW, "me", "a test")));
      return two;
    }

    private ScoringModel counted(String id) {
      return model(id, () -> batches++, -1);
    }

    static Entry entry(String model) {
      return new Entry(
          model,
          SceneName.DEFAULT,
          "",
          null,
          NOW,
          "me",
          10,
          "",
          1,
          null,
          null,
          Map.of(),
          List.of(),
          null);
    }

    static Activation activation(long number, String model, Activation.Kind kind) {
      return new Activation(number, SceneName.DEFAULT, model, "", kind, NOW, "me", "a test");
    }

    void activate(long number, String model) {
      registry = registry.with(List.of(activation(number, model, Activation.Kind.PROMOTION)));
    }

    @Override
    public void refresh() {
      refreshed++;
    }

    @Override
    public Optional<Activation> activationAt(String scene, int partition, long offset) {
      return registry.scene(scene).at(partition, offset);
    }

    @Override
    public List<Activation> pending(int partition) {
      return registry.scenes().stream()
          .flatMap(scene -> registry.scene(scene).pending(partition).stream())
          .toList();
    }

    @Override
    public void activationsCommitted(Collection<Start> starts) {
      registry = registry.with(List.copyOf(starts));
    }

    @Override
    public Lease lease(Activation activation) {
      String id = activation.modelId();
      if (id.equals(tooLarge)) {
        throw new OutOfMemoryError("no room for " + id);
      }
      if (id.equals(unusable)) {
        registry = registry.with(List.of(new RegistryRecord.Removed(activation.key())));
        throw new UnusableModelException(activation, new IllegalStateException("gone"));
      }
      leased.add(id);
      leases++;
      return new Lease() {
        @Override
        public ScoringModel model() {
          return models.get(id);
        }

        @Override
        public void close() {
          leased.remove(id);
        }
      };
    }
  }

  private List<Start> starts(MockProducer<byte[], byte[]> producer) {
    return producer.history().stream()
        .filter(record -> record.topic().equals(topics.models().name()))
        .map(record -> (Start) ModelRecords.fact(record.key(), record.value()).orElseThrow())
        .toList();
  }

  @Test
  void shouldLetAModelTakeOverAtTheOffsetThatItSaysInTheTransactionOfThatFrame() {
    // Given
    TwoModels two = new TwoModels();
    models = two;
    List<ConsumerRecord<byte[], byte[]>> records = frames(20);
    ScoringLoop loop = loop();
    // When the second model is activated after the first ten frames
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
          records.subList(0, 10).forEach(consumer::addRecord);
        });
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(
        () -> {
          two.activate(1, "model-2");
          records.subList(10, 20).forEach(consumer::addRecord);
        });
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(loop::stop);
    loop.run();
    // Then
    assertThat(starts(producer)).containsExactly(new Start(1, 0, 10));
    assertThat(scores()).hasSize(20);
    assertThat(scores())
        .allSatisfy(
            score ->
                assertThat(score.modelId())
                    .isEqualTo(score.sequence() < 10 ? "model-1" : "model-2"));
    assertThat(producer.commitCount()).as("no transaction more than for the frames").isEqualTo(2);
    assertThat(two.refreshed).as("asked when the partition was taken over").isEqualTo(1);
    assertThat(two.leased).as("nothing is held at the end").isEmpty();
  }

  @Test
  void shouldScoreWithTheModelBeforeWhereTheActivatedOneCannotBeUsed() {
    // Given an activation that holds from frame 4 on, of a model that cannot be opened
    TwoModels two = new TwoModels();
    two.activate(1, "model-2");
    two.activationsCommitted(List.of(new Start(1, 0, 4)));
    two.unusable = "model-2";
    models = two;
    ScoringLoop loop = loop();
    // When
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
          frames(10).forEach(consumer::addRecord);
        });
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(loop::stop);
    loop.run();
    // Then
    assertThat(scores()).hasSize(10);
    assertThat(scores()).allSatisfy(score -> assertThat(score.modelId()).isEqualTo("model-1"));
    assertThat(starts(producer)).isEmpty();
  }

  @Test
  void shouldBeginAnActivationWithoutAnyFrame() {
    // Given
    TwoModels two = new TwoModels();
    models = two;
    ScoringLoop loop = loop();
    // When
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 7L));
          two.activate(1, "model-2");
        });
    consumer.schedulePollTask(loop::stop);
    loop.run();
    // Then
    assertThat(starts(producer)).containsExactly(new Start(1, 0, 7));
    assertThat(producer.commitCount()).isEqualTo(1);
    assertThat(two.registry.scene(SceneName.DEFAULT).pending(0)).isEmpty();
  }

  @Test
  void shouldNotHaveTakenOverWhereTheTransactionFailed() {
    // Given a model that is to take over with the first frame, and a commit that fails once
    TwoModels two = new TwoModels();
    two.activate(1, "model-2");
    models = two;
    producer.commitTransactionException = new TimeoutException("the coordinator is slow");
    ScoringLoop loop = loop();
    // When
    runTwice(loop, frames(5), () -> {});
    // Then it takes over with the same frame in the repetition
    assertThat(starts(successor)).containsExactly(new Start(1, 0, 0));
    assertThat(scores(successor)).hasSize(5);
    assertThat(scores(successor))
        .allSatisfy(score -> assertThat(score.modelId()).isEqualTo("model-2"));
    assertThat(two.registry.starts(1)).containsEntry(0, 0L);
  }

  @Test
  void shouldScoreFramesThatAreReadAgainWithTheModelsOfTheirTime() {
    // Given a partition on which the second model took over at 3 and the first came back at 6
    TwoModels two = new TwoModels();
    two.activate(1, "model-2");
    two.activationsCommitted(List.of(new Start(1, 0, 3)));
    two.activate(2, "model-1");
    two.activationsCommitted(List.of(new Start(2, 0, 6)));
    models = two;
    // When
    run(loop(), frames(9));
    // Then
    assertThat(scores())
        .extracting(ScoredFrame::modelId)
        .containsExactly(
            "model-1", "model-1", "model-1", "model-2", "model-2", "model-2", "model-1", "model-1",
            "model-1");
    assertThat(scores()).extracting(ScoredFrame::sequence).isSorted();
    assertThat(starts(producer)).isEmpty();
  }
}
