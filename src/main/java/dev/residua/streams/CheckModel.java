package dev.residua.streams;

import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.MonitorModel;
import java.util.stream.Stream;
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
    int d = model.graph().size();
    if (!finite(score)) {
      throw new ForeignScoreException(
          "the score of %s #%d has values that are not finite; no detector could forget them"
              .formatted(score.source(), score.sequence()));
    }
    if (Stream.of(
            score.standardized(),
            score.latents(),
            score.expected(),
            score.residuals(),
            score.pValues())
        .anyMatch(values -> values.length != d)) {
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

  private static boolean finite(ScoredFrame score) {
    float sum = score.jointPValue() + score.appearance() + score.appearancePValue();
    if (score.reconstruction() != Reconstruction.NONE) {
      sum += score.reconstructionError() + score.reconstructionPValue();
    }
    for (float[] values :
        new float[][] {
          score.standardized(),
          score.latents(),
          score.expected(),
          score.residuals(),
          score.pValues()
        }) {
      for (float value : values) {
        sum += 0 * value; // NaN where it is not finite
      }
    }
    return Float.isFinite(sum);
  }

  /** A score that this monitor cannot judge. */
  static final class ForeignScoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ForeignScoreException(String message) {
      super(message);
    }
  }
}
