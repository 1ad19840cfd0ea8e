package dev.residua.renewal.selection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.ControlCommand.Announcement;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.renewal.gate.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExclusionsTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String BROKEN = "INTERVENTION.MECHANISM_CHANGE";

  private static FrameCandidate frame(String source, Instant at, long sequence) {
    return new FrameCandidate(source, new FramePosition("f", 0, sequence), at, sequence, false);
  }

  private static Order order(String id, String sources) {
    return new Order(id, sources, "ann", "belt change", START);
  }

  private static Instant at(long seconds) {
    return START.plusSeconds(seconds);
  }

  @Test
  void shouldTakeOutAnIncidentFromItsMarginToItsResolution() {
    Exclusions exclusions =
        Exclusions.builder()
            .margin(Duration.ofSeconds(2))
            .incident(Incidents.of("i", "cam1", BROKEN, at(100), 1_000, at(200)))
            .build();

    // The margin's first moment is in, the moment before is not; the resolution is out.
    assertThat(exclusions.reason(frame("cam1", at(98), 1))).isEqualTo(RejectionReason.INCIDENT);
    assertThat(exclusions.reason(frame("cam1", at(98).minusNanos(1), 1))).isNull();
    assertThat(exclusions.reason(frame("cam1", at(200).minusNanos(1), 1)))
        .isEqualTo(RejectionReason.INCIDENT);
    assertThat(exclusions.reason(frame("cam1", at(200), 1))).isNull();
    assertThat(exclusions.reason(frame("cam2", at(150), 1))).isNull();
  }

  @Test
  void shouldTakeOutFramesFromTheChangeThatTheIncidentNames() {
    // Given an alarm a minute after the change at frame 1000
    Exclusions exclusions =
        Exclusions.builder()
            .margin(Duration.ZERO)
            .incident(Incidents.of("i", "cam1", BROKEN, at(100), 1_000, at(200)))
            .build();

    assertThat(exclusions.reason(frame("cam1", at(40), 1_000))).isEqualTo(RejectionReason.INCIDENT);
    assertThat(exclusions.reason(frame("cam1", at(40), 999))).isNull();
    // Yesterday the camera counted so far too.
    assertThat(exclusions.reason(frame("cam1", at(100 - 3_600), 2_000)))
        .isEqualTo(RejectionReason.INCIDENT);
    assertThat(exclusions.reason(frame("cam1", at(100 - 3_601), 2_000))).isNull();
    assertThat(exclusions.reason(frame("cam1", at(201), 2_000))).isNull();
  }

  @Test
  void shouldTakeOutEverythingAfterAnIncidentThatIsOpen() {
    Exclusions exclusions =
        Exclusions.builder().incident(Incidents.open("i", "cam1", "SENSOR.FROZEN", at(0))).build();

    assertThat(exclusions.reason(frame("cam1", at(1_000_000_000), 5)))
        .isEqualTo(RejectionReason.SENSOR_FAULT);
  }

  @Test
  void shouldKeepWhatTheTriggerOrAnOperatorAccepted() {
    // Given two incidents of cam1 and one of cam2, of which the first is the trigger's and the
    // second was open when the operator took the present as normal
    Exclusions exclusions =
        Exclusions.builder()
            .incident(Incidents.resolved("i1", "cam1", BROKEN, at(0), at(50)))
            .incident(Incidents.resolved("i2", "cam1", BROKEN, at(100), at(161)))
            .incident(Incidents.resolved("i3", "cam2", BROKEN, at(100), at(170)))
            .accept(List.of("i1"))
            .command(new AcceptNormal(new Order("c", "cam1", "ann", "the new lamp stays", at(160))))
            .build();

    assertThat(exclusions.reason(frame("cam1", at(20), 5))).isNull();
    assertThat(exclusions.reason(frame("cam1", at(120), 5))).isNull();
    assertThat(exclusions.reason(frame("cam2", at(120), 5))).isEqualTo(RejectionReason.INCIDENT);
  }

  @Test
  void shouldTakeOutWhatOperatorsAnnounced() {
    Period period = new Period(at(10), at(20));
    Exclusions exclusions =
        Exclusions.builder()
            .command(new Maintenance(order("m", "cam.*"), period))
            .command(new Announcement(order("a", "hall"), period, "light"))
            .command(new Maintenance(order("w", "yard"), period))
            .withdraw("w")
            .build();

    assertThat(exclusions.reason(frame("cam1", at(10), 5))).isEqualTo(RejectionReason.MAINTENANCE);
    assertThat(exclusions.reason(frame("cam1", at(20).minusNanos(1), 5)))
        .isEqualTo(RejectionReason.MAINTENANCE);
    assertThat(exclusions.reason(frame("cam1", at(20), 5))).isNull();
    assertThat(exclusions.reason(frame("cam1", at(10).minusNanos(1), 5))).isNull();
    assertThat(exclusions.reason(frame("hall", at(15), 5)))
        .isEqualTo(RejectionReason.ANNOUNCED_CHANGE);
    assertThat(exclusions.reason(frame("a cam1", at(15), 5))).isNull();
    assertThat(exclusions.reason(frame("yard", at(15), 5))).isNull();
  }

  @Test
  void shouldTakeOutDeadLettersByTheirPlace() {
    Exclusions exclusions = Exclusions.builder().deadLetter(new FramePosition("f", 0, 7)).build();

    assertThat(exclusions.reason(frame("cam1", at(0), 7))).isEqualTo(RejectionReason.DEAD_LETTER);
    assertThat(exclusions.reason(frame("cam1", at(0), 8))).isNull();
  }

  @Test
  void shouldTakeTheLastStateOfAnIncident() {
    Exclusions exclusions =
        Exclusions.builder()
            .incident(Incidents.open("i", "cam1", BROKEN, at(0)))
            .incident(Incidents.resolved("i", "cam1", BROKEN, at(0), at(60)))
            .build();

    assertThat(exclusions.reason(frame("cam1", at(61), 0))).isNull();
  }
}
