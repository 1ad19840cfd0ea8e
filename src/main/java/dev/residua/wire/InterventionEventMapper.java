package dev.residua.wire;

import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import org.apache.kafka.common.serialization.Serde;

/** {@code InterventionEvent} records to domain and back. */
final class InterventionEventMapper {
  static final Serde<InterventionEvent> SERDE =
      SingleObject.serde(
          FindingFields.MAX_EVENT_BYTES,
          dev.residua.avro.InterventionEvent.class,
          InterventionEventMapper::toAvro,
          InterventionEventMapper::toDomain);

  private InterventionEventMapper() {}

  static dev.residua.avro.InterventionEvent toAvro(InterventionEvent event) {
    dev.residua.avro.InterventionEvent record = new dev.residua.avro.InterventionEvent();
    FindingFields.write(event.finding(), record);
    record.setKind(dev.residua.avro.InterventionKind.valueOf(event.kind().name()));
    record.setStatistic(event.statistic());
    record.setThreshold(event.threshold());
    record.setPValue(Double.isNaN(event.pValue()) ? null : event.pValue());
    record.setCondition(event.condition());
    record.setChangePoint(FindingFields.toAvro(event.changePoint()));
    return record;
  }

  static InterventionEvent toDomain(dev.residua.avro.InterventionEvent record) {
    Double pValue = record.getPValue();
    return new InterventionEvent(
        FindingFields.read(record),
        InterventionKind.valueOf(record.getKind().name()),
        record.getStatistic(),
        record.getThreshold(),
        pValue == null ? Double.NaN : pValue,
        record.getCondition(),
        FindingFields.toDomain(record.getChangePoint()));
  }
}
