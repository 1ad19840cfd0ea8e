package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.renewal.gate.Incidents;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.renewal.trigger.UniformitySettings;
import dev.residua.testing.Scored;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every step of a test runs within a poll of the loop. */
class TrainerLoopTest {
  private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");
  private static final RenewalSettings RENEWAL =
      new RenewalSettings(
          Duration.ofHours(1),
          1_000,
          500,
          300,
          10,
          true,
          true,
          false,
          false,
          true,
          Duration.ZERO,
          Duration.ofHours(3),
          0.1,
          3,
          1,
          1,
          200);

  private static final UniformitySettings DECAY = new UniformitySettings(50, 1, 1e-4, 0.01);

  private final Topics topics = new Topics("residua.");
  private final TopicPartition registry = new TopicPartition(topics.models().name(), 0);
  private final MockConsumer<byte[], byte[]> member = new MockConsumer<>("earliest");
  private final MockConsumer<byte[], byte[]> follower = new MockConsumer<>("earliest");
  private final List<Training> published = new ArrayList<>();
  private final List<TrainingPhase> phasesSeen = new ArrayList<>();
  private final Processes processes = new Processes();
  private Instant now = T0;
  private long controlOffset;
  private long scoreOffset;
  private TrainerLoop loop;

  /** Trainings that end only when a test ends them. */
  private static final class Processes implements JobLauncher {
    private final List<TrainingRequest> started = new ArrayList<>();
    private final Map<String, TrainingRequest> left = new HashMap<>();
    private final List<String> done = new ArrayList<>();
    private boolean alive = true;
    private boolean succeeds = true;
    private Collection<String> kept = Set.of();

    @Override
    public JobLauncher.Job start(TrainingRequest request) {
      started.add(request);
      return new JobLauncher.Job() {
        @Override
        public boolean alive() {
          return alive;
        }

        @Override
        public boolean succeeded() {
          return succeeds;
        }

        @Override
        public String outputTail() {
          return "its process ended with 9: out of memory";
        }

        @Override
        public void kill() {
          done.add("killed");
        }

        @Override
        public void deleteFiles() {
          done.add("deleted");
        }
      };
    }

    @Override
    public Optional<TrainingRequest> unfinished(String trainingId) {
      return Optional.ofNullable(left.get(trainingId));
    }

    @Override
    public void keepOnly(Collection<String> trainingIds) {
      kept = List.copyOf(trainingIds);
    }
  }

  @BeforeEach
  void connect() {
    for (Topic<?, ?> topic :
        List.of(topics.incidents(), topics.control(), topics.drifts(), topics.drift())) {
      TopicPartition partition = new TopicPartition(topic.name(), 0);
      Node node = new Node(0, "localhost", 1);
      follower.updatePartitions(
          topic.name(),
          List.of(new PartitionInfo(topic.name(), 0, node, new Node[] {node}, new Node[] {node})));
      follower.updateBeginningOffsets(Map.of(partition, 0L));
      follower.updateEndOffsets(Map.of(partition, 0L));
    }
    loop = loop(null);
  }

  private TrainerLoop loop(@Nullable UniformitySettings uniformity) {
    return new TrainerLoop(
        () -> member,
        new TrainerDependencies(
            () -> follower,
            topics,
            TriggerSettings.DEFAULTS.with(c -> c.uniformity(uniformity)),
            RENEWAL,
            Duration.ofHours(2),
            source -> source.contains("/") ? source.split("/")[0] : SceneName.DEFAULT,
            () -> Set.of(SceneName.DEFAULT, "line-3"),
            id -> 1_000,
            processes,
            (key, command) -> published.add((Training) command),
            phasesSeen::add,
            "trainer 1",
            ((InstantSource) () -> now).withZone(ZoneOffset.UTC)),
        () -> {});
  }

  /** Leads, runs each step followed by one round of the loop, and stops. */
  private void run(Runnable... steps) {
    member.schedulePollTask(
        () -> {
          member.rebalance(List.of(registry));
          member.updateBeginningOffsets(Map.of(registry, 0L));
        });
    for (Runnable step : steps) {
      member.schedulePollTask(step);
    }
    member.schedulePollTask(loop::stop);
    loop.run();
  }

  private Order order(String id) {
    return new Order(id, ".*", "kim", "a test", now);
  }

  private void command(ControlCommand command) {
    follower.addRecord(record(controlOffset++, command));
  }

