package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
  @Test
  void shouldTakePropertiesOverTheEnvironment() {
    // Given
    SmallRyeConfig properties =
        new SmallRyeConfigBuilder()
            .withSources(
                new PropertiesConfigSource(
                    Map.of("kafka.security.protocol", "SSL", "residua.instance", "1"), "test", 100))
            .build();

    // When
    Map<String, String> settings =
        KafkaSettings.of(
            properties,
            Map.of(
                "KAFKA_SECURITY_PROTOCOL", "PLAINTEXT",
                "KAFKA_SASL_JAAS_CONFIG", "a login",
                "KAFKA_HEAP_OPTS", "-Xmx1g",
                "HOME", "/root"));

    // Then
    assertThat(settings)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("security.protocol", "SSL", "sasl.jaas.config", "a login"));
  }
}
