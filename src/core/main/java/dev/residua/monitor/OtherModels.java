package dev.residua.monitor;

import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.drift.ImageStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Calibrations of a source under the previous model and under a challenger in shadow, so that it is
 * watched from its first frame under either. At most one of each. Mutable, for one thread.
 */
final class OtherModels {
  /** Time without a score from which a challenger no longer learns. */
  static final Duration TIMEOUT = Duration.ofDays(1);

  private final @Nullable OtherModel before;
  private @Nullable OtherModel challenger;
  private @Nullable SourceCommissioning learning; // under the challenger; null: to be restored
  private boolean parked; // nothing of the challenger's is left to give up
  private boolean news; // of the challenger

  OtherModels(@Nullable OtherModel before, @Nullable OtherModel challenger) {
    this.before = before;
    this.challenger = challenger;
  }

  @Nullable OtherModel before() {
    return before;
  }

  @Nullable OtherModel challenger() {
    return challenger;
  }

  /**
   * Learns from a score of the challenger. A score of the same or an earlier frame than the last
   * one changes nothing.
   *
   * @param model the challenger
   * @param modelId the id under which it would become active
   * @param leaveOut whether the frame shows a fault or an alarm
   */
  void learn(ScoredFrame frame, MonitorModel model, String modelId, boolean leaveOut) {
    OtherModel known = isOf(challenger, modelId) ? challenger : null;
    if (known != null && frame.sequence() <= known.sequence()) {
      return;
    }
    SourceCommissioning learns =
        known == null
            ? new SourceCommissioning(model)
            : learning == null
                ? SourceCommissioning.restore(model, known.commissioning())
                : learning;
    learns.enter(frame.context());
    boolean sampled = frame.statistics().reconstruction() == Reconstruction.SAMPLED;
    learns.learn(
        frame,
        frame.statistics().standardized(),
        sampled ? ImageStatistics.dithered(frame.statistics(), frame.sequence()) : null,
        leaveOut);
    learning = learns;
    put(modelId, frame.sequence(), frame.capturedAt(), learns, known);
  }

  private void put(
      String modelId,
      long sequence,
      Instant at,
      SourceCommissioning learns,
      @Nullable OtherModel known) {
    CommissioningStatus now = learns.status();
    CommissioningStatus published =
        known == null || now.isNewsAfter(known.status()) ? now : known.status();
    news |= published == now;
    parked = false;
    challenger = new OtherModel(modelId, sequence, at, published, learns.state());
  }

  /** Drops the unfinished calibrations of a challenger that has stopped to score. */
  void expire(Instant now) {
    OtherModel known = challenger;
    if (known == null || parked || now.isBefore(known.at().plus(TIMEOUT))) {
      return;
    }
    Optional<CommissioningState> kept = known.commissioning().parked();
    parked = true;
    news |= kept.isEmpty();
    learning = null;
    challenger =
        kept.map(
                state ->
                    new OtherModel(
                        known.modelId(), known.sequence(), known.at(), known.status(), state))
            .orElse(null);
  }

  /**
   * Accepts the result under review of the challenger as normal. Without effect if the challenger
   * has not scored since a restart.
   */
  void accept() {
    OtherModel known = challenger;
    if (learning != null && known != null && learning.accept()) {
      put(known.modelId(), known.sequence(), known.at(), learning, known);
    }
  }

  /** Returns the calibrations under a model; null if there are none. */
  @Nullable OtherModel of(String modelId) {
    return isOf(challenger, modelId) ? challenger : isOf(before, modelId) ? before : null;
  }

  private static boolean isOf(@Nullable OtherModel model, String modelId) {
    return model != null && model.modelId().equals(modelId);
  }

  /**
   * Returns the other models once another model scores the source.
   *
   * @param modelId id of that model
   * @param parked calibrations under the present one; null if they cannot be used again
   */
  OtherModels after(String modelId, @Nullable OtherModel parked) {
    return new OtherModels(
        parked != null ? parked : isOf(before, modelId) ? null : before,
        isOf(challenger, modelId) ? null : challenger);
  }

  /** Returns true if there is news of the challenger since {@link #publish}. */
  boolean isNews() {
    return news;
  }

  /** Returns the status under the challenger; null if there is none. */
  CommissioningReport.@Nullable Challenger publish() {
    news = false;
    OtherModel known = challenger;
    return known == null
        ? null
        : new CommissioningReport.Challenger(known.modelId(), known.status());
  }
}
