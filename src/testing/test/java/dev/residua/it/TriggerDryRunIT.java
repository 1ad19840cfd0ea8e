package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.renewal.job.TriggerDryRun;
import dev.residua.renewal.trigger.SuppressedTrigger;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.renewal.trigger.UniformitySettings;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TriggerDryRunIT {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Topics TOPICS = new Topics("dry.");
  private static final int SCORES = 3_000;

  @TempDir Path directory;

  private final List<Future<?>> sent = new ArrayList<>();

  @Test
  void shouldTellWhatWouldHaveLedToATrainingAndWhatNot() throws Exception {
    try (TestBroker broker = TestBroker.start()) {
      KafkaClients clients = broker.clients();
      create(clients);
      // Given 50 minutes of scores of two sources, one a second, of which cam1's are too alike, and
      // a root of cam2 that has stayed moved since minute 5
      try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
        for (int i = 0; i < SCORES; i++) {
          send(producer, TOPICS.drift(), 0, "cam1", score("cam1", i, 0.5f), time(i));
          float even = (i / 5 % 100 + 0.5f) / 100;
          send(producer, TOPICS.drift(), 1, "cam2", score("cam2", i, even), time(i));
        }
        send(producer, TOPICS.incidents(), 0, "i2", incident("i2", time(300), null), time(300));
        send(producer, TOPICS.incidents(), 1, "i3", incident("i3", time(10), time(20)), time(20));
        for (Future<?> one : sent) {
          one.get();
        }
      }

      // When windows are 100 frames of which every fifth is looked at, the drift counts after 20
      // minutes, and trainings last 2 minutes with 6 between them
      TriggerDryRun.Report report =
          TriggerDryRun.run(
              () -> clients.follower(new ByteArrayDeserializer(), new ByteArrayDeserializer()),
              TOPICS,
              new TriggerDryRun.Request(
                  TriggerSettings.DEFAULTS.with(
                      c -> {
                        c.uniformity(new UniformitySettings(100, 5, 1e-3, 0.01));
                        c.lastingDrift(Duration.ofMinutes(20));
                        c.cooldown(Duration.ofMinutes(6));
                        c.budget(3);
                      }),
                  START,
                  time(2_400),
                  Duration.ofMinutes(2),
                  1_000),
              fraction -> {},
              () -> false);

      // Then cam1's windows are full at seconds 495, 995, 1495: each of them begins a training, as
      // the one before ended 120 s after it began and the cooldown is over 360 s later, and three
      // are allowed
      assertThat(report.scores()).isEqualTo(2 * 2_400);
      assertThat(report.firstScore()).contains(START);
      List<TriggerDryRun.Entry> trainings =
          report.entries().stream().filter(e -> e.suppressed() == null).toList();
      assertThat(trainings)
          .extracting(TriggerDryRun.Entry::at)
          .containsExactly(time(495), time(995), time(1_495));
      assertThat(trainings)
          .extracting(e -> e.trigger().kind())
          .containsExactly("calibration-decay", "calibration-decay", "calibration-decay");
      assertThat(trainings.get(0).trigger().sources()).containsExactly("cam1");
      assertThat(trainings.get(0).sentence())
          .startsWith("training, since the p-values of a residual in 100 quiet frames of cam1");
      // The drift counts from second 300 + 1200 on, and is deferred by the reasons against it then
      assertThat(report.entries().stream().filter(e -> e.at().isAfter(time(1_495))))
          .filteredOn(e -> e.trigger().incidents().contains("i2"))
          .extracting(e -> e.suppressed() == null ? null : e.suppressed().reason())
          .containsExactly(
              SuppressedTrigger.Reason.RUNNING,
              SuppressedTrigger.Reason.COOLDOWN,
              SuppressedTrigger.Reason.BUDGET);
    }
  }

  private static void create(KafkaClients clients) throws Exception {
    List<NewTopic> all = new ArrayList<>();
    for (Topic<?, ?> topic :
        List.of(TOPICS.drift(), TOPICS.drifts(), TOPICS.incidents(), TOPICS.control())) {
      all.add(new NewTopic(topic.name(), 2, (short) 1).configs(Map.of("retention.ms", "-1")));
    }
    TestBroker.create(clients, all);
  }

  private <V> void send(
      KafkaProducer<byte[], byte[]> producer,
      Topic<String, V> topic,
      int partition,
      String key,
      V value,
      Instant at) {
    sent.add(
        producer.send(
            new ProducerRecord<>(
                topic.name(),
                partition,
                at.toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                topic.value().serializer().serialize(topic.name(), value))));
  }

  private static Instant time(long seconds) {
    return START.plusSeconds(seconds);
  }

  private static Incident incident(String id, Instant opened, @Nullable Instant resolved) {
    return new Incident(
        id,
        "cam2",
        Subject.latent("shadow_length", false),
        resolved == null ? Incident.State.OPENED : Incident.State.RESOLVED,
        null,
        Severity.WARNING,
        TriggerSettings.ROOT_MOVED,
        new Summary("Light has moved", "light has moved"),
        null,
        List.of(),
        null,
        null,
        opened,
        opened,
        resolved,
        1,
        1,
        1,
        0,
        null,
        null,
        "m1",
        "ab12",
        null,
        Map.of());
  }

  private static DriftScore score(String source, int sequence, float pValue) {
    return new DriftScore(
        source,
        sequence,
        time(sequence),
        "m1",
        "0123456789ab",
        1,
        10,
        1e6,
        new float[0],
        new int[0],
        1,
        new DriftScore.Calibration(CalibrationPhase.MODEL, 0, false, new float[] {pValue}),
        DriftScore.Others.NONE);
  }
}
