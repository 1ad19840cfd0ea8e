package dev.residua.renewal.job;

import dev.residua.drift.DriftScore;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.renewal.trigger.RetrainTrigger;
import dev.residua.renewal.trigger.SuppressedTrigger;
import dev.residua.renewal.trigger.TriggerEvaluation;
import dev.residua.renewal.trigger.TriggerObservation;
import dev.residua.renewal.trigger.TriggerObservation.AcceptanceTakenBack;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameEvaluated;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.Tick;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.topic.TimeOrderedRecords;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reports which stored events would have started a training. A {@link TriggerEvaluation} observes
 * the scores, drift events and incidents of a period in the order of their records' timestamps,
 * with a tick every {@link #TICK}. A training is assumed to start at once and to last a given time;
 * its effect is unknown, so a drift that lasts in the records counts again after the cooldown.
 *
 * <p>The topics must still hold the period. Compaction leaves only the last state of an incident: a
 * resolved one then seems never to have been open, and its frames seem quiet.
 */
public final class TriggerDryRun {
  /** Time between two ticks. */
  public static final Duration TICK = Duration.ofMinutes(1);

  /**
   * A trigger that would have occurred.
   *
   * @param suppressed why it would have started no training; null if it would have
   */
  public record Entry(Instant at, RetrainTrigger trigger, @Nullable SuppressedTrigger suppressed) {
    /** The entry in one sentence. */
    public String sentence() {
      return suppressed == null ? "training, since " + trigger.reason() : suppressed.sentence();
    }
  }

  /**
   * The result of a dry run.
   *
   * @param entries in the order of time
   * @param scores number of scores in the period
   * @param firstScore time of the first of them; empty if there are none. Later than the start of
   *     the period if older ones were deleted
   */
  public record Report(List<Entry> entries, long scores, Optional<Instant> firstScore) {
    public Report {
      entries = List.copyOf(entries);
    }
  }

  /**
   * The parameters of a dry run.
   *
   * @param settings when a model is retrained
   * @param from first moment
   * @param until moment after the last, later than {@code from}
   * @param training assumed duration of a training, at least zero
   * @param calibrationScores number of calibration scores behind the active model's p-values
   */
  public record Request(
      TriggerSettings settings,
      Instant from,
      Instant until,
      Duration training,
      int calibrationScores) {
    public Request {
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException(
            "a dry run must end after it begins but was %s to %s".formatted(from, until));
      }
      if (training.isNegative()) {
        throw new IllegalArgumentException(
            "the time of a training must be at least zero but was " + training);
      }
    }
  }

  private final Request request;
  private final List<Entry> entries = new ArrayList<>();
  private TriggerEvaluation evaluation;
  private ActiveControls controls = ActiveControls.EMPTY;
  private Instant nextTick;
  private @Nullable Instant trainingEnds;
  private long scores;
  private @Nullable Instant firstScore;

  private TriggerDryRun(Request request) {
    this.request = request;
    this.evaluation = TriggerEvaluation.start(request.settings(), request.from());
    this.nextTick = request.from();
  }

  /** An observation other than a score. */
  private record Event(Instant at, TriggerObservation observation) {}

  /**
   * Reads the topics and evaluates the triggers.
   *
   * @param consumers of bytes, committed records only, outside any group
   * @param progress receives the share of the scores that is read, in [0, 1]
   * @throws CancellationException if {@code cancelled} is true
   */
  public static Report run(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Request request,
      DoubleConsumer progress,
      BooleanSupplier cancelled) {
    TriggerDryRun run = new TriggerDryRun(request);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      List<Event> events = run.events(consumer, topics, cancelled);
      List<TopicPartition> partitions = TopicSpans.partitions(consumer, topics.drift().name());
      Map<TopicPartition, Long> from = TopicSpans.offsets(consumer, partitions, request.from());
      Map<TopicPartition, Long> until = TopicSpans.offsets(consumer, partitions, request.until());
      ArrivedEvents arrived = run.new ArrivedEvents(events);
      TimeOrderedRecords.readAll(
          consumer,
          TopicSpans.spans(from, until),
          record -> {
            Instant at = FrameReader.recordTime(record);
            arrived.until(at);
            DriftScore frame = topics.drift().value(record);
            if (frame != null) {
              run.scored(frame, at);
            }
          },
          progress,
          cancelled);
      arrived.until(request.until());
      run.advance(request.until().minusNanos(1));
    }
    return new Report(run.entries, run.scores, Optional.ofNullable(run.firstScore));
  }

  /** The events in their order, observed as the scores reach their times. */
  private final class ArrivedEvents {
    private final List<Event> events;
    private int next;

    ArrivedEvents(List<Event> events) {
      this.events = events;
    }

    void until(Instant time) {
      while (next < events.size() && !events.get(next).at().isAfter(time)) {
        Event event = events.get(next++);
        if (event.at().isBefore(request.from())) {
          evaluation = evaluation.replayed(event.observation());
        } else if (event.at().isBefore(request.until())) {
          advance(event.at());
          observe(event.observation());
        }
      }
    }
  }

  private List<Event> events(
      Consumer<byte[], byte[]> consumer, Topics topics, BooleanSupplier cancelled) {
    List<Event> events = new ArrayList<>();
    TopicSpans.readValues(
        consumer,
        topics.incidents(),
        cancelled,
        (incident, at) -> events.add(new Event(at, new IncidentChanged(incident, at))));
    TopicSpans.readValues(
        consumer,
        topics.drifts(),
        cancelled,
        (drift, at) -> {
          // A training in the period before would have learnt earlier evidence.
          if (!at.isBefore(request.from())) {
            events.add(new Event(at, new DriftSeen(drift, at)));
          }
        });
    TopicSpans.all(consumer, topics.control().name())
        .stoppedBy(cancelled)
        .readAll(
            topics
                .control()
                .changes(
                    (id, at) -> takeBack(id, at, events),
                    (command, at) -> {
                      takeBack(command.order().id(), at, events); // which it replaces
                      controls = controls.with(command);
                      if (command instanceof AcceptNormal accepted) {
                        events.add(new Event(at, new NormalAccepted(accepted)));
                      }
                    }));
    events.sort(Comparator.comparing(Event::at));
    return events;
  }

  private void takeBack(String commandId, Instant at, List<Event> events) {
    if (controls.contains(commandId)) {
      controls = controls.without(commandId);
      events.add(new Event(at, new AcceptanceTakenBack(controls.acceptances(), at)));
    }
  }

  private void scored(DriftScore frame, Instant at) {
    scores++;
    if (firstScore == null) {
      firstScore = at;
    }
    advance(at);
    observe(FrameEvaluated.of(frame, at, controls, request.calibrationScores()));
  }

  /** Advances the time with its ticks, and ends a training that is due. */
  private void advance(Instant to) {
    while (!nextTick.isAfter(to)) {
      Instant tick = nextTick;
      nextTick = nextTick.plus(TICK);
      observe(new Tick(tick));
    }
    endTraining(to);
  }

  private void endTraining(Instant now) {
    Instant ends = trainingEnds;
    if (ends != null && !ends.isAfter(now)) {
      trainingEnds = null;
      evaluation = evaluation.next(new TrainingEnded("dry-run", ends)).next();
    }
  }

  private void observe(TriggerObservation observation) {
    endTraining(observation.at());
    TriggerEvaluation.Step step = evaluation.next(observation);
    evaluation = step.next();
    for (SuppressedTrigger suppressed : step.suppressed()) {
      entries.add(new Entry(evaluation.now(), suppressed.trigger(), suppressed));
    }
    if (step.trigger().isPresent()) {
      RetrainTrigger trigger = step.trigger().get();
      entries.add(new Entry(trigger.at(), trigger, null));
      evaluation = evaluation.next(new TrainingStarted("dry-run", trigger.at())).next();
      trainingEnds = trigger.at().plus(request.training());
    }
  }
}
