package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.PipelineProgress.Offsets;
import dev.residua.alerting.PipelineProgress.Partition;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineProgressTest {
  private static final Duration LIMIT = PipelineProgress.MAX_PAUSE;
  private static final Partition FRAMES = new Partition("residua.score", "residua.frames", 0);
  private static final Partition OTHER = new Partition("residua.score", "residua.frames", 1);
  private static final Partition SCORES = new Partition("residua.monitor", "residua.scores", 0);

  private final PipelineProgress progress = new PipelineProgress();
  private Instant now = Instant.parse("2026-05-01T10:00:00Z");

  private boolean works(Map<Partition, Offsets> offsets) {
    return progress.observe(offsets, now).isEmpty();
  }

  private boolean works(long committed, long end) {
    return works(Map.of(FRAMES, new Offsets(committed, end)));
  }

  @Test
  void shouldWorkWhileFramesAreScored() {
    for (long minute = 0; minute < 60; minute++, now = now.plusSeconds(60)) {
      assertThat(works(100 * minute, 100 * minute + 2_000)).isTrue();
    }
  }

  @Test
  void shouldWorkWhileNoFramesArriveAlsoIfATransactionEndedAfterTheLastOne() {
    for (long minute = 0; minute < 60; minute++, now = now.plusSeconds(60)) {
      assertThat(works(100, 101)).isTrue();
    }
  }

  @Test
  void shouldStopWhenFramesArriveAndNoneIsScoredForTheLimit() {
    // Given
    works(100, 100);
    now = now.plus(LIMIT.multipliedBy(10));

    // When
    boolean first = works(100, 101);
    now = now.plus(LIMIT).minusMillis(1);
    boolean soon = works(100, 500);
    now = now.plusMillis(1);

    // Then
    assertThat(first).isTrue();
    assertThat(soon).isTrue();
    assertThat(progress.observe(Map.of(FRAMES, new Offsets(100, 600)), now))
        .hasValue(
            "group residua.score has read nothing of residua.frames, partition 0, for 5 minutes, although records arrive");
    assertThat(works(101, 700)).as("as soon as it goes on").isTrue();
  }

  @Test
  void shouldStopIfOneOfManyPartitionsStandsStill() {
    // Given
    works(Map.of(FRAMES, new Offsets(0, 1), OTHER, new Offsets(0, 1), SCORES, new Offsets(-1, 0)));
    works(Map.of(FRAMES, new Offsets(0, 2), OTHER, new Offsets(1, 2), SCORES, new Offsets(-1, 1)));

    // When
    now = now.plus(LIMIT);

    // Then
    assertThat(
            progress.observe(
                Map.of(
                    FRAMES, new Offsets(2, 3),
                    OTHER, new Offsets(2, 3),
                    SCORES, new Offsets(-1, 2)),
                now))
        .get()
        .asString()
        .startsWith("group residua.monitor has read nothing of residua.scores");
    assertThat(works(Map.of(FRAMES, new Offsets(2, 3)))).isTrue();
  }

  @Test
  void shouldNotCountTheTimeBeforeAReset() {
    // Given
    works(100, 100);
    works(100, 101);
    now = now.plus(LIMIT);

    // When
    progress.reset();

    // Then
    assertThat(works(100, 200)).isTrue();
  }
}
