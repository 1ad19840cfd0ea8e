package dev.residua.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.process.StartFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedCameraTest {
  private static final String SCRIPT =
      "{\"scene\": \"%s\", \"noise\": \"usual\", \"seed\": 1, \"frames\": 100, \"events\": []}";

  @TempDir private Path folder;

  private Path script(String scene) throws IOException {
    return Files.writeString(folder.resolve(scene + ".json"), SCRIPT.formatted(scene));
  }

  @Test
  void shouldRefuseToPlayASceneWithMemoryAtAnotherSpeed() throws Exception {
    DemoSettings faster = new DemoSettings(script("tank"), 4);
    assertThatThrownBy(() -> SimulatedCamera.read(faster))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("tank has a memory in seconds")
        .hasMessageContaining("leave it out");
    assertThat(SimulatedCamera.read(new DemoSettings(script("tank"), 1)).scene().name())
        .isEqualTo("tank");
    assertThat(SimulatedCamera.read(new DemoSettings(script("pendulum"), 4)).scene().name())
        .isEqualTo("pendulum");
  }
}
