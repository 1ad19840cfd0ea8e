package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class RootCauseTest {
  @Test
  void shouldSayWhatTheInnermostCauseSays() {
    // Given
    Exception named = new ExecutionException(new IllegalStateException("no disk"));
    Exception nameless = new ExecutionException(new IllegalStateException());
    // When, Then
    assertThat(RootCause.message(named)).isEqualTo("no disk");
    assertThat(RootCause.message(nameless)).isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void shouldSayWhatToDoWhenANativeLibraryCannotBeMapped() {
    // Given
    Exception failure =
        new ExecutionException(
            new UnsatisfiedLinkError(
                "/tmp/libonnxruntime.so: failed to map segment from shared object"));
    // When
    String message = RootCause.message(failure);
    // Then
    assertThat(message)
        .startsWith("/tmp/libonnxruntime.so: failed to map segment from shared object; ")
        .contains("below " + System.getProperty("java.io.tmpdir"), "--tmpfs /tmp:exec");
  }
}
