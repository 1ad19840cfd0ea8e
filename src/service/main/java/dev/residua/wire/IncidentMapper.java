package dev.residua.wire;

import dev.residua.causal.Finding;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;

/** {@code Incident} records to domain and back. */
public final class IncidentMapper {
  static final RecordSerde<dev.residua.avro.Incident, Incident> SERDE =
      new RecordSerde<>(
          FindingFields.MAX_EVENT_BYTES,
          dev.residua.avro.Incident.class,
          IncidentMapper::toAvro,
          IncidentMapper::toDomain);

  private IncidentMapper() {}

  /** An incident as a JSON object with the fields of its schema. */
  public static byte[] json(Incident incident) {
    return SERDE.json(incident);
  }

  public static dev.residua.avro.Incident toAvro(Incident incident) {
    dev.residua.avro.Incident record = new dev.residua.avro.Incident();
    record.setIncidentId(incident.id());
    record.setSource(incident.source());
    record.setSubject(incident.subject().toString());
    record.setState(dev.residua.avro.IncidentState.valueOf(incident.state().name()));
    record.setReason(
        incident.reason() == null
            ? null
            : dev.residua.avro.IncidentReason.valueOf(incident.reason().name()));
    record.setSeverity(dev.residua.avro.Severity.valueOf(incident.severity().name()));
    record.setKind(incident.kind());
    record.setSentence(incident.sentence());
    record.setNote(incident.note());
    record.setCauses(FindingFields.causes(incident.causes()));
    record.setOpenedAt(incident.openedAt());
    record.setUpdatedAt(incident.updatedAt());
    record.setEndedAt(incident.endedAt());
    record.setOpenedSequence(incident.openedSequence());
    record.setUpdatedSequence(incident.updatedSequence());
    record.setEvents(incident.events());
    record.setFlaps(incident.flaps());
    record.setFollows(incident.follows());
    record.setMergedInto(incident.mergedInto());
    record.setModelId(incident.modelId());
    record.setFrame(incident.frame() == null ? null : toAvro(incident.frame()));
    record.setLabels(incident.labels());
    return record;
  }

  public static Incident toDomain(dev.residua.avro.Incident record) {
    dev.residua.avro.IncidentReason reason = record.getReason();
    return new Incident(
        record.getIncidentId(),
        record.getSource(),
        Subject.of(record.getSubject()),
        Incident.State.valueOf(record.getState().name()),
        reason == null ? null : Incident.Reason.valueOf(reason.name()),
        Finding.Severity.valueOf(record.getSeverity().name()),
        record.getKind(),
        record.getSentence(),
        record.getNote(),
        FindingFields.causesOf(record.getCauses()),
        record.getOpenedAt(),
        record.getUpdatedAt(),
        record.getEndedAt(),
        record.getOpenedSequence(),
        record.getUpdatedSequence(),
        record.getEvents(),
        record.getFlaps(),
        record.getFollows(),
        record.getMergedInto(),
        record.getModelId(),
        record.getFrame() == null ? null : toDomain(record.getFrame()),
        record.getLabels());
  }

  static dev.residua.avro.IncidentFrame toAvro(IncidentFrame frame) {
    return new dev.residua.avro.IncidentFrame(
        ScoredFrameMapper.reference(frame.position()), frame.modelId());
  }

  static IncidentFrame toDomain(dev.residua.avro.IncidentFrame record) {
    return new IncidentFrame(ScoredFrameMapper.position(record.getFrame()), record.getModelId());
  }
}
