package dev.residua.scoring;

import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.runtime.FrameBatch;
import dev.residua.source.SourceRule;
import dev.residua.telemetry.Tracing;
import dev.residua.wire.FrameReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores the frames of one transaction before it begins. So nothing that takes time, such as
 * fetching a referenced picture, holds the transaction open. For one thread.
 */
final class FrameScoring {
  private static final Logger LOG = LoggerFactory.getLogger(FrameScoring.class);

  private final ModelBatches batches;
  private final Function<String, SourceRule> rules;
  private final FrameIntake intake;
  private final FetchAhead fetches;
  private final PoisonFrames poison;
  private final FramesInFlight inFlight;
  private final int maxFrames;

  private final List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
  private final List<@Nullable ScoredFrame> places = new ArrayList<>(); // null until it is scored
  private final List<Refusal> refusals = new ArrayList<>();
  private List<ScoredFrame> scores = List.of();

  /** The frames in batches that are not scored yet. */
  private final Map<FrameBatch, List<Admitted>> admitted = new LinkedHashMap<>();

  /**
   * A frame in a batch.
   *
   * @param place of its score among all
   */
  private record Admitted(ConsumerRecord<byte[], byte[]> record, int place) {}

  /** Finds the activation that applies to a record of a source in a scene. */
  @FunctionalInterface
  interface Activations {
    /** Empty if the scene has no model. */
    Optional<Activation> at(ConsumerRecord<byte[], byte[]> record, String scene);
  }

  /** A record that becomes a dead letter. */
  record Refusal(ConsumerRecord<byte[], byte[]> record, RejectedFrameException why) {}

  FrameScoring(
      ModelBatches batches,
      Function<String, SourceRule> rules,
      FrameIntake intake,
      FetchAhead fetches,
      PoisonFrames poison,
      FramesInFlight inFlight,
      int maxFrames) {
    this.batches = batches;
    this.rules = rules;
    this.intake = intake;
    this.fetches = fetches;
    this.poison = poison;
    this.inFlight = inFlight;
    this.maxFrames = maxFrames;
  }

  /** Records that the last {@link #score} took, also if it failed. */
  List<ConsumerRecord<byte[], byte[]>> taken() {
    return taken;
  }

  /** Scores of the accepted frames among them, in their order; none if it failed. */
  List<ScoredFrame> scores() {
    return scores;
  }

  /** The others, in their order. */
  List<Refusal> refusals() {
    return refusals;
  }

  /**
   * Takes the frames that wait, until the deadline or the most that one transaction takes, and
   * scores or refuses each.
   *
   * @param deadline after which no further frame is taken, as {@link System#nanoTime}
   * @throws PoisonFrames.UnscoredException if the engine fails
   */
  void score(FrameQueue waiting, Activations activations, Tracing.Batch traces, long deadline) {
    try {
      scoreWaiting(waiting, activations, traces, deadline);
      inFlight.end();
    } catch (RuntimeException e) { // the process continues; after an Error the marks stay
      inFlight.end();
      throw e;
    }
  }

  private void scoreWaiting(
      FrameQueue waiting, Activations activations, Tracing.Batch traces, long deadline) {
    taken.clear();
    places.clear();
    scores = List.of();
    refusals.clear();
    admitted.clear();
    batches.clear();
    int most = poison.oneByOne() ? 1 : maxFrames;
    while (!waiting.isEmpty() && taken.size() < most) {
      if (!taken.isEmpty() && System.nanoTime() > deadline) {
        break;
      }
      if (fetches.isOn()) {
        fetches.look(waiting.peek(FetchAhead.WINDOW));
      }
      ConsumerRecord<byte[], byte[]> record = waiting.next();
      taken.add(record);
      boolean alone = inFlight.isSuspect(record);
      if (alone) {
        scoreAll();
      }
      inFlight.begin(record, () -> alone ? List.of() : waiting.peek(NetworkEngine.BATCH_FRAMES));
      admit(record, activations, traces);
      if (alone) {
        scoreAll();
      }
    }
    scoreAll();
    scores = places.stream().map(Objects::requireNonNull).toList();
  }

  private void admit(
      ConsumerRecord<byte[], byte[]> record, Activations activations, Tracing.Batch traces) {
    try {
      traces.taken(record);
      poison.check(record);
      inFlight.check(record);
      String source = FrameReader.source(record.key());
      SourceRule rule = rules.apply(source);
      FrameBatch batch = batch(record, rule.scene(), activations);
      intake.admit(source, record, rule, batch);
      admitted
          .computeIfAbsent(batch, b -> new ArrayList<>())
          .add(new Admitted(record, places.size()));
      places.add(null);
      if (batch.isFull()) {
        score(batch);
      }
    } catch (RejectedFrameException why) {
      inFlight.scored(List.of(record));
      traces.refused(record, why.reason().name());
      refusals.add(new Refusal(record, why));
      LOG.debug(
          "frame refused: topic={} partition={} offset={} reason={}",
          record.topic(),
          record.partition(),
          record.offset(),
          why.getMessage());
    }
  }

  private FrameBatch batch(
      ConsumerRecord<byte[], byte[]> record, String scene, Activations activations)
      throws RejectedFrameException {
    Optional<Activation> activation = activations.at(record, scene);
    if (activation.isEmpty()) {
      throw new RejectedFrameException(
          RejectedFrameException.Reason.NO_MODEL,
          "the scene '%s' of this source has no model that can be used; publish and activate one (residua model promote FILE --reason TEXT --scene %s), then replay the frame"
              .formatted(scene, scene));
    }
    return batches.of(activation.get(), this::score);
  }

  private void scoreAll() {
    List.copyOf(admitted.keySet()).forEach(this::score);
  }

  private void score(FrameBatch batch) {
    List<Admitted> frames = admitted.remove(batch);
    if (frames == null) {
      return;
    }
    List<ScoredFrame> results;
    try {
      results = batch.score();
    } catch (RuntimeException e) {
      throw new PoisonFrames.UnscoredException(e);
    }
    for (int i = 0; i < frames.size(); i++) {
      places.set(frames.get(i).place(), results.get(i));
    }
    inFlight.scored(frames.stream().map(Admitted::record).toList());
  }
}
