package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void shouldBeSetByTheLauncherOutsideOfTheConfiguration() throws IOException {
    // When
    String launcher = Files.readString(Path.of("residua"));
    // Then a service would refuse an unknown property of the product
    assertThat(launcher)
        .contains("-D" + ProgramName.PROPERTY + "=$program")
        .doesNotContain("-Dresidua.");
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
