package dev.residua.renewal.job;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Incident;
import dev.residua.renewal.trigger.RetrainTrigger;
import dev.residua.renewal.trigger.SuppressionReason;
import dev.residua.renewal.trigger.TriggerEvaluation;
import dev.residua.renewal.trigger.TriggerObservation;
import dev.residua.renewal.trigger.TriggerObservation.DriftSeen;
import dev.residua.renewal.trigger.TriggerObservation.FrameJudged;
import dev.residua.renewal.trigger.TriggerObservation.IncidentChanged;
import dev.residua.renewal.trigger.TriggerObservation.NormalAccepted;
import dev.residua.renewal.trigger.TriggerObservation.Tick;
import dev.residua.renewal.trigger.TriggerObservation.TrainingEnded;
import dev.residua.renewal.trigger.TriggerObservation.TrainingStarted;
import dev.residua.renewal.trigger.TriggerSettings;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What would have led to a training, from stored topics, without doing anything: the scores, drift
 * events and incidents of a period are told to a {@link TriggerEvaluation} in the order of their
 * records' timestamps, with a tick every {@link #TICK}. A training is taken to begin when it is
 * asked for and to last a given time; what it would have changed is not known, so a drift that
 * lasts in the records goes on to count after the cooldown.
 *
 * <p>Condition: the topics still hold the period. Of incidents that compaction has thinned, only
 * the last state is known: one that was resolved by then seems never to have been open, and its
 * frames seem quiet.
 */
public final class TriggerDryRun {
  /** Time between two looks at the clock. */
  public static final Duration TICK = Duration.ofMinutes(1);

  /**
   * One thing that would have been said.
   *
   * @param at when
   * @param trigger the reason to train
   * @param suppressed what stood against it; null if it would have led to a training
   */
  public record Entry(Instant at, RetrainTrigger trigger, @Nullable SuppressionReason suppressed) {
    /** All of it in one sentence. */
    public String sentence() {
      return suppressed == null ? "training, since " + trigger.reason() : suppressed.sentence();
    }
  }

  /**
   * What came of it.
   *
   * @param entries in the order of time
   * @param scores scores looked at
   * @param firstScore time of the first of them; empty if there are none. Later than the period
   *     asked for where older ones are not kept
   */
  public record Report(List<Entry> entries, long scores, Optional<Instant> firstScore) {
    public Report {
      entries = List.copyOf(entries);
    }
  }

  /**
   * What to ask.
   *
   * @param settings when a model is trained anew
   * @param from first moment
   * @param until moment after the last, later than {@code from}
   * @param training how long a training is taken to last, at least zero
   * @param calibrationScores scores behind the p-values of the model in use
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
  private TriggerEvaluation watch;
  private ActiveControls board = ActiveControls.EMPTY;
  private Instant nextTick;
  private @Nullable Instant trainingEnds;
  private long scores;
  private @Nullable Instant firstScore;

  private TriggerDryRun(Request request) {
    this.request = request;
    this.watch = TriggerEvaluation.start(request.settings(), request.from());
    this.nextTick = request.from();
  }

  /** Something that happened beside the scores. */
  private record Event(Instant at, TriggerObservation observation) {}

