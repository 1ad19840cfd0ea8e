package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OnnxEnvironmentTest {
  @Test
  void shouldKeepTheEnvironmentWhileTheProcessStops() {
    assertThat(OnnxEnvironment.isKept()).as("the library has the calls that this needs").isTrue();
  }
}
