package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.incident.Incident;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.SourceState;
import dev.residua.testing.CommandRun;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources of other cameras than the model's learn, are watched, and may need a person. */
@Tag("slow")
class CommissioningIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int FRAMES = 2_400;
  private static final int ALL_FRAMES = 6_000;
  private static final int BEFORE_KILL = 700;
  private static final int FAULT = 1_900;
  private static final int FAULT_FRAMES = 150;

  @TempDir Path directory;
  private KafkaClients clients;

  private String residua(String... words) {
    CommandRun run = CommandRun.against(clients, words);
    assertThat(run.exit()).as(run.output()).isZero();
    return run.output();
  }

  private static String ask(Service service, String... words) {
    CommandRun run = CommandRun.at(service, words);
    assertThat(run.exit()).as(run.output()).isZero();
    return run.output();
  }

  private static void awaitStatus(Service service, String... texts) {
    service.await(
        LIMIT,
        "the status has " + List.of(texts),
        () -> Stream.of(texts).allMatch(ask(service, "source", "status")::contains));
  }

  private Service serve() throws IOException {
    Service service =
        Service.serve(
            directory.resolve("service"),
            List.of(
                "-Dresidua.roles=score,monitor,shadow,dashboard",
                "-Dresidua.sources.commissioning=true"),
            clients);
    service.awaitReady();
    return service;
  }

  /** Frames as a camera with less contrast, more light and noise shows them. */
  private static List<Frame> otherCamera(List<Frame> frames) {
    Random random = new Random(6);
    return frames.stream()
        .map(
            frame -> {
              byte[] pixels = frame.data().clone();
              for (int i = 0; i < pixels.length; i++) {
                double value = 0.95 * (pixels[i] & 0xff) + 9 + 2 * random.nextGaussian();
                pixels[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
              }
              return Frame.ofPixels(
                  frame.source(), frame.sequence(), frame.capturedAt(), SHAPE, pixels);
            })
        .toList();
  }

  /** Output of the command about a source whose p-values are no longer uniform. */
  private void shouldSayWhatIsProposed(Service service, CommissioningReport armed)
      throws Exception {
    CommissioningReport proposed =
        new CommissioningReport(
            "cam3",
            armed.sequence(),
            armed.capturedAt(),
            armed.modelId(),
            armed.modelDigest(),
            armed.latents(),
            armed
                .status()
                .with(
                    List.of(
                        new RecalibrationProposal(
                            "",
                            "shadow_length",
                            new NonUniformity(armed.capturedAt(), 4_100, 0.1, 0.5, 0.3, 1e-12)))),
            armed.watchedSince(),
            armed.calibration(),
            null);
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      producer
          .send(
              new ProducerRecord<>(
                  TOPICS.calibrations().name(),
                  "cam3".getBytes(StandardCharsets.UTF_8),
                  TOPICS
                      .calibrations()
                      .value()
                      .serializer()
                      .serialize(TOPICS.calibrations().name(), proposed)))
          .get();
    }
    awaitStatus(
        service, "p-values are no longer uniform, recalibration is proposed: shadow length");
    assertThat(ask(service, "source", "status", "cam3"))
        .contains(
            "shadow length: p-values are too large, so alarms are less frequent than promised and"
                + " faults are found late: 10 % of 4100 effective samples",
            "look at the pictures first", "residua source learn --sources cam3 --reason TEXT");
    assertThat(ask(service, "source", "status", "cam3", "--json"))
        .contains("\"direction\"", "\"TOO_LARGE\"", "\"smallShare\"");
  }

  private List<CommissioningReport> reports(String source) {
    return TopicReader.values(clients, TOPICS.calibrations()).stream()
        .filter(report -> report.source().equals(source))
        .toList();
  }

  private void await(Service service, String source, Predicate<CommissioningReport> wanted) {
    service.await(
        LIMIT,
        source + " has the calibration wanted, of " + reports(source),
        () -> reports(source).stream().anyMatch(wanted));
  }

  private static Predicate<CommissioningReport> in(CalibrationPhase phase) {
    return report -> report.status().phase() == phase;
  }

  /** A challenger scores in shadow until cam1 has learned under it, and is promoted then. */
  private void promoteOnceCalibrated(Service service, List<Frame> frames) throws Exception {
    ModelBundle next = Models.read(Optional.empty()).withId("the-next");
    Path file = directory.resolve("next.residua");
    next.write(file);
    residua("model", "publish", file.toString());
    residua("model", "shadow", "the-next", "--rate", "1");
    int sent = FRAMES;
    while (reports("cam1").stream().noneMatch(CommissioningIT::isCalibratedForChallenger)) {
      assertThat(sent).as("frames in shadow, " + reports("cam1")).isLessThan(ALL_FRAMES - 400);
      FaultySource.publish(clients, TOPICS, frames.subList(sent, sent + 400));
      sent += 400;
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), sent + 1_500);
    }
    residua("model", "promote", "the-next", "--reason", "newer", "--wait", "PT0S");
    while (scoresOf("the-next").size() < 100) {
      assertThat(sent).as("frames until the model is in use").isLessThan(ALL_FRAMES);
      FaultySource.publish(clients, TOPICS, frames.subList(sent, sent + 50));
      sent += 50;
      service.awaitRecords(LIMIT, clients, TOPICS.drift(), sent + 1_500);
    }
    assertThat(scoresOf("the-next"))
        .allSatisfy(
            score -> assertThat(score.calibration().phase()).isEqualTo(CalibrationPhase.ARMED));
    assertThat(TopicReader.values(clients, TOPICS.incidents()))
        .noneMatch(incident -> incident.openedSequence() >= FRAMES);
  }

  private List<DriftScore> scoresOf(String model) {
    return TopicReader.values(clients, TOPICS.drift()).stream()
        .filter(score -> score.modelId().equals(model))
        .toList();
  }

  private static boolean isCalibratedForChallenger(CommissioningReport report) {
    CommissioningReport.Challenger challenger = report.challenger();
    return challenger != null
        && challenger.modelId().equals("the-next")
        && challenger.status().phase() == CalibrationPhase.ARMED;
  }

  @Test
  void shouldWatchEachCameraOnceItHasLearnedWhatIsNormal() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 2)) {
      clients = kafka.clients();
      Instant first = Instant.now().minusMillis(50L * FRAMES);
      List<Frame> other =
          otherCamera(FaultySource.frames("cam1", first, ALL_FRAMES, FAULT, FAULT_FRAMES));
      List<Frame> broken = FaultySource.frames("cam2", first, 1_500, 500, 1_500);

      try (Service service = serve()) {
        // Given it is killed while it learns
        FaultySource.publish(clients, TOPICS, other.subList(0, BEFORE_KILL));
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), BEFORE_KILL);
        service.kill();
      }
      try (Service service = serve()) {
        // When
        FaultySource.publish(clients, TOPICS, other.subList(BEFORE_KILL, FRAMES));
        FaultySource.publish(clients, TOPICS, broken);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), FRAMES + broken.size());
        FaultySource.awaitEnd(service, clients, TOPICS, "cam1", LIMIT);
        await(service, "cam2", in(CalibrationPhase.NEEDS_REVIEW));

        // Then the other camera is watched from about its thousandth frame on
        CommissioningReport armed =
            reports("cam1").stream()
                .filter(in(CalibrationPhase.ARMED))
                .findFirst()
                .orElseThrow(() -> new AssertionError("it is not armed: " + reports("cam1")));
        assertThat(armed.sequence()).isBetween(1_000L, (long) FAULT - 100);
        List<Incident> incidents = TopicReader.values(clients, TOPICS.incidents());
        assertThat(incidents)
            .allSatisfy(
                incident -> {
                  assertThat(incident.source()).isEqualTo("cam1");
                  assertThat(incident.openedSequence()).isGreaterThan(FAULT - 64L);
                });
        assertThat(incidents)
            .extracting(incident -> incident.subject().toString())
            .contains("mechanism:shadow_length");
        List<DriftScore> scores = TopicReader.values(clients, TOPICS.drift());
        assertThat(scores)
            .filteredOn(score -> score.source().equals("cam1") && score.sequence() > FAULT - 100)
            .allSatisfy(
                score -> {
                  assertThat(score.calibration().phase()).isEqualTo(CalibrationPhase.ARMED);
                  assertThat(score.calibration().provisional()).isTrue();
                  assertThat(score.calibration().pValues()).hasSize(4);
                });

        // And each frame gave at most one state, also around the kill
        List<SourceState> states =
            TopicReader.values(clients, TOPICS.sourceStates()).stream()
                .filter(state -> state.source().equals("cam1"))
                .toList();
        assertThat(states).extracting(SourceState::sequence).doesNotHaveDuplicates().isSorted();
        assertThat(states)
            .extracting(SourceState::phase)
            .startsWith(CalibrationPhase.LEARNING)
            .endsWith(CalibrationPhase.ARMED);

        // And the one that broke meanwhile asks for a person, who accepts
        awaitStatus(service, "cam2", "needs-review", "shadow length", "1 armed, 1 needs-review");
        ask(service, "source", "arm", "--sources", "cam2", "--reason", "a longer pole on purpose");
        await(service, "cam2", in(CalibrationPhase.ARMED));
        awaitStatus(service, "2 armed");
        assertThat(ask(service, "source", "status", "cam2")).contains("armed", "effective samples");
        assertThat(residua("source", "edges", "cam1", "--frames", "500"))
            .contains("500 frames", "light -> shadow_length: ", "pendulum -> shadow_position: ");

        shouldSayWhatIsProposed(service, armed);

        promoteOnceCalibrated(service, other);
      }
    }
  }
}
