package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CameraCredentialsTest {
  @TempDir Path folder;

  @Test
  void shouldReadUserAndPasswordAndShowNeither() throws Exception {
    // Given
    Path file = Files.writeString(folder.resolve("cam"), "user: viewer7\n\npassword:  a:b #c \n");

    // When
    CameraCredentials credentials = CameraCredentials.read(file);

    // Then
    assertThat(credentials.user()).isEqualTo("viewer7");
    assertThat(credentials.password()).isEqualTo("a:b #c");
    assertThat(credentials.toString()).doesNotContain("viewer7").doesNotContain("a:b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hunter2",
        "user: x",
        "password: hunter2",
        "user:\npassword: hunter2",
        "user: x\npassword: hunter2\ntoken: hunter2",
        "user: x\nuser: y\npassword: hunter2",
      })
  void shouldRefuseOtherFilesWithoutShowingThem(String content) throws Exception {
    // Given
    Path file = Files.writeString(folder.resolve("cam"), content);

    // When, Then
    assertThatThrownBy(() -> CameraCredentials.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("user: and password:")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void shouldExplainThatThereIsNoFile() {
    assertThatThrownBy(() -> CameraCredentials.read(folder.resolve("none")))
        .hasMessageContaining("is not there");
  }
}
