package dev.residua.streams;

import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.monitor.SourceMonitor;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/**
 * Finds the model of each score. Refuses scores of unknown models and damaged scores, which the
 * exception handler turns into dead letters.
 */
final class CheckModel
    extends ContextualFixedKeyProcessor<String, ScoredFrame, CheckModel.Checked> {
  private final MonitorModels models;

  /** A valid score and the thresholds of its model. */
  record Checked(ScoredFrame frame, SourceMonitor.Thresholds limits) {}

  CheckModel(MonitorModels models) {
    this.models = models;
  }

  @Override
  public void process(FixedKeyRecord<String, ScoredFrame> record) {
    ScoredFrame score = record.value();
    Optional<SourceMonitor.Thresholds> limits = models.find(score.modelId());
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
            score.statistics().standardized(),
            score.latents(),
            score.expected(),
            score.residuals(),
            score.statistics().pValues())
        .anyMatch(values -> values.length != d)) {
      throw new ForeignScoreException(
          "the score of %s #%d has %d latents, model '%s' has %d"
              .formatted(
                  score.source(),
                  score.sequence(),
                  score.statistics().standardized().length,
                  score.modelId(),
                  d));
    }
    context().forward(record.withValue(new Checked(score, limits.get())));
  }

  private static boolean finite(ScoredFrame score) {
    float sum =
        score.statistics().jointPValue()
            + score.statistics().appearanceDeviation()
            + score.statistics().appearancePValue();
    if (score.statistics().reconstruction() != Reconstruction.NONE) {
      sum += score.statistics().reconstructionError() + score.statistics().reconstructionPValue();
    }
    for (float[] values :
        new float[][] {
          score.statistics().standardized(),
          score.latents(),
          score.expected(),
          score.residuals(),
          score.statistics().pValues()
        }) {
      for (float value : values) {
        sum += 0 * value; // NaN where it is not finite
      }
    }
    return Float.isFinite(sum);
  }

  /** A score that this monitor cannot evaluate. */
  static final class ForeignScoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ForeignScoreException(String message) {
      super(message);
    }
  }
}
