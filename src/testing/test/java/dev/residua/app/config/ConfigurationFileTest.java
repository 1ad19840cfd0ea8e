package dev.residua.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {
  @TempDir Path folder;

  @Test
  void shouldPassAConfigurationOnThroughAPrivateFile() throws IOException {
    // Given
    Path file = folder.resolve("configuration.properties");
    Files.writeString(file, "of an earlier process");
    // When
    ConfigurationFile.write(
        file,
        Map.of(
            "residua.training.steps", "77",
            "residua.registry.password", "a=b: \\ c",
            "kafka.bootstrap.servers", "localhost:9092"));
    var read = ConfigurationFile.read(file);
    ResiduaConfig config = read.getConfigMapping(ResiduaConfig.class);
    // Then
    assertThat(config.training().steps()).isEqualTo(77);
    assertThat(config.training().frames()).isEqualTo(8000); // the default
    assertThat(config.registry().password()).contains("a=b: \\ c");
    assertThat(read.getRawValue("kafka.bootstrap.servers")).isEqualTo("localhost:9092");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void shouldNameAValueThatCannotBeUsed() throws IOException {
    Path file = folder.resolve("configuration.properties");
    ConfigurationFile.write(file, Map.of("residua.training.steps", "many"));

    assertThatThrownBy(() -> ConfigurationFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("residua.training.steps");
  }
}
