package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class EmbeddedKafkaTest {
  @Test
  void shouldAcceptTheSettingsWithWhichItsClassesAreLoaded() {
    assertThatCode(EmbeddedKafka::preload).doesNotThrowAnyException();
  }
}
