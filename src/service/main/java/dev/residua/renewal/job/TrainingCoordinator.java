package dev.residua.renewal.job;

import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.incident.Incident;
import dev.residua.renewal.trigger.RetrainTrigger;
import dev.residua.renewal.trigger.SuppressedTrigger;
import dev.residua.renewal.trigger.TriggerEvaluation;
import dev.residua.renewal.trigger.TriggerObservation;
import dev.residua.renewal.trigger.TriggerObservation.AcceptanceTakenBack;
import dev.residua.renewal.trigger.TriggerObservation.Commanded;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameEvaluated;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.Tick;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.FrameReader;
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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides on trainings and supervises the running one, from the assignment of the registry's
 * partition to its loss. On assignment it rebuilds its state from the topics.
 */
final class TrainingCoordinator implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingCoordinator.class);
  private static final int MAX_SCENES = 10_000;

  private final TrainerDependencies dependencies;
  private final BooleanSupplier stopped;
  private final Topics topics;
  private final JobLauncher launcher;
  private final Clock clock;
  private boolean leads;
  private @Nullable Consumer<byte[], byte[]> follower;
  private final Map<String, TriggerEvaluation> evaluations =
      BoundedMap.ofLastUsed(MAX_SCENES); // by scene
  private Instant since = Instant.EPOCH;
  private ActiveControls controls = ActiveControls.EMPTY;
  private List<String> commanded = List.of();

  /** Trainings that wait until the running one has ended, by scene; the first comes next. */
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  private @Nullable Current current;

  /**
   * A training that is to start.
   *
   * @param incidents incidents whose frames are the new normal
   */
  private record Waiting(RetrainTrigger trigger, List<String> incidents) {}

  /** A training that runs on this machine. */
  private record Current(TrainingRequest request, JobLauncher.Job job, Instant since) {}

  TrainingCoordinator(TrainerDependencies dependencies, BooleanSupplier stopped) {
    this.dependencies = dependencies;
    this.stopped = stopped;
    this.topics = dependencies.topics();
    this.launcher = dependencies.launcher();
    this.clock = dependencies.clock();
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    leads |= partitions.contains(registry());
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    if (partitions.contains(registry())) {
      release();
    }
  }

  private TopicPartition registry() {
    return new TopicPartition(topics.models().name(), Topics.REGISTRY_PARTITION);
  }

  /** Gives up the lead and ends a running training, so that the next leader may start one. */
  void release() {
    leads = false;
    Current running = current;
    if (running != null) {
      running.job.kill();
      current = null;
    }
    Consumer<byte[], byte[]> open = follower;
    follower = null;
    if (open != null) {
      open.close();
    }
  }

  /** One round of the loop; does nothing unless this process leads. */
  void work() {
    if (!leads) {
      return;
    }
    if (follower == null) {
      follower = dependencies.followers().get();
      restore(follower);
    }
    Set<String> inUse = dependencies.scenesInUse().get();
    for (ConsumerRecord<byte[], byte[]> record : follower.poll(Duration.ofMillis(20))) {
      try {
        observe(record, inUse);
      } catch (KafkaException e) {
        throw e;
      } catch (RuntimeException e) { // the state is as before the record
        LOG.error(
            "record skipped, as it could not be evaluated: topic={} partition={} offset={}",
            record.topic(),
            record.partition(),
            record.offset(),
            e);
      }
    }
    checkRunning();
    Set<String> scenes = new TreeSet<>(inUse);
    scenes.addAll(evaluations.keySet());
    scenes.forEach(scene -> observe(scene, new Tick(clock.instant())));
    startNext();
  }

  private TriggerEvaluation evaluation(String scene) {
    return evaluations.computeIfAbsent(
        scene, name -> TriggerEvaluation.start(dependencies.triggers(), since));
  }

  private void replayed(String scene, TriggerObservation observation) {
    evaluations.put(scene, evaluation(scene).replayed(observation));
  }

  /** Takes an observation that decides nothing. */
  private void taken(String scene, TriggerObservation observation) {
    evaluations.put(scene, evaluation(scene).next(observation).next());
  }

  /** Rebuilds the state from the stored records and continues behind them. */
  private void restore(Consumer<byte[], byte[]> consumer) {
    List<Topic<?, ?>> followed =
        new ArrayList<>(List.of(topics.incidents(), topics.control(), topics.drifts()));
    if (dependencies.triggers().uniformity() != null) {
      followed.add(topics.drift());
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Topic<?, ?> topic : followed) {
      ends.putAll(consumer.endOffsets(TopicSpans.partitions(consumer, topic.name())));
    }
    List<IncidentChanged> incidents = new ArrayList<>();
    Map<String, ControlCommand> control = new LinkedHashMap<>(); // by offset
    controls = ActiveControls.EMPTY;
    replay(
        consumer,
        topics.incidents(),
        ends,
        topics
            .incidents()
            .values((incident, at) -> incidents.add(new IncidentChanged(incident, at))));
    replay(
        consumer,
        topics.control(),
        ends,
        topics
            .control()
            .changes(
                (id, at) -> {
                  controls = controls.without(id);
                  control.remove(id);
                },
                (command, at) -> {
                  controls = controls.with(command);
                  control.remove(command.order().id());
                  control.put(command.order().id(), command);
                }));
    List<ControlCommand> commands = List.copyOf(control.values());
    since =
        commands.stream()
            .filter(c -> c instanceof Training)
            .map(c -> c.order().at())
            .max(Comparator.naturalOrder())
            .orElseGet(clock::instant);
    evaluations.clear();
    waiting.clear();
    for (IncidentChanged changed : incidents) {
      replayed(scene(changed.incident().source()), changed);
    }
    List<Training> open = new ArrayList<>();
    for (ControlCommand command : commands) {
      if (command instanceof AcceptNormal accepted) {
        List.copyOf(evaluations.keySet())
            .forEach(scene -> replayed(scene, new NormalAccepted(accepted)));
      } else if (command instanceof Training training
          && training.phase() != TrainingPhase.SUPPRESSED) {
        Instant at = training.order().at();
        replayed(training.scene(), new TrainingStarted(training.trainingId(), at));
        if (training.phase().ended()) {
          replayed(training.scene(), new TrainingEnded(training.trainingId(), at));
        } else {
          open.add(training);
        }
      }
    }
    consumer.assign(ends.keySet());
    ends.forEach(consumer::seek);
    LOG.info(
        "this trainer leads: incidents={} commands={} runningTrainings={}",
        incidents.size(),
        commands.size(),
        open.size());
    launcher.keepOnly(open.stream().map(Training::trainingId).toList());
    open.forEach(this::resume);
  }

  /** Resumes a training that the topic shows as running, or fails it if its files are not here. */
  private void resume(Training training) {
    Optional<TrainingRequest> request = launcher.unfinished(training.trainingId());
    if (request.isPresent() && current == null) {
      LOG.info("resuming a training: training={}", training.trainingId());
      start(request.get());
    } else {
      status(training.trainingId(), training.scene(), training.trigger(), training.incidents())
          .publish(
              TrainingPhase.FAILED,
              training.progress(),
              "its process ended on another machine",
              training.modelId());
      taken(training.scene(), new TrainingEnded(training.trainingId(), clock.instant()));
    }
  }

  private void replay(
      Consumer<byte[], byte[]> consumer,
      Topic<?, ?> topic,
      Map<TopicPartition, Long> ends,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<TopicPartition, Long> starts =
        consumer.beginningOffsets(TopicSpans.partitions(consumer, topic.name()));
    Map<TopicPartition, Long> until = new HashMap<>(ends);
    until.keySet().retainAll(starts.keySet());
    new TopicSpans(consumer, TopicSpans.spans(starts, until)).stoppedBy(stopped).readAll(each);
  }

  /** Observes a stored record. The score of a source in a scene without a model is ignored. */
  private void observe(ConsumerRecord<byte[], byte[]> record, Set<String> scenesInUse) {
    Instant at = FrameReader.recordTime(record);
    if (record.topic().equals(topics.incidents().name())) {
      Incident incident = topics.incidents().value(record);
      if (incident != null) {
        observe(scene(incident.source()), new IncidentChanged(incident, at));
      }
    } else if (record.topic().equals(topics.drifts().name())) {
      DriftEvent drift = topics.drifts().value(record);
      if (drift != null) {
        observe(scene(drift.finding().source()), new DriftSeen(drift, at));
      }
    } else if (record.topic().equals(topics.control().name())) {
      topics
          .control()
          .changes(
              this::takeBack,
              (command, time) -> {
                takeBack(command.order().id(), time); // which it replaces
                onControl(command);
              })
          .accept(record);
    } else {
      DriftScore score = topics.drift().value(record);
      String scene = score == null ? "" : scene(score.source());
      if (score != null && scenesInUse.contains(scene)) {
        observe(
            scene,
            FrameEvaluated.of(
                score, at, controls, dependencies.calibrationScores().applyAsInt(score.modelId())));
      }
    }
  }

  private String scene(String source) {
    return dependencies.scenes().apply(source);
  }

  private void takeBack(String commandId, Instant at) {
    if (controls.contains(commandId)) {
      controls = controls.without(commandId);
      observeEverywhere(new AcceptanceTakenBack(controls.acceptances(), at));
    }
  }

  private void onControl(ControlCommand command) {
    controls = controls.with(command);
    if (command instanceof Retrain retrain) {
      commanded = retrain.incidents();
      observe(
          retrain.scene(),
          new Commanded(
              command.order().id(),
              command.order().at(),
              command.order().by(),
              command.order().reason()));
      commanded = List.of();
    } else if (command instanceof AcceptNormal accepted) {
      observeEverywhere(new NormalAccepted(accepted));
    } else if (command instanceof Training training) {
      dependencies.phases().accept(training.phase());
    } else if (command instanceof CancelTraining cancel) {
      Current running = current;
      if (running != null && running.request.id().equals(cancel.trainingId())) {
        running.job.kill();
        end(
            running,
            TrainingPhase.CANCELLED,
            "%s cancelled it: %s".formatted(command.order().by(), command.order().reason()));
      }
    }
  }

  private void observeEverywhere(TriggerObservation observation) {
    List.copyOf(evaluations.keySet()).forEach(scene -> observe(scene, observation));
  }

  private void observe(String scene, TriggerObservation observation) {
    TriggerEvaluation.Step step = evaluation(scene).next(observation);
    evaluations.put(scene, step.next());
    for (SuppressedTrigger suppressed : step.suppressed()) {
      RetrainTrigger trigger = suppressed.trigger();
      status("suppressed-" + UUID.randomUUID(), scene, trigger.kind(), trigger.incidents())
          .publish(TrainingPhase.SUPPRESSED, 0, suppressed.sentence(), null);
    }
    step.trigger()
        .ifPresent(
            trigger -> {
              List<String> incidents = new ArrayList<>(trigger.incidents());
              incidents.addAll(commanded);
              waiting.put(scene, new Waiting(trigger, incidents));
            });
    startNext();
  }

  /** Starts the training that has waited longest, if none runs. */
  private void startNext() {
    Iterator<Map.Entry<String, Waiting>> next = waiting.entrySet().iterator();
    if (current != null || !next.hasNext()) {
      return;
    }
    Map.Entry<String, Waiting> first = next.next();
    next.remove();
    start(first.getKey(), first.getValue().trigger(), first.getValue().incidents());
  }

  private void start(String scene, RetrainTrigger trigger, List<String> incidents) {
    Instant now = clock.instant();
    String id =
        "%s-%s"
            .formatted(
                Long.toString(now.getEpochSecond(), 36),
                UUID.randomUUID().toString().substring(0, 8));
    TrainingRequest request =
        new TrainingRequest(
            id,
            scene,
            trigger.kind(),
            trigger.reason(),
            incidents,
            now.minus(dependencies.renewal().window()),
            now,
            dependencies.renewal());
    status(request).publish(TrainingPhase.TRIGGERED, 0, trigger.reason(), null);
    start(request);
  }

  private void start(TrainingRequest request) {
    Instant now = clock.instant();
    taken(request.scene(), new TrainingStarted(request.id(), now));
    try {
      current = new Current(request, launcher.start(request), now);
    } catch (IOException e) {
      status(request)
          .publish(
              TrainingPhase.FAILED, 0, "its process cannot be started: " + e.getMessage(), null);
      taken(request.scene(), new TrainingEnded(request.id(), clock.instant()));
    }
  }

  /** Ends the running training if its process has ended or exceeds the time limit. */
  private void checkRunning() {
    Current running = current;
    if (running == null) {
      return;
    }
    if (!running.job.alive()) {
      if (running.job.succeeded()) {
        end(running, null, "");
      } else {
        end(running, TrainingPhase.FAILED, running.job.outputTail());
      }
    } else if (clock.instant().isAfter(running.since.plus(dependencies.timeLimit()))) {
      running.job.kill();
      end(
          running,
          TrainingPhase.FAILED,
          "it did not end within %s (residua.training.time-limit)"
              .formatted(dependencies.timeLimit()));
    }
  }

  /**
   * Records the end of a training.
   *
   * @param phase null if its process has published it
   */
  private void end(Current running, @Nullable TrainingPhase phase, String sentence) {
    current = null;
    if (phase != null) {
      status(running.request).publish(phase, 0, sentence, null);
    }
    if (phase != TrainingPhase.FAILED) {
      running.job.deleteFiles(); // those of a failed one stay for people until the next start
    }
    taken(running.request.scene(), new TrainingEnded(running.request.id(), clock.instant()));
  }

  private TrainingStatusPublisher status(TrainingRequest request) {
    return status(request.id(), request.scene(), request.trigger(), request.incidents());
  }

  private TrainingStatusPublisher status(
      String id, String scene, String trigger, List<String> incidents) {
    return new TrainingStatusPublisher(
        id,
        scene,
        trigger.toLowerCase(Locale.ROOT),
        incidents,
        dependencies.by(),
        dependencies.writer(),
        clock);
  }
}
