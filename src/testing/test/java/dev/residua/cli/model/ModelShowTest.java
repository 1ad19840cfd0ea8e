package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ModelShowTest {
  /** The console flushes at the end of a line only, and nothing does when the program exits. */
  @Test
  void shouldPrintTheShippedModelBeforeTheProgramExits() {
    // Given
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(console, true, StandardCharsets.UTF_8));
    // When
    int exit = line.execute("model", "show", "demo");
    // Then
    assertThat(exit).isZero();
    assertThat(console.toString(StandardCharsets.UTF_8))
        .startsWith("names ")
        .contains("\nmodel        pendulum-")
        .contains("pendulum -> shadow_length  (100 % of half-samples)")
        .contains("self-test    passed");
  }
}
