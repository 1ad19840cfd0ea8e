package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counters and readers of a soak benchmark. */
class SoakPartsTest {
  @Test
  void shouldCountSequencesThatCameTwiceOrLate() {
    // Given
    ResultCounter.Sequences sequences = new ResultCounter.Sequences();

    // When
    sequences.add("cam1", 0);
    sequences.add("cam1", 1);
    sequences.add("cam2", 0);
    sequences.add("cam1", 3);
    sequences.add("cam1", 3);
    sequences.add("cam1", 2);

    // Then
    assertThat(sequences.count()).isEqualTo(4);
    assertThat(sequences.doubled()).as("the second 3, and 2 after it").isEqualTo(2);
    assertThat(sequences.missing(Map.of("cam1", 4L, "cam2", 1L, "cam3", 2L)))
        .as("cam1 #2 and both of cam3")
        .isEqualTo(3);
  }

  @Test
  void shouldReadWhatJcmdPrints() {
    assertThat(
            ProcessFigures.classes(
                """
                4711:
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:         75001        5620664  [B (java.base@17.0.21)
                   2:         12000         288000  java.lang.String (java.base@17.0.21)
                   3:           100            500  dev.residua.frame.Frame
                Total         87101        5909164
                """))
        .isEqualTo(
            Map.of(
                "[B", 5_620_664L, "java.lang.String", 288_000L, "dev.residua.frame.Frame", 500L));
    assertThat(
            ProcessFigures.committedBytes(
                "Native Memory Tracking:\n\nTotal: reserved=2903KB, committed=1500KB\n-  Java Heap"))
        .isEqualTo(1_500L << 10);
    assertThat(ProcessFigures.committedBytes("Native memory tracking is not enabled")).isZero();
  }

  /** A process with an array of 16 MiB that waits until its input ends. */
  static final class Holding {
    public static void main(String[] arguments) throws IOException {
      long[] held = new long[2 << 20];
      System.out.println(held.length);
      while (System.in.read() >= 0) {
        held[0]++;
      }
      System.out.println(held[0]);
    }
  }

  @Test
  void shouldReadTheFiguresOfAnotherProcess() throws Exception {
    // Given
    Path classes =
        Path.of(Holding.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                classes.toString(),
                Holding.class.getName())
            .start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("2097152");

      // When
      ProcessFigures figures = ProcessFigures.read(process.pid());

      // Then
      assertThat(figures.classes().get("[J")).isBetween(16L << 20, 17L << 20);
      assertThat(figures.heapBytes()).isBetween(16L << 20, figures.residentBytes());
      assertThat(figures.threads()).isBetween(2, 1_000);
      assertThat(figures.files()).isPositive();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldAddUpAMetric() {
    String page =
        """
        # TYPE residua_sources gauge
        residua_sources 3.0
        residua_sources_other 100.0
        residua_incident_open{source="a"} 1.0
        residua_incident_open{source="b c"} 0.5
        """;
    assertThat(ServiceProcess.sum(page, "residua_sources")).isEqualTo(3);
    assertThat(ServiceProcess.sum(page, "residua_incident_open")).isEqualTo(1.5);
  }

  @Test
  void shouldScaleWhatHappensToTheDuration() {
    SoakSettings hour = new SoakSettings(Duration.ofHours(1), Duration.ofMinutes(1), 100, 20, 4);
    SoakSettings minutes =
        new SoakSettings(Duration.ofMinutes(2), Duration.ofSeconds(10), 100, 20, 4);

    assertThat(hour.cycle()).isEqualTo(Duration.ofMinutes(4));
    assertThat(hour.framesPerCamera()).as("3 minutes at 5 frames per second").isEqualTo(900);
    assertThat(hour.retention()).isEqualTo(Duration.ofMinutes(6));
    assertThat(minutes.cycle()).isEqualTo(Duration.ofSeconds(40));
    assertThat(minutes.framesPerCamera()).isEqualTo(100);
    assertThat(minutes.forgetAfter()).isEqualTo(Duration.ofMinutes(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new SoakSettings(Duration.ofSeconds(59), Duration.ofSeconds(1), 100, 20, 4))
        .withMessageContaining("at least PT1M but was PT59S");
  }
}
