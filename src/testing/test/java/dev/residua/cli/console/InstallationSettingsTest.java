package dev.residua.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationSettingsTest {
  @TempDir Path folder;

  private InstallationSettings settings(String... lines) throws IOException {
    Path file = folder.resolve("application.properties");
    return new InstallationSettings(Files.write(file, java.util.List.of(lines)));
  }

  @Test
  void shouldUseTheClusterOfTheConfigurationFile() throws IOException {
    // Given
    InstallationSettings settings =
        settings(
            "kafka.bootstrap.servers=kafka-1:9093,kafka-2:9093",
            "kafka.security.protocol=SSL",
            "residua.topic-prefix=plant.");
    // When, Then
    assertThat(settings.bootstrapServers()).isEqualTo("kafka-1:9093,kafka-2:9093");
    assertThat(settings.clients()).containsEntry("security.protocol", "SSL");
    assertThat(settings.topicPrefix()).isEqualTo("plant.");
  }

  @Test
  void shouldUseThePortOfTheEmbeddedBrokerWithoutACluster() throws IOException {
    assertThat(settings("residua.kafka.port=19092").bootstrapServers())
        .isEqualTo("localhost:19092");
    assertThat(settings("residua.kafka.port=0").bootstrapServers()).isEqualTo("localhost:9092");
  }

  @Test
  void shouldHaveDefaultsWithoutAFile() {
    InstallationSettings settings = new InstallationSettings(folder.resolve("missing"));
    assertThat(settings.bootstrapServers()).isEqualTo("localhost:9092");
    assertThat(settings.topicPrefix()).isEqualTo("residua.");
  }
}
