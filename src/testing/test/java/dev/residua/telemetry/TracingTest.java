package dev.residua.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  /** A header as a consumer makes it: a part of all bytes that were fetched. */
  private static RecordHeader fetched(String key, String value) {
    byte[] all = new byte[1 << 20];
    byte[] text = value.getBytes(UTF_8);
    System.arraycopy(text, 0, all, 100, text.length);
    return new RecordHeader(
        ByteBuffer.wrap(key.getBytes(UTF_8)), ByteBuffer.wrap(all, 100, text.length).slice());
  }

  private static Headers context(Headers headers) {
    try (Tracing.Step step = Tracing.OFF.process("topic", 0, 0, "group", "cam1", headers)) {
      return step.context();
    }
  }

  @Test
  void shouldKeepTheContextWithoutTheBytesThatWereFetchedWithIt() {
    // Given
    RecordHeader parent = fetched("traceparent", PARENT);
    Headers headers = new RecordHeaders().add(parent).add("other", new byte[100_000]);
    // When
    Headers context = context(headers);
    // Then
    assertThat(context.toArray()).hasSize(1);
    assertThat(context.lastHeader("traceparent").value()).isEqualTo(PARENT.getBytes(UTF_8));
    assertThat(context.lastHeader("traceparent")).isNotSameAs(parent);
  }

  @Test
  void shouldNotPassOnAContextThatNoTracerWrites() {
    Headers headers =
        new RecordHeaders()
            .add("traceparent", "x".repeat(100_000).getBytes(UTF_8))
            .add("tracestate", null);
    assertThat(context(headers).toArray()).isEmpty();
  }
}