  /** Scores whose p-values are all small, enough for one test of the calibration. */
  private void unusualFrames(String scene) {
    for (int i = 0; i < DECAY.windowFrames(); i++) {
      DriftScore score =
          new DriftScore(
              scene + "/cam1",
              i,
              Scored.time(i),
              "model-1",
              "0123456789ab",
              1,
              10,
              1e6,
              new float[0],
              new int[0],
              1,
              new DriftScore.Calibration(
                  CalibrationPhase.MODEL, 0, false, new float[] {0.001f, 0.5f}),
              DriftScore.Others.NONE);
      follower.addRecord(record(topics.drift(), scoreOffset++, score.source(), score));
    }
  }

  private ConsumerRecord<byte[], byte[]> record(long offset, ControlCommand command) {
    return record(topics.control(), offset, command.order().id(), command);
  }

  private <V> ConsumerRecord<byte[], byte[]> record(
      Topic<String, V> of, long offset, String key, V content) {
    String topic = of.name();
    byte[] value = of.value().serializer().serialize(topic, content);
    return new ConsumerRecord<>(
        topic,
        0,
        offset,
        now.toEpochMilli(),
        TimestampType.CREATE_TIME,
        0,
        value.length,
        key.getBytes(StandardCharsets.UTF_8),
        value,
        new org.apache.kafka.common.header.internals.RecordHeaders(),
        Optional.empty());
  }

  private List<TrainingPhase> phases() {
    return published.stream().map(Training::phase).toList();
  }

  private static void nothing() {}

