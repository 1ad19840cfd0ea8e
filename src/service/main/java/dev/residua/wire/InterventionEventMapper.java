package dev.residua.wire;

import dev.residua.intervention.EdgeReading;
import dev.residua.intervention.EdgeVerdict;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import org.jspecify.annotations.Nullable;

/** {@code InterventionEvent} records to domain and back. */
final class InterventionEventMapper {
  static final RecordSerde<dev.residua.avro.InterventionEvent, InterventionEvent> SERDE =
      new RecordSerde<>(
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
    record.setPValue(orNull(event.pValue()));
    record.setCondition(event.condition());
    record.setChangePoint(FindingFields.toAvro(event.changePoint()));
    record.setEdges(event.edges().stream().map(InterventionEventMapper::toAvro).toList());
    return record;
  }

  static InterventionEvent toDomain(dev.residua.avro.InterventionEvent record) {
    return new InterventionEvent(
        FindingFields.read(record),
        InterventionKind.valueOf(record.getKind().name()),
        record.getStatistic(),
        record.getThreshold(),
        orNan(record.getPValue()),
        record.getCondition(),
        FindingFields.toDomain(record.getChangePoint()),
        FindingFields.<dev.residua.avro.EdgeReading>list(record, "edges").stream()
            .map(InterventionEventMapper::toDomain)
            .toList());
  }

  private static dev.residua.avro.EdgeReading toAvro(EdgeReading edge) {
    return new dev.residua.avro.EdgeReading(
        edge.from(),
        edge.to(),
        orNull(edge.influence()),
        orNull(edge.standardError()),
        orNull(edge.pValue()),
        dev.residua.avro.EdgeVerdict.valueOf(edge.verdict().name()));
  }

  private static EdgeReading toDomain(dev.residua.avro.EdgeReading record) {
    return new EdgeReading(
        record.getFrom(),
        record.getTo(),
        orNan(record.getInfluence()),
        orNan(record.getStandardError()),
        orNan(record.getPValue()),
        EdgeVerdict.valueOf(record.getVerdict().name()));
  }

  private static @Nullable Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static double orNan(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
