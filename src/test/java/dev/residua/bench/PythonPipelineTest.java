package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonPipelineTest {
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
    Path found = PythonPipeline.script(folder.resolve("here"), jar);
    // Then
    assertThat(found).isEqualTo(here);
  }

  @Test
  void shouldFindTheScriptBesideTheLauncher() throws Exception {
    // Given
    Path beside = script("checkout");
    String jar = folder.resolve("checkout/target/quarkus-app/quarkus-run.jar").toString();
    // When
    Path found = PythonPipeline.script(folder.resolve("elsewhere"), jar);
    // Then
    assertThat(found).isEqualTo(beside);
  }

  @Test
  void shouldSayWhereItLookedForTheScript() {
    assertThatThrownBy(
            () -> PythonPipeline.script(folder, folder.resolve("a/b/quarkus-run.jar").toString()))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining(folder.resolve(SCRIPT).toString())
        .hasMessageContaining("checkout of the sources");
  }

  @Test
  void shouldSayWhatToInstallWhereThereIsNoPython() {
    assertThatThrownBy(() -> PythonPipeline.find(Optional.of(folder.resolve("python9"))))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("python9")
        .hasMessageContaining("apt-get install -y python3");
  }

  @Test
  void shouldNameThePackagesOfMissingModules() throws IOException {
    // Given
    Optional<Path> python = interpreter("echo 'apt-get install python3-torch' >&2; exit 3");
    // When, Then
    assertThatThrownBy(() -> PythonPipeline.find(python))
        .isInstanceOf(StartFailedException.class)
        .hasMessageEndingWith("its modules come with: apt-get install python3-torch");
  }

  @Test
  void shouldGiveWhatTheScriptPrintsWithoutSettingsThatSlowNumpyDown() throws Exception {
    // Given
    PythonPipeline pipeline =
        PythonPipeline.find(
            interpreter(
                "echo \"{\\\"core\\\": \\\"$OPENBLAS_CORETYPE\\\", \\\"said\\\": \\\"$*\\\"}\""));
    // When
    JsonNode answer =
        pipeline.run("localhost:1", new Topics("x."), Path.of("m.residua"), 100, false, "bf16");
    // Then
    assertThat(answer.path("core").asText()).isEmpty();
    assertThat(answer.path("said").asText())
        .endsWith(
            SCRIPT
                + " --bootstrap localhost:1 --frames-topic x.frames --scores-topic x.scores"
                + " --model m.residua --frames 100 --reconstruct 0 --precision bf16");
  }

  @Test
  void shouldPassOnWhyTheScriptFailed() throws Exception {
    // Given
    PythonPipeline pipeline =
        PythonPipeline.find(
            interpreter("case \"$*\" in *--check*) exit 0;; esac; echo 'no frame' >&2; exit 1"));
    // When, Then
    assertThatThrownBy(
            () -> pipeline.run("localhost:1", new Topics("x."), folder, 100, true, "fp32"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageEndingWith("ended with exit code 1: no frame");
  }
}
