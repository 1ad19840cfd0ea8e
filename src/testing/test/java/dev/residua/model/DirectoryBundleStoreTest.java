package dev.residua.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.testing.BundleStoreContract;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBundleStoreTest extends BundleStoreContract {
  @TempDir Path folder;

  @Override
  protected BundleStore open() {
    return new DirectoryBundleStore(folder.resolve("a b/bundles"));
  }

  @Test
  void shouldLeaveNothingBesideTheFile() throws Exception {
    // Given
    BundleStore store = new DirectoryBundleStore(folder);
    // When
    URI address = store.put("model", "00".repeat(32), new byte[] {1});
    // Then
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).containsExactly(Path.of(address));
    }
  }

  @Test
  void shouldNotFollowLinks() throws Exception {
    // Given a link to another file under the name of a bundle
    BundleStore store = new DirectoryBundleStore(folder);
    URI address = store.put("model", "00".repeat(32), new byte[] {1});
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.delete(Path.of(address));
    Files.createSymbolicLink(Path.of(address), secret);
    // When
    // Then
    assertThatThrownBy(() -> store.get(address, 100)).isInstanceOf(IOException.class);
  }
}
