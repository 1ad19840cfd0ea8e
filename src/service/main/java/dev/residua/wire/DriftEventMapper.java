package dev.residua.wire;

import dev.residua.avro.DriftChannel;
import dev.residua.avro.DriftKind;
import dev.residua.drift.DriftEvent;
import org.apache.kafka.common.errors.SerializationException;

/** {@code DriftEvent} records to domain and back. */
final class DriftEventMapper {
  static final RecordSerde<dev.residua.avro.DriftEvent, DriftEvent> SERDE =
      new RecordSerde<>(
          FindingFields.MAX_EVENT_BYTES,
          dev.residua.avro.DriftEvent.class,
          DriftEventMapper::toAvro,
          DriftEventMapper::toDomain);

  private DriftEventMapper() {}

  static dev.residua.avro.DriftEvent toAvro(DriftEvent event) {
    dev.residua.avro.DriftEvent record = new dev.residua.avro.DriftEvent();
    FindingFields.write(event.finding(), record);
    record.setKind(DriftKind.valueOf(event.kind().name()));
    record.setChannel(DriftChannel.valueOf(event.channel().name()));
    record.setStatistic(event.statistic());
    record.setThreshold(event.threshold());
    record.setTargetRunLength(event.targetRunLength());
    record.setEstimatedRunLength(event.estimatedRunLength());
    record.setCondition(event.condition());
    record.setWindow(event.window());
    record.setChangePoint(FindingFields.toAvro(event.changePoint()));
    return record;
  }

  static DriftEvent toDomain(dev.residua.avro.DriftEvent record) {
    return new DriftEvent(
        FindingFields.read(record),
        DriftEvent.Kind.valueOf(record.getKind().name()),
        channel(record),
        record.getStatistic(),
        record.getThreshold(),
        record.getTargetRunLength(),
        record.getEstimatedRunLength(),
        record.getCondition(),
        record.getWindow(),
        FindingFields.toDomain(record.getChangePoint()));
  }

  private static DriftEvent.Channel channel(dev.residua.avro.DriftEvent record) {
    return switch (record.getChannel()) {
      case RESIDUAL -> DriftEvent.Channel.RESIDUAL;
      case PICTURE -> DriftEvent.Channel.PICTURE;
      case EVIDENCE -> DriftEvent.Channel.EVIDENCE;
      case OTHER ->
          throw new SerializationException(
              "drift event %s is of a channel that this version does not know"
                  .formatted(record.getEventId()));
    };
  }
}
