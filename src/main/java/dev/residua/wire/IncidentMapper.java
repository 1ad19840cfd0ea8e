package dev.residua.wire;

import dev.residua.causal.Finding;
import dev.residua.incident.Incident;
import org.apache.kafka.common.serialization.Serde;

/** {@code Incident} records to domain and back. */
final class IncidentMapper {
  static final Serde<Incident> SERDE =
      SingleObject.serde(
          dev.residua.avro.Incident.class, IncidentMapper::toAvro, IncidentMapper::toDomain);

  private IncidentMapper() {}

  static dev.residua.avro.Incident toAvro(Incident incident) {
    return dev.residua.avro.Incident.newBuilder()
        .setIncidentId(incident.id())
        .setSource(incident.source())
        .setState(dev.residua.avro.IncidentState.valueOf(incident.state().name()))
        .setSeverity(dev.residua.avro.Severity.valueOf(incident.severity().name()))
        .setKind(incident.kind())
        .setSentence(incident.sentence())
        .setCauses(FindingFields.causes(incident.causes()))
        .setOpenedAt(incident.openedAt())
        .setUpdatedAt(incident.updatedAt())
        .setResolvedAt(incident.resolvedAt())
        .setOpenedSequence(incident.openedSequence())
        .setUpdatedSequence(incident.updatedSequence())
        .setEvents(incident.events())
        .setFlaps(incident.flaps())
        .setModelId(incident.modelId())
        .setLinks(incident.links())
        .build();
  }

  static Incident toDomain(dev.residua.avro.Incident record) {
    return new Incident(
        record.getIncidentId(),
        record.getSource(),
        Incident.State.valueOf(record.getState().name()),
        Finding.Severity.valueOf(record.getSeverity().name()),
        record.getKind(),
        record.getSentence(),
        FindingFields.causesOf(record.getCauses()),
        record.getOpenedAt(),
        record.getUpdatedAt(),
        record.getResolvedAt(),
        record.getOpenedSequence(),
        record.getUpdatedSequence(),
        record.getEvents(),
        record.getFlaps(),
        record.getModelId(),
        record.getLinks());
  }
}
