package dev.residua.streams;

import dev.residua.causal.ScoreCheck;
import dev.residua.causal.ScoredFrame;
import dev.residua.model.SafeText;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Finds the model of each score. Refuses scores of unknown models and damaged scores, which the
 * exception handler turns into dead letters. Scores of a challenger that is not at hand are left
 * out: its shadow is over.
 */
final class CheckModel
    extends ContextualProcessor<String, ScoredFrame, String, CheckModel.Checked> {
  private final MonitorModels models;
  private final boolean shadow;

  /**
   * A valid score and the thresholds of its model.
   *
   * @param shadow whether it is of a challenger
   */
  record Checked(ScoredFrame frame, MonitorThresholds limits, boolean shadow) {}

  /**
   * @param shadow whether the scores are of challengers
   */
  CheckModel(MonitorModels models, boolean shadow) {
    this.models = models;
    this.shadow = shadow;
  }

  @Override
  public void process(Record<String, ScoredFrame> record) {
    ScoredFrame score = record.value();
    if (score == null) {
      throw new ForeignScoreException("the record has no value; expected a FrameScore");
    }
    if (!score.source().equals(record.key())) {
      throw new ForeignScoreException(
          "the score's source is '%s' but the record key is '%s'; they must be equal"
              .formatted(SafeText.of(score.source()), SafeText.of(record.key())));
    }
    Optional<MonitorThresholds> limits =
        shadow ? models.findNow(score.modelId()) : models.find(score.modelId());
    if (limits.isEmpty() && shadow) {
      return;
    }
    if (limits.isEmpty()) {
      throw new ForeignScoreException(
          "the score of %s #%d is of model '%s', which is not in the registry or cannot be monitored"
              .formatted(
                  SafeText.of(score.source()), score.sequence(), SafeText.of(score.modelId())));
    }
    MonitorModel model = limits.get().model();
    ScoreCheck.fault(score, model.graph().size(), model.variables(), model::usesHistory)
        .ifPresent(
            why -> {
              throw new ForeignScoreException(
                  "the score of %s #%d cannot be evaluated: %s"
                      .formatted(SafeText.of(score.source()), score.sequence(), why));
            });
    context().forward(record.withValue(new Checked(score, limits.get(), shadow)));
  }

  /** A score that this monitor cannot evaluate. */
  static final class ForeignScoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ForeignScoreException(String message) {
      super(message);
    }
  }
}
