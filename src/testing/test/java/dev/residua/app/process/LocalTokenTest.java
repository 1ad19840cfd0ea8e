package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTokenTest {
  @TempDir Path folder;

  @Test
  void shouldWriteANewTokenThatItsOwnerOnlyMayRead() throws Exception {
    // Given
    Path file = folder.resolve("local-token-8080");
    Files.writeString(file, "of an earlier start");
    // When
    String token = LocalToken.create(folder, 8080);
    String next = LocalToken.create(folder, 8081);
    // Then
    assertThat(Files.readString(file).strip()).isEqualTo(token).hasSizeGreaterThan(40);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(next).isNotEqualTo(token);
  }

  @Test
  void shouldSayWhyItCannotBeWritten() {
    assertThatThrownBy(() -> LocalToken.create(folder.resolve("missing"), 8080))
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("missing");
  }
}
