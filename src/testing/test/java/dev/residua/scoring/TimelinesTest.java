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

  private final Timelines timelines = new Timelines(TimelineSettings.DEFAULTS);

  private void next(String source, long sequence) throws RejectedFrameException {
    next(timelines, source, sequence, NOW);
  }

  private static void next(Timelines timelines, String source, long sequence, Instant now)
      throws RejectedFrameException {
    Frame frame =
        new Frame(source, sequence, now, 1, 1, PixelFormat.GRAY8, new byte[] {1}, Map.of());
    timelines.accept(timelines.check(0, frame, false, now, now));
  }

  @Test
  void shouldRefuseSourcesBeyondTheLimitAndForgetIdleOnes() throws Exception {
    // Given
    Timelines small =
        new Timelines(new TimelineSettings(Duration.ofMinutes(5), 3, Duration.ofHours(1)));
    next(small, "a", 0, NOW);
    next(small, "b", 0, NOW.plusSeconds(3_000));
    next(small, "c", 0, NOW.plusSeconds(3_000));
    small.publish((partition, key, value) -> {});
    small.committed();
    // When, Then: nobody is idle yet
    assertThatThrownBy(() -> next(small, "d", 0, NOW.plusSeconds(3_010)))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessageContaining("residua.sources.max");
    next(small, "b", 1, NOW.plusSeconds(3_020));
    // When a is idle, and the transaction is aborted
    next(small, "d", 0, NOW.plusSeconds(3_700));
    assertThat(small.size()).isEqualTo(3);
    small.aborted();
    // Then nothing is lost
    assertThat(small.size()).isEqualTo(3);
    assertThatThrownBy(() -> next(small, "a", 0, NOW)).hasMessageContaining("accepted before");
    small.aborted();
    // When it is committed
    next(small, "d", 0, NOW.plusSeconds(3_700));
    Map<String, byte[]> written = new HashMap<>();
    small.publish(
        (partition, key, value) -> written.put(new String(key, StandardCharsets.UTF_8), value));
    small.committed();
    // Then
    assertThat(written).containsOnlyKeys("\0a", "\0d").containsEntry("\0a", null);
    assertThat(small.size()).isEqualTo(3);
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
    Timelines next = new Timelines(TimelineSettings.DEFAULTS);
    next.assigned(0, stored);
    // Then
    assertThat(next.size()).isEqualTo(1);
    Frame again = new Frame("cam1", 7, NOW, 1, 1, PixelFormat.GRAY8, new byte[] {1}, Map.of());
    assertThatThrownBy(() -> next.check(0, again, false, NOW, NOW))
        .isInstanceOf(RejectedFrameException.class)
        .hasMessageContaining("accepted before");
  }
}
