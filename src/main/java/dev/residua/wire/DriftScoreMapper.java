package dev.residua.wire;

import dev.residua.drift.DriftScore;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Serde;

/** {@code DriftScore} records to domain and back. */
final class DriftScoreMapper {
  static final Serde<DriftScore> SERDE =
      SingleObject.serde(
          dev.residua.avro.DriftScore.class, DriftScoreMapper::toAvro, DriftScoreMapper::toDomain);

  private DriftScoreMapper() {}

  static dev.residua.avro.DriftScore toAvro(DriftScore score) {
    return new dev.residua.avro.DriftScore(
        score.source(),
        score.sequence(),
        score.capturedAt(),
        score.modelId(),
        score.statistic(),
        score.threshold(),
        score.targetRunLength(),
        Floats.list(score.perScale()),
        Arrays.stream(score.scales()).boxed().toList(),
        score.samples());
  }

  static DriftScore toDomain(dev.residua.avro.DriftScore score) {
    return new DriftScore(
        score.getSource(),
        score.getSequence(),
        score.getCapturedAt(),
        score.getModelId(),
        score.getStatistic(),
        score.getThreshold(),
        score.getTargetRunLength(),
        Floats.array(score.getPerScale()),
        score.getScales().stream().mapToInt(Integer::intValue).toArray(),
        score.getSamples());
  }
}
