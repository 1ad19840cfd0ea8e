package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.cli.console.Json;
import dev.residua.cli.ops.DoctorReport.Finding;
import dev.residua.cli.ops.DoctorReport.Level;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorReportTest {
  private static final Finding FINE = Finding.ok("broker", "1 broker answers");
  private static final Finding ODD = Finding.notChecked("pace", "no answer; wait longer");
  private static final Finding BAD = Finding.of(Level.ERROR, "topics", "a; b");

  @Test
  void shouldFailOnlyWithAnError() {
    assertThat(new DoctorReport(List.of(FINE)).exitStatus()).isZero();
    assertThat(new DoctorReport(List.of(FINE, ODD)).exitStatus()).isZero();
    assertThat(new DoctorReport(List.of(FINE, BAD, ODD)).exitStatus()).isEqualTo(1);
    assertThat(new DoctorReport(List.of(FINE, ODD)).level()).isEqualTo(Level.WARNING);
  }

  @Test
  void shouldTakeTheNextStepFromTheEndOfAMessage() {
    // When
    Finding several = Finding.of(Level.ERROR, "access", "Read on a; Write on b; grant both");
    Finding alone = Finding.of(Level.ERROR, "access", "nothing helps");

    // Then
    assertThat(several.text()).isEqualTo("Read on a; Write on b");
    assertThat(several.next()).isEqualTo("grant both");
    assertThat(alone.next()).isNull();
    assertThat(ODD.text()).isEqualTo("not checked: no answer");
    assertThat(ODD.next()).isEqualTo("wait longer");
  }

  @Test
  void shouldBreakTextsButNoCommand() {
    // Given a command of more than 80 characters
    String command =
        "kafka-configs.sh --bootstrap-server kafka-1.example.org:9092 --alter --entity-type topics --entity-name residua.scores";
    Finding finding =
        Finding.of(
            Level.ERROR,
            "topics",
            "topic residua.scores has cleanup.policy=compact, expected delete, so that records are lost; set it with: "
                + command);

    // When
    List<String> lines = DoctorReport.lines(finding, 80);

    // Then
    assertThat(lines)
        .containsExactly(
            "error    topics     topic residua.scores has cleanup.policy=compact, expected",
            "                    delete, so that records are lost",
            "                    -> set it with:",
            "                       " + command);
  }

  @Test
  void shouldCountItsLevels() {
    assertThat(new DoctorReport(List.of(FINE, FINE, ODD)).summary()).isEqualTo("2 ok, 1 warning");
    assertThat(new DoctorReport(List.of(BAD, BAD)).summary()).isEqualTo("2 errors");
  }

  @Test
  void shouldBeReadByPrograms() {
    // When
    String json = Json.of(new DoctorReport(List.of(FINE, BAD)).json());

    // Then
    assertThat(json)
        .contains("\"level\" : \"error\"", "\"check\" : \"topics\"", "\"next\" : \"b\"")
        .contains("\"next\" : null");
  }
}
