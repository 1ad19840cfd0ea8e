package dev.residua.scoring;

import dev.residua.causal.ScoredFrame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.telemetry.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores the frames of one transaction before it begins. So nothing that takes time, such as
 * fetching a referenced picture, holds the transaction open. For one thread.
 */
final class FrameScoring {
  private static final Logger LOG = LoggerFactory.getLogger(FrameScoring.class);

  private final ModelBatches batches;
  private final FrameIntake intake;
  private final PoisonFrames poison;
  private final FramesInFlight inFlight;
  private final int maxFrames;

  private final List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
  private final List<ScoredFrame> scores = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  /** A record that becomes a dead letter. */
  record Refusal(ConsumerRecord<byte[], byte[]> record, RejectedFrameException why) {}

  FrameScoring(
      ModelBatches batches,
      FrameIntake intake,
      PoisonFrames poison,
      FramesInFlight inFlight,
      int maxFrames) {
    this.batches = batches;
    this.intake = intake;
    this.poison = poison;
    this.inFlight = inFlight;
    this.maxFrames = maxFrames;
  }

  /** Records that the last {@link #score} took, also where it failed. */
  List<ConsumerRecord<byte[], byte[]>> taken() {
    return taken;
  }

  /** Scores of the accepted frames among them, in their order. */
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
   * @param activations finds the activation that holds for a record
   * @param deadline after which no further frame is taken, as {@link System#nanoTime}
   * @throws PoisonFrames.UnscoredException if the engine fails
   */
  void score(
      FrameQueue waiting,
      Function<ConsumerRecord<byte[], byte[]>, Activation> activations,
      Tracing.Batch traces,
      long deadline) {
    try {
      scoreWaiting(waiting, activations, traces, deadline);
      inFlight.end();
    } catch (RuntimeException e) { // the process goes on; after an Error the marks stay
      inFlight.end();
      throw e;
    }
  }

  private void scoreWaiting(
      FrameQueue waiting,
      Function<ConsumerRecord<byte[], byte[]>, Activation> activations,
      Tracing.Batch traces,
      long deadline) {
    taken.clear();
    scores.clear();
    refusals.clear();
    batches.clear();
    FrameBatch current = null;
    int most = poison.oneByOne() ? 1 : maxFrames;
    while (!waiting.isEmpty() && taken.size() < most) {
      if (!taken.isEmpty() && System.nanoTime() > deadline) {
        break;
      }
      ConsumerRecord<byte[], byte[]> record = waiting.next();
      taken.add(record);
      FrameBatch batch = batches.of(activations.apply(record));
      boolean alone = inFlight.isSuspect(record);
      if (current != null && (current != batch || alone)) {
        score(current); // keeps the order of each partition
      }
      current = batch;
      inFlight.begin(record, () -> alone ? List.of() : waiting.peek(ScoringLoop.BATCH_FRAMES));
      admit(record, batch, traces);
      if (batch.isFull() || alone) {
        score(batch);
      }
    }
    if (current != null) {
      score(current);
    }
  }

  private void admit(
      ConsumerRecord<byte[], byte[]> record, FrameBatch batch, Tracing.Batch traces) {
    try {
      traces.taken(record);
      poison.check(record);
      inFlight.check(record);
      intake.admit(record, batch);
    } catch (RejectedFrameException why) {
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

  private void score(FrameBatch batch) {
    try {
      scores.addAll(batch.score());
    } catch (RuntimeException e) {
      throw new PoisonFrames.UnscoredException(e);
    }
    inFlight.batchScored();
  }
}
