package dev.residua.wire;

import dev.residua.avro.ChallengerCalibration;
import dev.residua.avro.LatentCalibration;
import dev.residua.avro.PValueDirection;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningReport.Challenger;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code SourceCalibration} records to domain and back. */
final class CommissioningReportMapper {
  static final RecordSerde<dev.residua.avro.SourceCalibration, CommissioningReport> SERDE =
      new RecordSerde<>(
          AvroCodec.MAX_EVENT_BYTES,
          dev.residua.avro.SourceCalibration.class,
          CommissioningReportMapper::toAvro,
          CommissioningReportMapper::toDomain);

  private CommissioningReportMapper() {}

  static dev.residua.avro.SourceCalibration toAvro(CommissioningReport report) {
    CommissioningStatus status = report.status();
    SourceCalibration calibration = report.calibration();
    List<LatentCalibration> latents = new ArrayList<>();
    for (int k = 0; calibration != null && k < calibration.latents().size(); k++) {
      dev.residua.commissioning.LatentCalibration latent = calibration.latents().get(k);
      latents.add(
          new LatentCalibration(
              report.latents().get(k),
              latent.location(),
              latent.scale(),
              latent.coefficients(),
              latent.slope(),
              latent.effectiveSamples()));
    }
    return new dev.residua.avro.SourceCalibration(
        report.source(),
        report.sequence(),
        report.capturedAt(),
        report.modelId(),
        report.modelDigest(),
        dev.residua.avro.CalibrationPhase.valueOf(status.phase().name()),
        status.revision(),
        status.provisional(),
        status.progress(),
        status.reasons(),
        report.watchedSince(),
        calibration == null ? 0 : calibration.frames(),
        latents,
        status.proposals().stream().map(CommissioningReportMapper::proposal).toList(),
        challenger(report.challenger()));
  }

  private static dev.residua.avro.RecalibrationProposal proposal(RecalibrationProposal proposal) {
    NonUniformity found = proposal.found();
    return new dev.residua.avro.RecalibrationProposal(
        proposal.context(),
        proposal.latent(),
        PValueDirection.valueOf(found.direction().name()),
        found.since(),
        found.samples(),
        found.smallShare(),
        found.meanRank(),
        found.distance(),
        found.pValue());
  }

  private static RecalibrationProposal proposal(dev.residua.avro.RecalibrationProposal record) {
    return new RecalibrationProposal(
        record.getContext(),
        record.getLatent(),
        new NonUniformity(
            record.getSince(),
            record.getSamples(),
            record.getSmallShare(),
            record.getMeanRank(),
            record.getDistance(),
            record.getPValue()));
  }

  private static @Nullable ChallengerCalibration challenger(@Nullable Challenger challenger) {
    return challenger == null
        ? null
        : new ChallengerCalibration(
            challenger.modelId(),
            dev.residua.avro.CalibrationPhase.valueOf(challenger.status().phase().name()),
            challenger.status().progress(),
            challenger.status().reasons());
  }

  private static @Nullable Challenger challenger(@Nullable ChallengerCalibration record) {
    return record == null
        ? null
        : new Challenger(
            record.getModelId(),
            new CommissioningStatus(
                CalibrationPhase.valueOf(record.getPhase().name()),
                0,
                record.getProgress(),
                true,
                record.getReasons()));
  }

  static CommissioningReport toDomain(dev.residua.avro.SourceCalibration record) {
    List<dev.residua.commissioning.LatentCalibration> latents =
        record.getLatents().stream()
            .map(
                latent ->
                    new dev.residua.commissioning.LatentCalibration(
                        latent.getLocation(),
                        latent.getScale(),
                        latent.getCoefficients(),
                        latent.getSlope(),
                        latent.getEffectiveSamples()))
            .toList();
    return new CommissioningReport(
        record.getSource(),
        record.getSequence(),
        record.getCapturedAt(),
        record.getModelId(),
        record.getModelDigest(),
        record.getLatents().stream().map(LatentCalibration::getLatent).toList(),
        new CommissioningStatus(
            CalibrationPhase.valueOf(record.getPhase().name()),
            record.getRevision(),
            record.getProgress(),
            record.getProvisional(),
            record.getReasons(),
            record.getProposals().stream().map(CommissioningReportMapper::proposal).toList()),
        record.getWatchedSince(),
        latents.isEmpty()
            ? null
            : new SourceCalibration(latents, record.getFrames(), record.getRevision()),
        challenger(record.getChallenger()));
  }
}
