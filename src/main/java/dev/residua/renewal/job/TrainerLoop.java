package dev.residua.renewal.job;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.incident.Incident;
import dev.residua.renewal.trigger.RetrainTrigger;
import dev.residua.renewal.trigger.SuppressionReason;
import dev.residua.renewal.trigger.TriggerEvaluation;
import dev.residua.renewal.trigger.TriggerObservation;
import dev.residua.renewal.trigger.TriggerObservation.Commanded;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameJudged;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.Tick;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a model is trained anew, and sees to it that one training runs at a time. Of all
 * processes that run this, the member of their consumer group that has the partition of the
 * registry leads; the others wait. Who takes the lead makes its state again from the topics.
 *
 * <p>Every trigger, what held one back, and what became of each training is a record on the control
 * topic. Runs on one thread; {@link #stop} may be called from any.
 */
public final class TrainerLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerLoop.class);
  private static final Duration POLL = Duration.ofMillis(300);
  private static final long PAUSE_MILLIS = 2_000;

  private final Supplier<? extends Consumer<byte[], byte[]>> members;
  private final Supplier<? extends Consumer<byte[], byte[]>> followers;
  private final Topics topics;
  private final TriggerSettings triggers;
  private final RenewalSettings renewal;
  private final Duration timeLimit;
  private final IntSupplier calibrationScores;
  private final Starter starter;
  private final TrainingStatusPublisher.Writer writer;
  private final java.util.function.Consumer<TrainingPhase> heard;
  private final String by;
  private final Clock clock;
  private volatile boolean stopped;

  /** Starts the process of a training. */
  public interface Starter {
    /**
     * Starts a training, or goes on with one that died here.
     *
     * @throws IOException if its process cannot be started
     */
    Running start(TrainingRequest order) throws IOException;

    /** The order of a training that this machine has begun and not ended. */
    Optional<TrainingRequest> unfinished(String trainingId);

    /** Removes what trainings have left on this machine, but for these. */
    void keepOnly(Collection<String> trainingIds);
  }

  /** A training's process. */
  public interface Running {
    boolean alive();

    /** Whether it ended as it should, once it is not alive any more. */
    boolean succeeded();

    /** The end of what it printed, for people. */
    String lastWords();

    /** Ends it now. */
    void kill();

    /** Removes what it left on the disk; nothing goes on from there afterwards. */
    void forget();
  }

  /**
   * @param members in the group of the trainers; closed here
   * @param followers outside any group; closed here
   * @param triggers when to train
   * @param renewal how to train
   * @param timeLimit longest time of a training, above zero
   * @param calibrationScores scores behind the active model's p-values
   * @param writer puts records on the control topic
   * @param heard told of each phase that a training comes into under this loop's lead
   * @param by who speaks, such as {@code trainer node-1}
   */
  public TrainerLoop(
      Supplier<? extends Consumer<byte[], byte[]>> members,
      Supplier<? extends Consumer<byte[], byte[]>> followers,
      Topics topics,
      TriggerSettings triggers,
      RenewalSettings renewal,
      Duration timeLimit,
      IntSupplier calibrationScores,
      Starter starter,
      TrainingStatusPublisher.Writer writer,
      java.util.function.Consumer<TrainingPhase> heard,
      String by,
      Clock clock) {
    this.members = members;
    this.followers = followers;
    this.topics = topics;
    this.triggers = triggers;
    this.renewal = renewal;
    this.timeLimit = timeLimit;
    this.calibrationScores = calibrationScores;
    this.starter = starter;
    this.writer = writer;
    this.heard = heard;
    this.by = by;
    this.clock = clock;
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException(
          "residua.training.time-limit must be above zero but was " + timeLimit);
    }
  }

  /** Makes {@link #run} return soon; a training that runs is ended, and goes on after a restart. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      try (Consumer<byte[], byte[]> member = members.get()) {
        Lead lead = new Lead();
        member.subscribe(List.of(topics.models().name()), lead);
        try {
          while (!stopped) {
            member.poll(POLL);
            member.pause(member.assignment()); // only who has it matters
            lead.work();
          }
        } finally {
          lead.give();
        }
      } catch (KafkaException e) {
        LOG.warn("the trainer waits for Kafka: {}", e.getMessage());
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the leader knows and does, from the moment it leads until it does not. */
  private final class Lead implements ConsumerRebalanceListener {
    private boolean leads;
    private @Nullable Consumer<byte[], byte[]> follower;
    private TriggerEvaluation watch = TriggerEvaluation.start(triggers, Instant.EPOCH);
    private ActiveControls board = ActiveControls.EMPTY;
    private List<String> commanded = List.of();
    private @Nullable Current current;

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      leads |= partitions.contains(registry());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (partitions.contains(registry())) {
        give();
      }
    }

    private TopicPartition registry() {
      return new TopicPartition(topics.models().name(), Topics.REGISTRY_PARTITION);
    }

    /** Gives the lead away; a training here is ended, so that the next leader may begin one. */
    void give() {
      leads = false;
      Current running = current;
      if (running != null) {
        running.process.kill();
        current = null;
      }
      Consumer<byte[], byte[]> open = follower;
      follower = null;
      if (open != null) {
        open.close();
      }
    }

    void work() {
      if (!leads) {
        return;
      }
      if (follower == null) {
        follower = followers.get();
        takeOver(follower);
      }
      for (ConsumerRecord<byte[], byte[]> record : follower.poll(Duration.ofMillis(20))) {
        observe(record);
      }
      look();
      tell(new Tick(clock.instant()));
    }

    /** Makes the state again from what is stored, and goes on behind it. */
    private void takeOver(Consumer<byte[], byte[]> consumer) {
      List<Topic<?, ?>> followed =
          new ArrayList<>(List.of(topics.incidents(), topics.control(), topics.drifts()));
      if (triggers.uniformity() != null) {
        followed.add(topics.scores());
      }
      Map<TopicPartition, Long> ends = new HashMap<>();
      for (Topic<?, ?> topic : followed) {
        ends.putAll(consumer.endOffsets(TopicReader.partitions(consumer, topic.name())));
      }
      List<TriggerObservation> incidents = new ArrayList<>();
      Map<String, ControlCommand> control = new TreeMap<>();
      board = ActiveControls.EMPTY;
      replay(
          consumer,
          topics.incidents(),
          ends,
          (key, incident, at) -> incidents.add(new IncidentChanged(incident, at)));
      replay(
          consumer,
          topics.control(),
          ends,
          (key, command, at) -> {
            board = board.with(command);
            control.put(command.order().id(), command);
          });
      List<ControlCommand> commands =
          control.values().stream().sorted(Comparator.comparing(c -> c.order().at())).toList();
      Instant since =
          commands.stream()
              .filter(c -> c instanceof Training)
              .map(c -> c.order().at())
              .max(Comparator.naturalOrder())
              .orElseGet(clock::instant);
      TriggerEvaluation made = TriggerEvaluation.start(triggers, since);
      for (TriggerObservation incident : incidents) {
        made = made.replayed(incident);
      }
      List<Training> open = new ArrayList<>();
      for (ControlCommand command : commands) {
        if (command instanceof AcceptNormal accepted) {
          made = made.replayed(new NormalAccepted(accepted));
        } else if (command instanceof Training training
            && training.phase() != TrainingPhase.SUPPRESSED) {
          Instant at = training.order().at();
          made = made.replayed(new TrainingStarted(training.trainingId(), at));
          if (training.phase().ended()) {
            made = made.replayed(new TrainingEnded(training.trainingId(), at));
          } else {
            open.add(training);
          }
        }
      }
      watch = made;
      consumer.assign(ends.keySet());
      ends.forEach(consumer::seek);
      LOG.info(
          "leads the trainers: {} incidents and {} commands known",
          incidents.size(),
          commands.size());
      starter.keepOnly(open.stream().map(Training::trainingId).toList());
      open.forEach(this::goOn);
    }

    /** A training that the topic says is running: nobody but the leader could be at it. */
    private void goOn(Training training) {
      Optional<TrainingRequest> order = starter.unfinished(training.trainingId());
      if (order.isPresent() && current == null) {
        LOG.info("training {} goes on where it was", training.trainingId());
        begin(order.get());
      } else {
        voice(training.trainingId(), training.trigger(), training.incidents())
            .say(
                TrainingPhase.FAILED,
                training.progress(),
                "the process that ran it ended, on a machine that is not this one",
                training.modelId());
        watch = watch.next(new TrainingEnded(training.trainingId(), clock.instant())).next();
      }
    }

    private interface Stored<V> {
      void take(String key, V value, Instant at);
    }

    private <V> void replay(
        Consumer<byte[], byte[]> consumer,
        Topic<String, V> topic,
        Map<TopicPartition, Long> ends,
        Stored<V> stored) {
      Map<TopicPartition, FrameRange.Span> spans = new HashMap<>();
      consumer
          .beginningOffsets(TopicReader.partitions(consumer, topic.name()))
          .forEach(
              (partition, begin) -> {
                long end = ends.getOrDefault(partition, 0L);
                if (begin < end) {
                  spans.put(partition, new FrameRange.Span(begin, end));
                }
              });
      TopicReader.forEach(
          consumer,
          spans,
          record -> {
            V value = StoredExclusions.value(topic, record);
            if (value != null) {
              stored.take("", value, time(record));
            }
          },
          fraction -> {},
          () -> stopped);
    }

    private Instant time(ConsumerRecord<byte[], byte[]> record) {
      return Instant.ofEpochMilli(record.timestamp());
    }

    private void observe(ConsumerRecord<byte[], byte[]> record) {
      Instant at = time(record);
      if (record.topic().equals(topics.incidents().name())) {
        Incident incident = StoredExclusions.value(topics.incidents(), record);
        if (incident != null) {
          tell(new IncidentChanged(incident, at));
        }
      } else if (record.topic().equals(topics.drifts().name())) {
        DriftEvent drift = StoredExclusions.value(topics.drifts(), record);
        if (drift != null) {
          tell(new DriftSeen(drift, at));
        }
      } else if (record.topic().equals(topics.control().name())) {
        ControlCommand command = StoredExclusions.value(topics.control(), record);
        if (command != null) {
          obey(command);
        }
      } else {
        ScoredFrame frame = StoredExclusions.value(topics.scores(), record);
        if (frame != null) {
          judged(frame, at);
        }
      }
    }

    private void judged(ScoredFrame frame, Instant at) {
      tell(FrameJudged.of(frame, at, board, calibrationScores.getAsInt()));
    }

    private void obey(ControlCommand command) {
      board = board.with(command);
      if (command instanceof Retrain retrain) {
        commanded = retrain.incidents();
        tell(
            new Commanded(
                command.order().id(),
                command.order().at(),
                command.order().by(),
                command.order().reason()));
        commanded = List.of();
      } else if (command instanceof AcceptNormal accepted) {
        tell(new NormalAccepted(accepted));
      } else if (command instanceof Training training) {
        heard.accept(training.phase());
      } else if (command instanceof CancelTraining cancel) {
        Current running = current;
        if (running != null && running.order.id().equals(cancel.trainingId())) {
          running.process.kill();
          end(
              running,
              TrainingPhase.CANCELLED,
              "%s ended it: %s".formatted(command.order().by(), command.order().reason()));
        }
      }
    }

    private void tell(TriggerObservation observation) {
      TriggerEvaluation.Step step = watch.next(observation);
      watch = step.next();
      for (SuppressionReason suppressed : step.suppressed()) {
        RetrainTrigger trigger = suppressed.trigger();
        voice("suppressed-" + UUID.randomUUID(), trigger.kind(), trigger.incidents())
            .say(TrainingPhase.SUPPRESSED, 0, suppressed.sentence(), null);
      }
      step.trigger().ifPresent(this::begin);
    }

    private void begin(RetrainTrigger trigger) {
      Instant now = clock.instant();
      List<String> incidents = new ArrayList<>(trigger.incidents());
      incidents.addAll(commanded);
      String id =
          "%s-%s"
              .formatted(
                  Long.toString(now.getEpochSecond(), 36),
                  UUID.randomUUID().toString().substring(0, 8));
      TrainingRequest order =
          new TrainingRequest(
              id,
              trigger.kind(),
              trigger.reason(),
              incidents,
              now.minus(renewal.window()),
              now,
              renewal);
      voice(order).say(TrainingPhase.TRIGGERED, 0, trigger.reason(), null);
      begin(order);
    }

    private void begin(TrainingRequest order) {
      Instant now = clock.instant();
      watch = watch.next(new TrainingStarted(order.id(), now)).next();
      try {
        current = new Current(order, starter.start(order), now);
      } catch (IOException e) {
        voice(order)
            .say(TrainingPhase.FAILED, 0, "its process cannot be started: " + e.getMessage(), null);
        watch = watch.next(new TrainingEnded(order.id(), clock.instant())).next();
      }
    }

    /** Whether the training has ended, or must. */
    private void look() {
      Current running = current;
      if (running == null) {
        return;
      }
      if (!running.process.alive()) {
        if (running.process.succeeded()) {
          end(running, null, "");
        } else {
          end(running, TrainingPhase.FAILED, running.process.lastWords());
        }
      } else if (clock.instant().isAfter(running.since.plus(timeLimit))) {
        running.process.kill();
        end(
            running,
            TrainingPhase.FAILED,
            "it did not end within %s (residua.training.time-limit)".formatted(timeLimit));
      }
    }

    /**
     * A training is over.
     *
     * @param phase null where its process has said it itself
     */
    private void end(Current running, @Nullable TrainingPhase phase, String sentence) {
      current = null;
      if (phase != null) {
        voice(running.order).say(phase, 0, sentence, null);
      }
      if (phase != TrainingPhase.FAILED) {
        running.process.forget(); // of one that failed it stays for people, until the next start
      }
      watch = watch.next(new TrainingEnded(running.order.id(), clock.instant())).next();
    }

    private TrainingStatusPublisher voice(TrainingRequest order) {
      return voice(order.id(), order.trigger(), order.incidents());
    }

    private TrainingStatusPublisher voice(String id, String trigger, List<String> incidents) {
      return new TrainingStatusPublisher(
          id, trigger.toLowerCase(Locale.ROOT), incidents, by, writer, clock);
    }
  }

  /** A training that runs here. */
  private record Current(TrainingRequest order, Running process, Instant since) {}
}
