package dev.residua.wire;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;

/** {@code AnomalyEvent} records to domain and back. */
final class AnomalyEventMapper {
  static final RecordSerde<dev.residua.avro.AnomalyEvent, AnomalyEvent> SERDE =
      new RecordSerde<>(
          FindingFields.MAX_EVENT_BYTES,
          dev.residua.avro.AnomalyEvent.class,
          AnomalyEventMapper::toAvro,
          AnomalyEventMapper::toDomain);

  private AnomalyEventMapper() {}

  static dev.residua.avro.AnomalyEvent toAvro(AnomalyEvent event) {
    dev.residua.avro.AnomalyEvent record = new dev.residua.avro.AnomalyEvent();
    FindingFields.write(event.finding(), record);
    record.setKind(dev.residua.avro.AnomalyKind.valueOf(event.kind().name()));
    record.setStatistic(event.statistic());
    record.setThreshold(event.threshold());
    record.setPValue(event.pValue());
    record.setCondition(event.condition());
    record.setTailPValue(event.tailPValue());
    record.setResolution(event.resolution());
    record.setMotion(CameraMotions.toAvro(event.motion()));
    return record;
  }

  static AnomalyEvent toDomain(dev.residua.avro.AnomalyEvent record) {
    return new AnomalyEvent(
        FindingFields.read(record),
        AnomalyKind.valueOf(record.getKind().name()),
        record.getStatistic(),
        record.getThreshold(),
        record.getPValue(),
        record.getCondition(),
        record.getTailPValue(),
        record.getResolution(),
        CameraMotions.toDomain(record.getMotion()));
  }
}
