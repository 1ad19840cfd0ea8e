package dev.residua.wire;

import dev.residua.avro.FrameReference;
import dev.residua.avro.FrameScore;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SensorReadings;
import org.jspecify.annotations.Nullable;

/** {@code FrameScore} records to domain and back. */
final class ScoredFrameMapper {
  static final RecordSerde<FrameScore, ScoredFrame> SERDE =
      new RecordSerde<>(FrameScore.class, ScoredFrameMapper::toAvro, ScoredFrameMapper::toDomain);

  private ScoredFrameMapper() {}

  static FrameScore toAvro(ScoredFrame score) {
    FrameStatistics statistics = score.statistics();
    DetailStatistics details = statistics.details();
    return new FrameScore(
        score.source(),
        score.sequence(),
        score.capturedAt(),
        score.scoredAt(),
        score.modelId(),
        score.modelDigest(),
        score.scene(),
        Floats.list(score.latents()),
        Floats.list(score.expected()),
        Floats.list(score.residuals()),
        Floats.list(statistics.standardized()),
        Floats.list(statistics.pValues()),
        statistics.jointPValue(),
        statistics.reconstructionError(),
        statistics.reconstructionPValue(),
        statistics.appearanceDeviation(),
        statistics.appearancePValue(),
        reference(score.position()),
        sensor(score.sensor()),
        dev.residua.avro.Reconstruction.valueOf(statistics.reconstruction().name()),
        dev.residua.avro.Arrival.valueOf(score.timing().arrival().name()),
        score.timing().missing(),
        score.rule().isEmpty() ? null : score.rule(),
        score.context().isEmpty() ? null : score.context(),
        details == null ? null : details.score(),
        details == null ? null : details.pValue(),
        details == null ? null : details.across(),
        details == null ? null : details.down());
  }

  static ScoredFrame toDomain(FrameScore score) {
    return new ScoredFrame(
        score.getSource(),
        score.getSequence(),
        score.getCapturedAt(),
        score.getScoredAt(),
        score.getModelId(),
        score.getModelDigest(),
        score.getScene(),
        Floats.array(score.getLatents()),
        Floats.array(score.getExpected()),
        Floats.array(score.getResiduals()),
        new FrameStatistics(
            Floats.array(score.getStandardized()),
            Floats.array(score.getPValues()),
            score.getJointPValue(),
            Reconstruction.valueOf(score.getReconstruction().name()),
            score.getReconstructionPValue(),
            score.getAppearancePValue(),
            score.getReconstructionError(),
            score.getAppearance(),
            details(score)),
        sensor(score.getSensor()),
        new FrameTiming(FrameTiming.Arrival.valueOf(score.getArrival().name()), score.getMissing()),
        position(score.getFrame()),
        score.getRule() == null ? "" : score.getRule(),
        score.getContext() == null ? "" : score.getContext());
  }

  /** The details; null unless the record has all of their fields. */
  private static @Nullable DetailStatistics details(FrameScore score) {
    Float value = score.getDetailScore();
    Float pValue = score.getDetailPValue();
    Float across = score.getDetailAcross();
    Float down = score.getDetailDown();
    return value == null || pValue == null || across == null || down == null
        ? null
        : new DetailStatistics(value, pValue, across, down);
  }

  private static dev.residua.avro.SensorReadings sensor(SensorReadings readings) {
    return new dev.residua.avro.SensorReadings(
        readings.luma(),
        readings.darkShare(),
        readings.saturatedShare(),
        readings.sharpness(),
        readings.tear(),
        readings.hash(),
        CameraMotions.toAvro(readings.motion()));
  }

  private static SensorReadings sensor(dev.residua.avro.SensorReadings readings) {
    return new SensorReadings(
        readings.getLuma(),
        readings.getDarkShare(),
        readings.getSaturatedShare(),
        readings.getSharpness(),
        readings.getTear(),
        readings.getHash(),
        CameraMotions.toDomain(readings.getMotion()));
  }

  static FrameReference reference(FramePosition position) {
    return new FrameReference(position.topic(), position.partition(), position.offset());
  }

  static FramePosition position(FrameReference reference) {
    return new FramePosition(reference.getTopic(), reference.getPartition(), reference.getOffset());
  }
}
