package dev.residua.s3;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.testing.AwsCredentials;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class S3SettingsTest {
  private static S3Settings settings(String bucket, String prefix, String endpoint) {
    return new S3Settings(
        bucket,
        prefix,
        new S3Access(Optional.of(URI.create(endpoint)), Optional.of("eu-central-1"), true),
        Duration.ofSeconds(1));
  }

  @Test
  void shouldSayWhichSettingIsWrong() {
    assertThatThrownBy(() -> settings("Models", "", "http://localhost:1"))
        .hasMessage("bucket is 'Models', expected 3 to 63 small letters, digits, '.' or '-'");
    assertThatThrownBy(() -> settings("models", "/a", "http://localhost:1"))
        .hasMessageContaining("prefix is '/a', expected parts of letters");
    assertThatThrownBy(() -> settings("models", "a//b", "http://localhost:1"))
        .hasMessageContaining("prefix is 'a//b'");
    assertThatThrownBy(() -> settings("models", "", "localhost:1"))
        .hasMessageContaining("endpoint is 'localhost:1', expected http://HOST:PORT");
    assertThatThrownBy(() -> settings("models", "", "http://me:secret@localhost:1"))
        .hasMessageContaining("endpoint is 'localhost'")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> new S3Settings("models", "", S3Access.AWS, Duration.ZERO))
        .hasMessage("timeout must be above 0 but was PT0S");
  }

  @Test
  void shouldSayThatTheServerIsAway() {
    // Given a port that nobody listens on
    try (AwsCredentials credentials = AwsCredentials.set("a", "b");
        S3BundleStore store = new S3BundleStore(settings("models", "", "http://127.0.0.1:1"))) {
      // When
      // Then
      assertThatThrownBy(() -> store.put("model", "00".repeat(32), new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot store s3://models/model/");
    }
  }
}
