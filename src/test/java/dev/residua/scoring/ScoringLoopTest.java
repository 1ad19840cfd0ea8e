package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.Frames;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ScoringLoopTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);
  private static final TopicPartition PARTITION = new TopicPartition("residua.frames", 0);
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Topics topics = new Topics("residua.");
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<Reason> rejected = new ArrayList<>();
  private int scored;

  private ScoringLoop loop() {
    return new ScoringLoop(
        consumer,
        producer,
        topics,
        () -> MODEL,
        FrameLimits.DEFAULTS,
        new FrameReader(FrameLimits.DEFAULTS),
        Clock.fixed(NOW, ZoneOffset.UTC),
        new ScoringListener() {
          @Override
          public void committed(int frames, int deadLetters, long nanos) {
            scored += frames;
          }

          @Override
          public void rejected(Reason reason) {
            rejected.add(reason);
          }
        });
  }

  /** Every latent is the first byte of the frame in tenths: tells which frame was scored. */
  private static final ScoringModel MODEL =
      new ScoringModel(
          "model-1",
          new FrameScorer() {
            @Override
            public ImageShape imageShape() {
              return SHAPE;
            }

            @Override
            public int latents() {
              return 2;
            }

            @Override
            public LatentBatch score(byte[] pixels, int frames) {
              float[] values = new float[frames * 2];
              for (int i = 0; i < values.length; i++) {
                values[i] = (pixels[i / 2 * SHAPE.size()] & 0xff) / 10f;
              }
              return new LatentBatch(
                  frames, 2, values, new float[values.length], values, new float[frames]);
            }

            @Override
            public void close() {}
          },
          calibration(),
          AppearanceReference.builder(SHAPE).build());

  private static AnomalyCalibration calibration() {
    float[] residuals = new float[400];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) Math.sin(i);
    }
    return AnomalyCalibration.fit(residuals, 2, new float[200], new float[200]);
  }

  private void run(ScoringLoop loop, List<ConsumerRecord<byte[], byte[]>> records) {
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(PARTITION));
          consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
          records.forEach(consumer::addRecord);
        });
    consumer.schedulePollTask(loop::stop);
    loop.run();
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
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      records.add(record(i, key("cam1"), frame("cam1", i)));
    }
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
  void shouldReadTheRecordsAgainAfterAnAbortedTransaction() {
    // Given
    producer.commitTransactionException =
        new org.apache.kafka.common.errors.TimeoutException("the coordinator is slow");
    List<ConsumerRecord<byte[], byte[]>> records =
        List.of(record(0, key("cam1"), frame("cam1", 1)), record(1, key("cam1"), frame("cam1", 2)));
    // When
    run(loop(), records);
    // Then
    assertThat(scores()).isEmpty();
    assertThat(scored).isZero();
    assertThat(producer.transactionAborted()).isTrue();
  }

  @Test
  void shouldEndWhenAnotherInstanceTookItsPlace() {
    // Given
    ScoringLoop loop = loop();
    producer.commitTransactionException = new ProducerFencedException("fenced");
    // When, Then
    assertThatThrownBy(() -> run(loop, List.of(record(0, key("cam1"), frame("cam1", 1)))))
        .isInstanceOf(ProducerFencedException.class);
    assertThat(consumer.closed()).isTrue();
    assertThat(producer.closed()).isTrue();
  }
}
