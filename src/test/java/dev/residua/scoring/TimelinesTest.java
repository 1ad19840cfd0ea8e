package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimelinesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final Timelines timelines = new Timelines(Duration.ofMinutes(5));

  private void next(String source, long sequence) throws RejectedFrameException {
    Frame frame =
        new Frame(source, sequence, NOW, 1, 1, PixelFormat.GRAY8, new byte[] {1}, Map.of());
    timelines.accept(timelines.check(0, frame, false, NOW, NOW));
  }

  private Map<String, byte[]> published() {
    Map<String, byte[]> stored = new HashMap<>();
    timelines.publish(
        (partition, key, value) -> stored.put(new String(key, StandardCharsets.UTF_8), value));
    timelines.committed();
    return stored;
  }

  @Test
  void shouldTakeOverAPartitionWhoseTopicHoldsJunk() throws Exception {
    // Given
    next("cam1", 7);
    Map<String, byte[]> stored = published();
    stored.put("junk", "no timeline".getBytes(StandardCharsets.UTF_8));
    stored.put("empty", new byte[0]);
    stored.put("", new byte[1_000]);
    // When
    Timelines next = new Timelines(Duration.ofMinutes(5));
    next.assigned(0, stored);
    // Then
    assertThat(next.size()).isEqualTo(1);
    Frame again = new Frame("cam1", 7, NOW, 1, 1, PixelFormat.GRAY8, new byte[] {1}, Map.of());
    assertThatThrownBy(() -> next.check(0, again, false, NOW, NOW))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessageContaining("accepted before");
  }
}
