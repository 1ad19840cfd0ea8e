package dev.residua.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Releases of ONNX Runtime for Linux from 1.29.0 on send usage to Microsoft by default: the names
 * and hashes of models, with an identifier of the machine that they keep in the user's cache.
 */
class NoTelemetryTest {
  @ParameterizedTest
  @ValueSource(strings = {"linux-x64", "linux-aarch64"})
  void shouldUseALibraryThatReportsNoUsage(String platform) throws IOException {
    String path = "/ai/onnxruntime/native/%s/libonnxruntime.so".formatted(platform);
    try (InputStream library = OrtEnvironment.class.getResourceAsStream(path)) {
      assertThat(library).isNotNull();
      String bytes = new String(library.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(bytes.contains("OrtGetApiBase")).as("it is the library").isTrue();
      assertThat(bytes.contains("events.data.microsoft.com")).as("telemetry").isFalse();
    }
  }
}
