package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgramNameTest {
  @Test
  void shouldNameCommandsAsTheProgramWasStarted() {
    // Given
    String text =
        "publish it (residua model publish FILE), see residua: 'residua train --data DATA' and"
            + " residua.training.window; ./residua serve and residua services stay";
    // When, Then
    assertThat(ProgramName.in(text, "./residua"))
        .isEqualTo(
            "publish it (./residua model publish FILE), see residua: './residua train --data DATA'"
                + " and residua.training.window; ./residua serve and residua services stay");
    assertThat(ProgramName.in(text, "residua")).isSameAs(text);
  }

  @Test
  void shouldPassOnWhatIsWritten() {
    // Given
    StringWriter written = new StringWriter();
    // When
    ProgramName.writer(written).println("next: residua train");
    // Then without the launcher the name is the usual one
    assertThat(written.toString()).isEqualTo("next: residua train%n".formatted());
  }
}
