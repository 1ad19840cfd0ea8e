package dev.residua.wire;

import dev.residua.avro.ControlKind;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Arm;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Learn;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Note;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.incident.ControlCommand.Resolve;
import dev.residua.incident.ControlCommand.Retire;
import dev.residua.incident.ControlCommand.Retrain;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** {@code ControlCommand} records to domain and back. */
final class ControlCommandMapper {
  static final RecordSerde<dev.residua.avro.ControlCommand, ControlCommand> SERDE =
      new RecordSerde<>(
          AvroCodec.MAX_EVENT_BYTES,
          dev.residua.avro.ControlCommand.class,
          ControlCommandMapper::toAvro,
          ControlCommandMapper::toDomain);

  private ControlCommandMapper() {}

  static dev.residua.avro.ControlCommand toAvro(ControlCommand command) {
    Order order = command.order();
    dev.residua.avro.ControlCommand record = new dev.residua.avro.ControlCommand();
    record.setCommandId(order.id());
    record.setSources(order.sources().text());
    record.setIssuedBy(order.by());
    record.setReason(order.reason());
    record.setIssuedAt(order.at());
    record.setIncidents(List.of());
    command.incident().ifPresent(record::setIncidentId);
    if (command instanceof Maintenance maintenance) {
      record.setKind(ControlKind.MAINTENANCE);
      period(record, maintenance.period());
    } else if (command instanceof Announcement announcement) {
      record.setKind(ControlKind.ANNOUNCEMENT);
      period(record, announcement.period());
      record.setLatent(announcement.latent());
    } else if (command instanceof Suppression suppression) {
      record.setKind(ControlKind.SUPPRESSION);
      record.setLatent(suppression.latent());
      record.setMargin(suppression.margin());
    } else if (command instanceof AcceptNormal) {
      record.setKind(ControlKind.ACCEPT_NORMAL);
    } else if (command instanceof Resolve) {
      record.setKind(ControlKind.RESOLVE);
    } else if (command instanceof Retire) {
      record.setKind(ControlKind.RETIRE);
    } else if (command instanceof Arm) {
      record.setKind(ControlKind.ARM);
    } else if (command instanceof Learn) {
      record.setKind(ControlKind.LEARN);
    } else if (command instanceof Feedback feedback) {
      record.setKind(ControlKind.FEEDBACK);
      record.setTrueAlarm(feedback.verdict() == FeedbackVerdict.TRUE_ALARM);
    } else if (command instanceof Acknowledgement acknowledgement) {
      record.setKind(ControlKind.ACKNOWLEDGEMENT);
      record.setAssignee(acknowledgement.assignee());
    } else if (command instanceof Note) {
      record.setKind(ControlKind.NOTE);
    } else if (command instanceof ProposalDecision decision) {
      record.setKind(ControlKind.PROPOSAL_DECISION);
      record.setProposalId(decision.proposalId());
      record.setApplied(decision.applied());
    } else if (command instanceof Retrain retrain) {
      record.setKind(ControlKind.RETRAIN);
      record.setScene(retrain.scene());
      record.setIncidents(retrain.incidents());
    } else if (command instanceof CancelTraining cancel) {
      record.setKind(ControlKind.CANCEL_TRAINING);
      record.setTrainingId(cancel.trainingId());
    } else if (command instanceof Training training) {
      record.setKind(ControlKind.TRAINING);
      record.setScene(training.scene());
      record.setTrainingId(training.trainingId());
      record.setTrigger(training.trigger());
      record.setPhase(dev.residua.avro.TrainingPhase.valueOf(training.phase().name()));
      record.setProgress(training.progress());
      record.setModelId(training.modelId());
      record.setIncidents(training.incidents());
    }
    return record;
  }

  private static void period(dev.residua.avro.ControlCommand record, Period period) {
    record.setFrom(period.from());
    record.setUntil(period.until());
  }

  static ControlCommand toDomain(dev.residua.avro.ControlCommand record) {
    try {
      Order order =
          new Order(
              record.getCommandId(),
              record.getSources(),
              record.getIssuedBy(),
              record.getReason(),
              record.getIssuedAt());
      return switch (record.getKind()) {
        case MAINTENANCE -> new Maintenance(order, period(record));
        case ANNOUNCEMENT ->
            new Announcement(order, period(record), required(record, "latent", record.getLatent()));
        case SUPPRESSION ->
            new Suppression(
                order,
                required(record, "latent", record.getLatent()),
                required(record, "margin", record.getMargin()));
        case ACCEPT_NORMAL -> new AcceptNormal(order);
        case RESOLVE -> new Resolve(order, required(record, "incidentId", record.getIncidentId()));
        case ARM -> new Arm(order);
        case LEARN -> new Learn(order);
        case RETIRE -> new Retire(order);
        case FEEDBACK ->
            new Feedback(
                order,
                required(record, "incidentId", record.getIncidentId()),
                required(record, "trueAlarm", record.getTrueAlarm())
                    ? FeedbackVerdict.TRUE_ALARM
                    : FeedbackVerdict.FALSE_ALARM);
        case ACKNOWLEDGEMENT ->
            new Acknowledgement(
                order,
                required(record, "incidentId", record.getIncidentId()),
                required(record, "assignee", record.getAssignee()));
        case NOTE -> new Note(order, required(record, "incidentId", record.getIncidentId()));
        case PROPOSAL_DECISION ->
            new ProposalDecision(
                order,
                required(record, "proposalId", record.getProposalId()),
                required(record, "applied", record.getApplied()));
        case RETRAIN -> new Retrain(order, scene(record), record.getIncidents());
        case CANCEL_TRAINING ->
            new CancelTraining(order, required(record, "trainingId", record.getTrainingId()));
        case TRAINING ->
            new Training(
                order,
                required(record, "trainingId", record.getTrainingId()),
                scene(record),
                required(record, "trigger", record.getTrigger()),
                phase(record),
                required(record, "progress", record.getProgress()),
                record.getModelId(),
                record.getIncidents());
        case UNKNOWN ->
            throw new SerializationException(
                "control command %s is of a kind that this version does not know"
                    .formatted(record.getCommandId()));
      };
    } catch (IllegalArgumentException e) {
      throw new SerializationException("bad control command: " + e.getMessage(), e);
    }
  }

  private static String scene(dev.residua.avro.ControlCommand record) {
    return record.getScene() == null ? SceneName.DEFAULT : record.getScene();
  }

  private static TrainingPhase phase(dev.residua.avro.ControlCommand record) {
    return TrainingPhase.valueOf(required(record, "phase", record.getPhase()).name());
  }

  private static Period period(dev.residua.avro.ControlCommand record) {
    Instant from = required(record, "from", record.getFrom());
    return new Period(from, required(record, "until", record.getUntil()));
  }

  private static <T> T required(
      dev.residua.avro.ControlCommand record, String field, @Nullable T value) {
    if (value == null) {
      throw new SerializationException(
          "control command %s of kind %s has no %s"
              .formatted(record.getCommandId(), record.getKind(), field));
    }
    return value;
  }
}