  /**
   * Reads the topics and tells.
   *
   * @param consumers of bytes, committed records only, outside any group
   * @param told what part of the scores is read, in [0, 1]
   * @throws CancellationException if {@code cancelled} says so
   */
  public static Report run(
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Request request,
      DoubleConsumer told,
      BooleanSupplier cancelled) {
    TriggerDryRun run = new TriggerDryRun(request);
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      List<Event> events = run.events(consumer, topics, cancelled);
      List<TopicPartition> partitions = TopicReader.partitions(consumer, topics.scores().name());
      Map<TopicPartition, Long> from = TopicReader.offsets(consumer, partitions, request.from());
      Map<TopicPartition, Long> until = TopicReader.offsets(consumer, partitions, request.until());
      Map<TopicPartition, FrameRange.Span> spans = new HashMap<>();
      from.forEach(
          (partition, first) -> {
            long end = until.getOrDefault(partition, first);
            if (end > first) {
              spans.put(partition, new FrameRange.Span(first, end));
            }
          });
      ArrivedEvents arrived = run.new ArrivedEvents(events);
      TimeOrderedRecords.forEach(
          consumer,
          spans,
          record -> {
            arrived.until(Instant.ofEpochMilli(record.timestamp()));
            ScoredFrame frame = StoredExclusions.value(topics.scores(), record);
            if (frame != null) {
              run.judged(frame, Instant.ofEpochMilli(record.timestamp()));
            }
          },
          told,
          cancelled);
      arrived.until(request.until());
      run.advance(request.until().minusNanos(1));
    }
    return new Report(run.entries, run.scores, Optional.ofNullable(run.firstScore));
  }

  /** Events in their order, as far as they have happened. */
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
          watch = watch.replayed(event.observation());
        } else if (event.at().isBefore(request.until())) {
          advance(event.at());
          tell(event.observation());
        }
      }
    }
  }

  private List<Event> events(
      Consumer<byte[], byte[]> consumer, Topics topics, BooleanSupplier cancelled) {
    List<Event> events = new ArrayList<>();
    TopicReader.all(
        consumer,
        topics.incidents().name(),
        record -> {
          Incident incident = StoredExclusions.value(topics.incidents(), record);
          if (incident != null) {
            events.add(event(record, new IncidentChanged(incident, time(record))));
          }
        },
        cancelled);
    TopicReader.all(
        consumer,
        topics.drifts().name(),
        record -> {
          DriftEvent drift = StoredExclusions.value(topics.drifts(), record);
          // Evidence of before would be learnt by now, or be found again.
          if (drift != null && !time(record).isBefore(request.from())) {
            events.add(event(record, new DriftSeen(drift, time(record))));
          }
        },
        cancelled);
    TopicReader.all(
        consumer,
        topics.control().name(),
        record -> {
          ControlCommand command = StoredExclusions.value(topics.control(), record);
          if (command != null) {
            board = board.with(command);
            if (command instanceof AcceptNormal accepted) {
              events.add(event(record, new NormalAccepted(accepted)));
            }
          }
        },
        cancelled);
    events.sort(Comparator.comparing(Event::at));
    return events;
  }

  private static Event event(
      ConsumerRecord<byte[], byte[]> record, TriggerObservation observation) {
    return new Event(time(record), observation);
  }

  private static Instant time(ConsumerRecord<byte[], byte[]> record) {
    return Instant.ofEpochMilli(record.timestamp());
  }

  private void judged(ScoredFrame frame, Instant at) {
    scores++;
    if (firstScore == null) {
      firstScore = at;
    }
    advance(at);
    tell(FrameJudged.of(frame, at, board, request.calibrationScores()));
  }

  /** Lets time pass, ticking and ending trainings on the way. */
  private void advance(Instant to) {
    while (!nextTick.isAfter(to)) {
      Instant tick = nextTick;
      nextTick = nextTick.plus(TICK);
      tell(new Tick(tick));
    }
    endTraining(to);
  }

  private void endTraining(Instant now) {
    Instant ends = trainingEnds;
    if (ends != null && !ends.isAfter(now)) {
      trainingEnds = null;
      watch = watch.next(new TrainingEnded("dry-run", ends)).next();
    }
  }

  private void tell(TriggerObservation observation) {
    endTraining(observation.at());
    TriggerEvaluation.Step step = watch.next(observation);
    watch = step.next();
    for (SuppressionReason suppressed : step.suppressed()) {
      entries.add(new Entry(watch.now(), suppressed.trigger(), suppressed));
    }
    if (step.trigger().isPresent()) {
      RetrainTrigger trigger = step.trigger().get();
      entries.add(new Entry(trigger.at(), trigger, null));
      watch = watch.next(new TrainingStarted("dry-run", trigger.at())).next();
      trainingEnds = trigger.at().plus(request.training());
    }
  }
}
