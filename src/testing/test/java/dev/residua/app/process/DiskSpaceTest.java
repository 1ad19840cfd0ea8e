package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.residua.testing.Waits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
  @TempDir Path folder;

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor(Waits.seconds(20), TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  @Test
  void shouldNameTheFolderWhoseDiskIsFullAndWhatToDo() throws Exception {
    // Given
    Path disk = Files.createDirectory(folder.resolve("small"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk.toString()))
        .as("exit code of mount")
        .isZero();
    try {
      assertThatCode(() -> DiskSpace.check(disk, "data", "choose another"))
          .doesNotThrowAnyException();
      // When
      Files.write(disk.resolve("old"), new byte[16 << 20]);
      // Then
      assertThatThrownBy(() -> DiskSpace.check(disk, "data", "choose another"))
          .isInstanceOf(StartFailedException.class)
          .hasMessage(
              "the disk of %s (data) is full: 24.0 MiB are free, a start needs 32; free some space, or choose another"
                  .formatted(disk));
    } finally {
      run("umount", "--lazy", disk.toString());
    }
  }

  @Test
  void shouldSayThatAFolderIsMissing() {
    assertThatThrownBy(() -> DiskSpace.check(folder.resolve("missing"), "data", "choose another"))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("missing (data) cannot be read")
        .hasMessageEndingWith("; choose another");
  }
}
