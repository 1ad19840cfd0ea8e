package dev.residua.wire;

import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import java.util.Arrays;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** {@code DriftScore} records to domain and back. */
final class DriftScoreMapper {
  static final RecordSerde<dev.residua.avro.DriftScore, DriftScore> SERDE =
      new RecordSerde<>(
          dev.residua.avro.DriftScore.class, DriftScoreMapper::toAvro, DriftScoreMapper::toDomain);

  private DriftScoreMapper() {}

  static dev.residua.avro.DriftScore toAvro(DriftScore score) {
    return new dev.residua.avro.DriftScore(
        score.source(),
        score.sequence(),
        score.capturedAt(),
        score.modelId(),
        score.modelDigest(),
        score.statistic(),
        score.threshold(),
        score.targetRunLength(),
        Floats.list(score.perScale()),
        Arrays.stream(score.scales()).boxed().toList(),
        score.samples(),
        dev.residua.avro.CalibrationPhase.valueOf(score.calibration().phase().name()),
        score.calibration().revision(),
        score.calibration().provisional(),
        score.calibration().recalibrationProposed(),
        Floats.list(score.calibration().pValues()),
        orNull(score.others().pictureStatistic()),
        orNull(score.others().pictureThreshold()),
        orNull(score.others().quietRunLength()),
        orNull(score.others().quietLow()),
        orNull(score.others().quietHigh()),
        orNull(score.others().logEvidence()),
        orNull(score.others().framesPerSecond()));
  }

  private static @Nullable Float orNull(float value) {
    return Float.isNaN(value) ? null : value;
  }

  private static @Nullable Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static float orNaN(@Nullable Float value) {
    return value == null ? Float.NaN : value;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  static DriftScore toDomain(dev.residua.avro.DriftScore score) {
    try {
      return checked(score);
    } catch (IllegalArgumentException e) {
      throw new SerializationException("bad drift score: " + e.getMessage(), e);
    }
  }

  private static DriftScore checked(dev.residua.avro.DriftScore score) {
    return new DriftScore(
        score.getSource(),
        score.getSequence(),
        score.getCapturedAt(),
        score.getModelId(),
        score.getModelDigest(),
        score.getStatistic(),
        score.getThreshold(),
        score.getTargetRunLength(),
        Floats.array(score.getPerScale()),
        score.getScales().stream().mapToInt(Integer::intValue).toArray(),
        score.getSamples(),
        new DriftScore.Calibration(
            CalibrationPhase.valueOf(score.getPhase().name()),
            score.getRevision(),
            score.getProvisional(),
            score.getRecalibrationProposed(),
            Floats.array(score.getPValues())),
        new DriftScore.Others(
            orNaN(score.getPictureStatistic()),
            orNaN(score.getPictureThreshold()),
            orNaN(score.getQuietRunLength()),
            orNaN(score.getQuietRunLengthLow()),
            orNaN(score.getQuietRunLengthHigh()),
            orNaN(score.getLogEvidence()),
            orNaN(score.getFramesPerSecond())));
  }
}
