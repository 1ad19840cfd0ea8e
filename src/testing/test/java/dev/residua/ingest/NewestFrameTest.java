package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NewestFrameTest {
  private static Frame frame(long sequence) {
    return new Frame(
        "cam1", sequence, Instant.EPOCH, 0, 0, PixelFormat.JPEG, new byte[] {1}, Map.of());
  }

  @Test
  void shouldKeepOnlyTheNewest() {
    // Given
    NewestFrame slot = new NewestFrame();

    // When, Then
    assertThat(slot.put(frame(1))).isFalse();
    assertThat(slot.put(frame(2))).isTrue();
    assertThat(slot.take().sequence()).isEqualTo(2);
    assertThat(slot.isThere()).isFalse();
    assertThat(slot.take()).isNull();
    assertThat(slot.put(frame(3))).isFalse();
  }
}
