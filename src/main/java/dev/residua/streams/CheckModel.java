package dev.residua.streams;

import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.SourceMonitor;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/**
 * Refuses scores of models that are not known here: their residuals can be held against no
 * reference. The exception handler makes them dead letters.
 */
final class CheckModel extends ContextualFixedKeyProcessor<String, ScoredFrame, ScoredFrame> {
  private final MonitorModels models;

  CheckModel(MonitorModels models) {
    this.models = models;
  }

  @Override
  public void process(FixedKeyRecord<String, ScoredFrame> record) {
    ScoredFrame score = record.value();
    Optional<SourceMonitor.Limits> limits = models.find(score.modelId());
    if (limits.isEmpty()) {
      throw new ForeignScoreException(
          "the score of %s #%d is of model '%s', which is not in the registry or cannot be monitored"
              .formatted(score.source(), score.sequence(), score.modelId()));
    }
    int d = limits.get().model().graph().size();
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
                  score.modelId(),
                  d));
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
