package dev.residua.streams;

import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorModel;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/**
 * Refuses scores of a model other than the one at hand: its residuals cannot be held against this
 * reference. The exception handler makes them dead letters.
 */
final class CheckModel extends ContextualFixedKeyProcessor<String, ScoredFrame, ScoredFrame> {
  private final MonitorModel model;

  CheckModel(MonitorModel model) {
    this.model = model;
  }

  @Override
  public void process(FixedKeyRecord<String, ScoredFrame> record) {
    ScoredFrame score = record.value();
    if (!score.modelId().equals(model.id())) {
      throw new ForeignScoreException(
          "the score of %s #%d is of model '%s', this monitor judges model '%s'"
              .formatted(score.source(), score.sequence(), score.modelId(), model.id()));
    }
    if (score.standardized().length != model.graph().size()) {
      throw new ForeignScoreException(
          "the score of %s #%d has %d latents, model '%s' has %d"
              .formatted(
                  score.source(),
                  score.sequence(),
                  score.standardized().length,
                  model.id(),
                  model.graph().size()));
    }
    context().forward(record);
  }

  /** A score that this monitor cannot judge. */
  static final class ForeignScoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ForeignScoreException(String message) {
      super(message);
    }
  }
}