  @Test
  void shouldTrainOnCommandAndPublishTheReason() {
    // When
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of("incident-3"))),
        () -> processes.alive = false,
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started).hasSize(1);
    TrainingRequest started = processes.started.get(0);
    assertThat(started.incidents()).containsExactly("incident-3");
    assertThat(started.until()).isEqualTo(T0);
    assertThat(started.from()).isEqualTo(T0.minus(Duration.ofHours(1)));
    assertThat(phases()).containsExactly(TrainingPhase.TRIGGERED);
    assertThat(published.get(0).order().reason()).isEqualTo("kim asked for it: a test");
    assertThat(published.get(0).trigger()).isEqualTo("commanded");
    assertThat(processes.done).as("its files are deleted").containsExactly("deleted");
  }

  @Test
  void shouldPublishWhyItStartsNoSecondTraining() {
    // When
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of())),
        () -> command(new Retrain(order("c2"), SceneName.DEFAULT, List.of())),
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started).hasSize(1);
    assertThat(phases()).containsExactly(TrainingPhase.TRIGGERED, TrainingPhase.SUPPRESSED);
    assertThat(published.get(1).order().reason())
        .startsWith("no training although kim asked for it");
  }

  @Test
  void shouldTrainOneSceneAfterTheOther() {
    // When the second command comes while the first training runs
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of())),
        () -> command(new Retrain(order("c2"), "line-3", List.of("incident-3"))),
        () -> assertThat(processes.started).hasSize(1),
        () -> processes.alive = false,
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started)
        .extracting(TrainingRequest::scene)
        .containsExactly(SceneName.DEFAULT, "line-3");
    assertThat(processes.started.get(1).incidents()).containsExactly("incident-3");
    assertThat(published).extracting(Training::scene).containsExactly(SceneName.DEFAULT, "line-3");
    assertThat(phases()).containsExactly(TrainingPhase.TRIGGERED, TrainingPhase.TRIGGERED);
  }

  @Test
  void shouldIgnoreScoresOfScenesThatAreNotInUse() {
    // Given
    loop = loop(DECAY);
    // When
    run(
        () -> unusualFrames("scene-without-a-model"),
        () -> assertThat(processes.started).isEmpty(),
        () -> unusualFrames("line-3"),
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started).extracting(TrainingRequest::scene).containsExactly("line-3");
  }

  @Test
  void shouldReportThePhasesOfATraining() {
    // When
    run(
        () ->
            command(
                new Training(
                    order("training-t1"),
                    "t1",
                    SceneName.DEFAULT,
                    "commanded",
                    TrainingPhase.PROMOTED,
                    1,
                    "model-2",
                    List.of())),
        TrainerLoopTest::nothing);
    // Then
    assertThat(phasesSeen).containsExactly(TrainingPhase.PROMOTED);
  }

  @Test
  void shouldEndACancelledTraining() {
    // When another training is cancelled, then this one
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of())),
        () -> command(new CancelTraining(order("c2"), "some other")),
        () -> command(new CancelTraining(order("c3"), processes.started.get(0).id())),
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.done).containsExactly("killed", "deleted");
    assertThat(phases()).containsExactly(TrainingPhase.TRIGGERED, TrainingPhase.CANCELLED);
    assertThat(published.get(1).order().reason()).isEqualTo("kim cancelled it: a test");
  }

  @Test
  void shouldEndATrainingThatExceedsTheTimeLimit() {
    // When
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of())),
        () -> now = T0.plus(Duration.ofHours(2)),
        () -> now = now.plusMillis(1),
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.done).as("its output stays").containsExactly("killed");
    assertThat(published.get(1).phase()).isEqualTo(TrainingPhase.FAILED);
    assertThat(published.get(1).order().reason()).contains("PT2H (residua.training.time-limit)");
  }

  @Test
  void shouldPublishTheOutputOfAProcessThatDied() {
    // Given
    processes.succeeds = false;
    // When
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of())),
        () -> processes.alive = false,
        TrainerLoopTest::nothing);
    // Then
    assertThat(published.get(1).phase()).isEqualTo(TrainingPhase.FAILED);
    assertThat(published.get(1).order().reason()).contains("out of memory");
  }

  @Test
  void shouldEndItsTrainingWhenItLosesTheLead() {
    // When
    run(
        () -> command(new Retrain(order("c1"), SceneName.DEFAULT, List.of())),
        () -> member.rebalance(List.of()),
        TrainerLoopTest::nothing);
    // Then its files stay, in case it leads again
    assertThat(processes.done).containsExactly("killed");
  }

  @Test
  void shouldNotLearnWhatIsAcceptedNoMore() {
    // When an acceptance is taken back before what it covers has lasted
    run(
        this::brokenMechanism,
        () -> command(new AcceptNormal(order("accept-1"))),
        () -> deletion("accept-1"),
        () -> now = T0.plus(Duration.ofDays(2)),
        TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started).isEmpty();
  }

  @Test
  void shouldNotLearnWhatIsAcceptedNoMoreAfterARestart() {
    // Given
    follower.updateEndOffsets(
        Map.of(
            new TopicPartition(topics.control().name(), 0),
            2L,
            new TopicPartition(topics.incidents().name(), 0),
            1L));
    follower.schedulePollTask(this::brokenMechanism);
    follower.schedulePollTask(
        () -> {
          command(new AcceptNormal(order("accept-1")));
          deletion("accept-1");
        });
    // When
    run(() -> now = T0.plus(Duration.ofDays(2)), TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started).isEmpty();
  }

  private void brokenMechanism() {
    follower.addRecord(
        record(
            topics.incidents(),
            0,
            "i1",
            Incidents.open("i1", "cam1", "INTERVENTION.MECHANISM_CHANGE", now)));
  }

  private void deletion(String commandId) {
    follower.addRecord(
        new ConsumerRecord<>(
            topics.control().name(),
            0,
            controlOffset++,
            commandId.getBytes(StandardCharsets.UTF_8),
            null));
  }

  @Test
  void shouldResumeItsOwnTrainingAndFailOneOfAnotherMachine() {
    // Given two trainings that the topic shows as running, one of them on this machine
    TrainingRequest left =
        new TrainingRequest(
            "mine",
            SceneName.DEFAULT,
            "commanded",
            "kim asked for it",
            List.of(),
            T0.minusSeconds(60),
            T0,
            RENEWAL);
    processes.left.put("mine", left);
    TopicPartition control = new TopicPartition(topics.control().name(), 0);
    follower.updateEndOffsets(Map.of(control, 3L));
    follower.schedulePollTask(
        () -> {
          command(running("mine"));
          command(running("theirs"));
          command(ended("done"));
        });
    // When
    run(TrainerLoopTest::nothing);
    // Then
    assertThat(processes.started).containsExactly(left);
    assertThat(published).hasSize(1);
    assertThat(published.get(0).trainingId()).isEqualTo("theirs");
    assertThat(published.get(0).phase()).isEqualTo(TrainingPhase.FAILED);
    assertThat(processes.kept).containsExactlyInAnyOrder("mine", "theirs");
  }

  private Training running(String id) {
    return training(id, TrainingPhase.TRAINING);
  }

  private Training ended(String id) {
    return training(id, TrainingPhase.KEPT);
  }

  private Training training(String id, TrainingPhase phase) {
    return new Training(
        order(TrainingStatusPublisher.key(id)),
        id,
        SceneName.DEFAULT,
        "commanded",
        phase,
        0.5,
        null,
        List.of());
  }
}
