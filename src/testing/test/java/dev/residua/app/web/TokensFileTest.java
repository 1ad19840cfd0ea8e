package dev.residua.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensFileTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path directory;
  private final AtomicLong now = new AtomicLong();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("tokens");
    Files.writeString(file, line("kim", "first") + "\n");
  }

  private static String line(String name, String token) {
    return AccessTokens.line(name, token, Grants.parse("viewer"));
  }

  @Test
  void shouldFollowTheFileOncePerSecond() throws IOException {
    // Given
    TokensFile tokens = new TokensFile(file, now::get);
    Files.writeString(file, line("kim", "second") + "\n" + line("lee", "third") + "\n");
    // When, Then
    assertThat(tokens.person("first")).isPresent();
    now.addAndGet(SECOND);
    assertThat(tokens.person("first")).as("revoked").isEmpty();
    assertThat(tokens.person("third")).get().extracting("name").isEqualTo("lee");
  }

  @Test
  void shouldKeepTheTokensWhileTheFileCannotBeUsed() throws IOException {
    // Given
    TokensFile tokens = new TokensFile(file, now::get);
    // When, Then
    Files.writeString(file, "half a li");
    now.addAndGet(SECOND);
    assertThat(tokens.person("first")).isPresent();
    Files.delete(file);
    now.addAndGet(SECOND);
    assertThat(tokens.person("first")).isPresent();
    Files.writeString(file, "# nobody any more\n");
    now.addAndGet(SECOND);
    assertThat(tokens.person("first")).isEmpty();
  }

  @Test
  void shouldNotStartWithAFileThatCannotBeUsed() throws IOException {
    // Given
    Files.writeString(file, "kim secret viewer\n");
    // When, Then
    assertThatThrownBy(() -> new TokensFile(file, now::get))
        .hasMessageContaining("residua.http.tokens-file")
        .hasMessageContaining("line 1")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> new TokensFile(directory.resolve("none"), now::get))
        .hasMessageContaining("cannot be read");
  }
}
