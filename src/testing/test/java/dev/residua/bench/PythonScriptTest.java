package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonScriptTest {
  private static final String SCRIPT = "src/bench/python/pipeline.py";

  @TempDir Path folder;

  private Path script(String below) throws IOException {
    Path script = folder.resolve(below).resolve(SCRIPT);
    Files.createDirectories(script.getParent());
    return Files.writeString(script, "print(1)");
  }

  /** An interpreter that says what a shell program says. */
  private Optional<Path> interpreter(String body) throws IOException {
    Path file = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return Optional.of(file);
  }

  @Test
  void shouldFindTheScriptBelowTheWorkingDirectoryFirst() throws Exception {
    // Given
    Path here = script("here");
    script("checkout");
    String jar = folder.resolve("checkout/target/quarkus-app/quarkus-run.jar").toString();
    // When
    Path found = PythonScript.script("pipeline.py", folder.resolve("here"), jar);
    // Then
    assertThat(found).isEqualTo(here);
  }

  @Test
  void shouldFindTheScriptBesideTheLauncher() throws Exception {
    // Given
    Path beside = script("checkout");
    String jar = folder.resolve("checkout/target/quarkus-app/quarkus-run.jar").toString();
    // When
    Path found = PythonScript.script("pipeline.py", folder.resolve("elsewhere"), jar);
    // Then
    assertThat(found).isEqualTo(beside);
  }

  @Test
  void shouldSayWhereItLookedForTheScript() {
    assertThatThrownBy(
            () ->
                PythonScript.script(
                    "pipeline.py", folder, folder.resolve("a/b/quarkus-run.jar").toString()))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(folder.resolve(SCRIPT).toString())
        .hasMessageContaining("checkout of the sources");
  }

  @Test
  void shouldSayWhatToInstallWhereThereIsNoPython() {
    assertThatThrownBy(
            () -> PythonScript.find("pipeline.py", Optional.of(folder.resolve("python9"))))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("python9")
        .hasMessageContaining("apt-get install -y python3");
  }

  @Test
  void shouldNameThePackagesOfMissingModules() throws IOException {
    // Given
    Optional<Path> python = interpreter("echo 'apt-get install python3-torch' >&2; exit 3");
    // When, Then
    assertThatThrownBy(() -> PythonScript.find("pipeline.py", python))
        .isInstanceOf(StartFailedException.class)
        .hasMessageEndingWith("its modules come with: apt-get install python3-torch");
  }

  @Test
  void shouldGiveWhatTheScriptPrintsWithoutSettingsThatSlowNumpyDown() throws Exception {
    // Given
    PythonScript script =
        PythonScript.find(
            "pipeline.py",
            interpreter(
                "echo \"{\\\"core\\\": \\\"$OPENBLAS_CORETYPE\\\", \\\"said\\\": \\\"$*\\\"}\""));
    // When
    JsonNode answer = script.run(List.of("--frames", "100"));
    // Then
    assertThat(answer.path("core").asText()).isEmpty();
    assertThat(answer.path("said").asText()).endsWith(SCRIPT + " --frames 100");
  }

  @Test
  void shouldPassOnWhyTheScriptFailed() throws Exception {
    // Given
    PythonScript script =
        PythonScript.find(
            "pipeline.py",
            interpreter("case \"$*\" in *--check*) exit 0;; esac; echo 'no frame' >&2; exit 1"));
    // When, Then
    assertThatThrownBy(() -> script.run(List.of()))
        .isInstanceOf(StartFailedException.class)
        .hasMessageEndingWith("ended with exit code 1: no frame");
  }
}
