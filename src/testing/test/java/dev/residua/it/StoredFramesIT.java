package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.decoding.Stabilizer;
import dev.residua.drift.CalibrationPhase;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.PixelMask;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.renewal.job.CollectedFrames;
import dev.residua.renewal.job.FrameRange;
import dev.residua.renewal.job.FrameRequest;
import dev.residua.renewal.job.RetentionTooShortException;
import dev.residua.renewal.job.StoredExclusions;
import dev.residua.renewal.job.StoredFrames;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.OffsetRange;
import dev.residua.renewal.selection.RejectionReason;
import dev.residua.renewal.selection.SelectionSettings;
import dev.residua.renewal.selection.StreamData;
import dev.residua.scoring.ReferenceSettings;
import dev.residua.source.SourceRule;
import dev.residua.testing.TestBroker;
import dev.residua.topic.OffsetSpan;
import dev.residua.training.TrainingProgress;
import dev.residua.wire.DeadLetter;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredFramesIT {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final int FRAMES = 1_200;
  private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 1_000, 1_000_000);
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);
  private static final Stabilizer STABILIZER =
      new Stabilizer(new CameraRegistration(SHAPE, new float[SHAPE.size()]), PixelMask.NONE);
  private static final SelectionSettings SELECTION =
      SelectionSettings.DEFAULTS.with(
          c -> {
            c.trainingFrames(500);
            c.calibrationFrames(300);
            c.heldOutFrames(150);
            c.minStretchFrames(20);
            c.separationFrames(10);
            c.duplicateGreyLevels(0);
          });

  /** Frames that must not be learnt, by sequence of source cam1. */
  private static final int INCIDENT = 300;

  private static final int MAINTENANCE = 600;
  private static final int LETTER = 800;

  private static TestBroker broker;
  private static KafkaClients clients;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    broker = TestBroker.start();
    clients = broker.clients();
  }

  @AfterAll
  static void stop() {
    TestBroker.close(broker);
  }

  private static Instant time(int sequence) {
    return START.plusMillis(50L * sequence);
  }

  /** Topics of one test, with two sources on one partition each and frames to be left out. */
  private static Topics written(String prefix) throws Exception {
    Topics topics = new Topics(prefix);
    List<NewTopic> all = new ArrayList<>();
    for (Topic<?, ?> topic :
        List.of(
            topics.frames(),
            topics.incidents(),
            topics.control(),
            topics.calibrations(),
            topics.deadLetters())) {
      // Frames of long ago would be deleted while the test reads them.
      all.add(new NewTopic(topic.name(), 2, (short) 1).configs(Map.of("retention.ms", "-1")));
    }
    TestBroker.create(clients, all);
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < FRAMES; i++) {
        sent.add(producer.send(frame(topics, 0, "cam1", i, i == LETTER ? new byte[3] : pixels(i))));
        sent.add(producer.send(frame(topics, 1, "cam2", i, pixels(i + 7))));
      }
      sent.add(producer.send(record(topics.incidents(), "i1", incident())));
      sent.add(
          producer.send(
              record(
                  topics.control(),
                  "m1",
                  new Maintenance(
                      new Order("m1", "cam1", "ann", "belt change", START),
                      new Period(time(MAINTENANCE), time(MAINTENANCE + 50))))));
      sent.add(producer.send(letter(topics)));
      for (Future<?> one : sent) {
        one.get();
      }
    }
    return topics;
  }

  private static byte[] pixels(int i) {
    byte[] pixels = new byte[SHAPE.size()];
    for (int k = 0; k < pixels.length; k++) {
      pixels[k] = (byte) (i * 31 + k * 7);
    }
    return pixels;
  }

  private static ProducerRecord<byte[], byte[]> frame(
      Topics topics, int partition, String source, int i, byte[] data) {
    Frame frame =
        new Frame(
            source,
            i,
            time(i),
            8,
            8,
            PixelFormat.GRAY8,
            data,
            i % 10 == 0 ? Map.of("factor.light", Integer.toString(i)) : Map.of());
    return new ProducerRecord<>(
        topics.frames().name(),
        partition,
        time(i).toEpochMilli(),
        source.getBytes(StandardCharsets.UTF_8),
        FrameReader.write(frame));
  }

  private static Incident incident() {
    return new Incident(
        "i1",
        "cam1",
        Subject.latent("shadow_length", false),
        Incident.State.RESOLVED,
        null,
        Severity.WARNING,
        "INTERVENTION.MECHANISM_CHANGE",
        new Summary("It broke", "it broke"),
        null,
        List.of(),
        null,
        null,
        time(INCIDENT),
        time(INCIDENT + 100),
        time(INCIDENT + 100),
        INCIDENT - 220,
        INCIDENT + 100,
        1,
        0,
        null,
        null,
        "m1",
        "ab12",
        null,
        Map.of());
  }

  private static <V> ProducerRecord<byte[], byte[]> record(
      Topic<String, V> topic, String key, V value) {
    return new ProducerRecord<>(
        topic.name(),
        key.getBytes(StandardCharsets.UTF_8),
        topic.value().serializer().serialize(topic.name(), value));
  }

  private static ProducerRecord<byte[], byte[]> letter(Topics topics) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topics.deadLetters().name(),
            "cam1".getBytes(StandardCharsets.UTF_8),
            new byte[] {1, 2, 3});
    new DeadLetter(
            "DIMENSIONS", "3 bytes", "RejectedFrameException", topics.frames().name(), 0, LETTER, 0)
        .addTo(record.headers(), "");
    return record;
  }

  private static Properties settings() {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", clients.bootstrapServers());
    return settings;
  }

  private static Consumer<byte[], byte[]> consumer() {
    return clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static StoredFrames stored(Topics topics) {
    return new StoredFrames(
        StoredFramesIT::consumer,
        topics.frames().name(),
        new FrameReader(LIMITS),
        LIMITS,
        ReferenceSettings.NONE);
  }

  private CollectedFrames collect(Topics topics, FrameRange range, List<String> accepted)
      throws RetentionTooShortException {
    return stored(topics)
        .collect(
            range,
            StoredExclusions.read(StoredFramesIT::consumer, topics, accepted, () -> false),
            new FrameRequest(
                SHAPE,
                List.of("light"),
                List.of(),
                SELECTION,
                source -> true,
                source -> SourceRule.DEFAULTS,
                STABILIZER,
                1_000,
                directory),
            TrainingProgress.SILENT,
            () -> false);
  }

  private static Set<Integer> sequences(StreamData data, String source) {
    Set<Integer> sequences = new HashSet<>();
    for (int i = 0; i < data.size(); i++) {
      if (data.frame(i).source().equals(source)) {
        sequences.add((int) data.frame(i).sequence());
      }
    }
    return sequences;
  }

  @Test
  void shouldReadBackWhatMayBeLearnt() throws Exception {
    Topics topics = written("one.");

    String digest;
    try (CollectedFrames frames = collect(topics, new FrameRange.All(), List.of())) {
      StreamData data = frames.parts().training();
      StreamData heldOut = frames.parts().heldOut();
      digest = data.sha256();

      // The incident from the change that it names, the maintenance, and the letter are out
      assertThat(frames.parts().leftOut())
          .containsEntry(RejectionReason.INCIDENT, 320L)
          .containsEntry(RejectionReason.MAINTENANCE, 50L)
          .containsEntry(RejectionReason.DEAD_LETTER, 1L)
          .doesNotContainKey(RejectionReason.UNREADABLE);
      Set<Integer> learnt = sequences(data, "cam1");
      learnt.addAll(sequences(heldOut, "cam1"));
      assertThat(learnt)
          .noneMatch(i -> i >= INCIDENT - 220 && i < INCIDENT + 100)
          .noneMatch(i -> i >= MAINTENANCE && i < MAINTENANCE + 50)
          .doesNotContain(LETTER);
      assertThat(sequences(data, "cam2")).anyMatch(i -> i >= INCIDENT && i < INCIDENT + 100);
      // Everything is as it was sent, pixels and readings
      byte[] pixels = new byte[SHAPE.size()];
      for (int i = 0; i < data.size(); i++) {
        int sequence = (int) data.frame(i).sequence();
        data.read(i, pixels, 0);
        assertThat(pixels)
            .isEqualTo(pixels(data.frame(i).source().equals("cam1") ? sequence : sequence + 7));
        if (sequence % 10 == 0) {
          assertThat(data.factors(i)).containsExactly(sequence);
        } else {
          assertThat(data.factors(i)).isNull();
        }
      }
      // Held out is the end of each source
      assertThat(heldOut.sequences()).hasSize(2);
      assertThat(heldOut.ranges())
          .containsExactly(
              new OffsetRange("one.frames", 0, FRAMES - 75, FRAMES - 1),
              new OffsetRange("one.frames", 1, FRAMES - 75, FRAMES - 1));
      assertThat(data.trained()).isEqualTo(500);
      assertThat(data.dataRange()).startsWith("one.frames-0@").contains("one.frames-1@");
    }

    // Once more, within offsets of all records
    FrameRange offsets =
        new FrameRange.Offsets(Map.of(0, new OffsetSpan(0, FRAMES), 1, new OffsetSpan(0, 9_999)));
    try (CollectedFrames again = collect(topics, offsets, List.of())) {
      assertThat(again.parts().training().sha256()).isEqualTo(digest);
    }
    // Accepted frames are learnt
    try (CollectedFrames accepted = collect(topics, new FrameRange.All(), List.of("i1"))) {
      assertThat(accepted.parts().leftOut()).doesNotContainKey(RejectionReason.INCIDENT);
      assertThat(accepted.parts().training().sha256()).isNotEqualTo(digest);
    }
    // Frames sent while a source learned its normal state are not
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      producer.send(record(topics.calibrations(), "cam2", watchedSince("cam2", 200))).get();
    }
    try (CollectedFrames watched = collect(topics, new FrameRange.All(), List.of())) {
      assertThat(watched.parts().leftOut()).containsEntry(RejectionReason.NOT_WATCHED, 200L);
      assertThat(sequences(watched.parts().training(), "cam2")).allMatch(i -> i >= 200);
      assertThat(sequences(watched.parts().training(), "cam1")).anyMatch(i -> i < 200);
    }
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  private static CommissioningReport watchedSince(String source, int sequence) {
    return new CommissioningReport(
        source,
        sequence,
        time(sequence),
        "m1",
        "ab12",
        List.of(),
        new CommissioningStatus(CalibrationPhase.ARMED, 1, 1, true, List.of()),
        time(sequence),
        null,
        null);
  }

  @Test
  void shouldReadARangeOfTimes() throws Exception {
    Topics topics = written("times.");

    FrameRange range = new FrameRange.Times(time(700), time(1_000));
    try (CollectedFrames frames = collect(topics, range, List.of())) {
      Set<Integer> learnt = sequences(frames.parts().training(), "cam2");
      learnt.addAll(sequences(frames.parts().heldOut(), "cam2"));

      assertThat(learnt).allMatch(i -> i >= 700 && i < 1_000).contains(700, 999);
    }
  }

  @Test
  void shouldPassOverWhatLiesBetweenTheChosenFrames() throws Exception {
    // Given a selection of few frames, hundreds of offsets apart
    Topics topics = written("few.");
    SelectionSettings few =
        SELECTION.with(
            c -> {
              c.trainingFrames(4);
              c.timeBucket(Duration.ofSeconds(30));
              c.calibrationFrames(40);
              c.heldOutFrames(40);
              c.minStretchFrames(10);
            });
    try (CollectedFrames frames =
        stored(topics)
            .collect(
                new FrameRange.All(),
                Exclusions.builder().build(),
                new FrameRequest(
                    SHAPE,
                    List.of(),
                    List.of(),
                    few,
                    source -> true,
                    source -> SourceRule.DEFAULTS,
                    STABILIZER,
                    0,
                    directory),
                TrainingProgress.SILENT,
                () -> false)) {
      StreamData data = frames.parts().training();

      // A passed-over frame is not a loss: every chosen frame is there, and is the right one
      assertThat(data.trained()).isEqualTo(4);
      assertThat(frames.parts().leftOut()).doesNotContainKey(RejectionReason.UNREADABLE);
      List<OffsetRange> ranges = data.ranges();
      long widest = 0;
      for (int i = 1; i < ranges.size(); i++) {
        if (ranges.get(i).partition() == ranges.get(i - 1).partition()) {
          widest = Math.max(widest, ranges.get(i).first() - ranges.get(i - 1).last());
        }
      }
      assertThat(widest).isGreaterThan(400);
      byte[] pixels = new byte[SHAPE.size()];
      for (int i = 0; i < data.size(); i++) {
        data.read(i, pixels, 0);
        int sequence = (int) data.frame(i).sequence();
        assertThat(pixels)
            .isEqualTo(pixels(data.frame(i).source().equals("cam1") ? sequence : sequence + 7));
      }
    }
  }

  @Test
  void shouldReportDeletedFramesBeforeItStarts() throws Exception {
    // Given a partition whose first 100 frames were deleted
    Topics topics = written("gone.");
    try (Admin admin = Admin.create(settings())) {
      admin
          .deleteRecords(
              Map.of(new TopicPartition("gone.frames", 1), RecordsToDelete.beforeOffset(100)))
          .all()
          .get();
    }

    assertThatThrownBy(
            () ->
                collect(
                    topics, new FrameRange.Offsets(Map.of(1, new OffsetSpan(99, 500))), List.of()))
        .isInstanceOf(RetentionTooShortException.class)
        .hasMessage(
            "gone.frames-1 was requested from offset 99 on but is stored only from offset 100 on:"
                + " request a shorter range, or keep frames for longer (retention.ms and"
                + " retention.bytes of gone.frames, and retention in the rules of sources)");
    assertThatThrownBy(() -> collect(topics, new FrameRange.Times(time(50), time(500)), List.of()))
        .isInstanceOf(RetentionTooShortException.class)
        .hasMessageContaining("gone.frames-1 was requested from 2026-03-01T12:00:02.500Z on")
        .hasMessageContaining("is stored only from 2026-03-01T12:00:05Z (offset 100) on");
    // The remaining frames are read
    assertThat(stored(topics).spans(new FrameRange.Times(time(100), time(500))))
        .containsEntry(new TopicPartition("gone.frames", 1), new OffsetSpan(100, 500));
    assertThat(stored(topics).spans(new FrameRange.All()))
        .containsEntry(new TopicPartition("gone.frames", 1), new OffsetSpan(100, FRAMES));
  }

  @Test
  void shouldStopWhenCancelled() throws Exception {
    Topics topics = written("stop.");

    assertThatThrownBy(
            () ->
                stored(topics)
                    .collect(
                        new FrameRange.All(),
                        StoredExclusions.read(
                            StoredFramesIT::consumer, topics, List.of(), () -> false),
                        new FrameRequest(
                            SHAPE,
                            List.of(),
                            List.of(),
                            SELECTION,
                            source -> true,
                            source -> SourceRule.DEFAULTS,
                            STABILIZER,
                            0,
                            directory),
                        TrainingProgress.SILENT,
                        () -> true))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("was cancelled at 0 of 2400");
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }
}
