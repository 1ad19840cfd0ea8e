package dev.residua.wire;

import dev.residua.avro.ControlKind;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/** {@code ControlCommand} records to domain and back: one codec per kind. */
final class ControlCommandMapper {
  private static final Map<Kind, AvroCodec<?>> CODECS = new EnumMap<>(Kind.class);

  static {
    Schema schema = dev.residua.avro.ControlCommand.getClassSchema();
    for (Kind kind : Kind.values()) {
      CODECS.put(kind, AvroCodec.of(kind.type().asSubclass(Record.class), schema));
    }
  }

  static final RecordSerde<dev.residua.avro.ControlCommand, ControlCommand> SERDE =
      new RecordSerde<>(
          AvroCodec.MAX_EVENT_BYTES,
          dev.residua.avro.ControlCommand.class,
          ControlCommandMapper::toAvro,
          ControlCommandMapper::toDomain);

  private ControlCommandMapper() {}

  static dev.residua.avro.ControlCommand toAvro(ControlCommand command) {
    dev.residua.avro.ControlCommand record = new dev.residua.avro.ControlCommand();
    record.setKind(ControlKind.valueOf(command.kind().name()));
    record.setIncidents(List.of());
    codec(command.kind()).write((Record) command, record);
    return record;
  }

  static ControlCommand toDomain(dev.residua.avro.ControlCommand record) {
    ControlKind kind = record.getKind();
    if (kind == ControlKind.UNKNOWN) {
      throw new SerializationException(
          "control command %s is of a kind that this version does not know"
              .formatted(record.getCommandId()));
    }
    try {
      return (ControlCommand) codec(Kind.valueOf(kind.name())).toJava(record);
    } catch (IllegalArgumentException e) {
      throw new SerializationException(
          "control command %s of kind %s cannot be used: %s"
              .formatted(record.getCommandId(), kind, e.getMessage()),
          e);
    }
  }

  @SuppressWarnings("unchecked") // every kind has the codec of its record
  private static AvroCodec<Record> codec(Kind kind) {
    return (AvroCodec<Record>) Objects.requireNonNull(CODECS.get(kind));
  }
}
