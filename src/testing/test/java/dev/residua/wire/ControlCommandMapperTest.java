package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.avro.ControlKind;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Acknowledgement;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Arm;
import dev.residua.incident.ControlCommand.CancelTraining;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Kind;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlCommandMapperTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00.000001Z");
  private static final Order ORDER = new Order("c-1", "cam1|cam2", "kim", "why", NOW);
  private static final Period PERIOD = new Period(NOW, NOW.plusSeconds(60));

  static Stream<ControlCommand> commands() {
    return Stream.of(
        new Maintenance(ORDER, PERIOD),
        new Announcement(ORDER, PERIOD, "light"),
        new Suppression(ORDER, "light", 0.5),
        new AcceptNormal(ORDER),
        new Resolve(ORDER, "i-1"),
        new Arm(ORDER),
        new Learn(ORDER),
        new Retire(ORDER),
        new Feedback(ORDER, "i-1", FeedbackVerdict.TRUE_ALARM),
        new Feedback(ORDER, "i-1", FeedbackVerdict.FALSE_ALARM),
        new Acknowledgement(ORDER, "i-1", "ann"),
        new Note(ORDER, "i-1"),
        new ProposalDecision(ORDER, "p-1", true),
        new Retrain(ORDER, "pumps", List.of("i-1", "i-2")),
        new CancelTraining(ORDER, "t-1"),
        new Training(
            ORDER, "t-1", "pumps", "LASTING_DRIFT", TrainingPhase.SHADOWING, 0.5, null, List.of()),
        new Training(
            ORDER, "t-1", "pumps", "ORDER", TrainingPhase.PROMOTED, 1, "m-2", List.of("i-1")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldReadWhatItWrites(ControlCommand command) {
    // Given
    Topic<String, ControlCommand> topic = new Topics(Topics.DEFAULT_PREFIX).control();

    // When, Then
    assertThat(topic.read(topic.write(command))).isEqualTo(command);
  }

  @Test
  void shouldHaveACommandOfEveryKind() {
    // When
    List<Kind> kinds = commands().map(ControlCommand::kind).distinct().toList();

    // Then
    assertThat(kinds).containsExactly(Kind.values());
    assertThat(Arrays.stream(Kind.values()).map(Enum::name))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ControlKind.values())
                .filter(kind -> kind != ControlKind.UNKNOWN)
                .map(Enum::name)
                .toList());
  }

  @Test
  void shouldNameTheFieldThatACommandLacks() {
    // Given
    dev.residua.avro.ControlCommand record =
        ControlCommandMapper.toAvro(new Suppression(ORDER, "light", 0.5));
    record.setLatent(null);

    // When, Then
    assertThatThrownBy(() -> ControlCommandMapper.toDomain(record))
        .isInstanceOf(SerializationException.class)
        .hasMessage("control command c-1 of kind SUPPRESSION cannot be used: latent is missing");
  }
}
