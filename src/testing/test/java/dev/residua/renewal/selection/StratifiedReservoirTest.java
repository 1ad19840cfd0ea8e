package dev.residua.renewal.selection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.FramePosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StratifiedReservoirTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration BUCKET = Duration.ofMinutes(1);

  private static FrameCandidate frame(String source, int partition, long sequence, long millis) {
    return new FrameCandidate(
        source,
        new FramePosition("f", partition, sequence),
        START.plusMillis(millis),
        sequence,
        false);
  }

  /** One source at 20 frames a second. */
  private static List<FrameCandidate> source(String name, int partition, int frames) {
    List<FrameCandidate> all = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      all.add(frame(name, partition, i, 50L * i));
    }
    return all;
  }

  private static List<FrameCandidate> sample(List<FrameCandidate> frames, int room, long seed) {
    StratifiedReservoir reservoir = new StratifiedReservoir(room, BUCKET, seed);
    frames.forEach(reservoir::offer);
    assertThat(reservoir.size()).isLessThanOrEqualTo(room);
    return reservoir.frames();
  }

  @Test
  void shouldGiveEverySourceAndTimeTheSame() {
    // Given a busy source, a slow one and one of few frames, over ten buckets of 1200 frames each
    List<FrameCandidate> frames = source("busy", 0, 12_000);
    for (int i = 0; i < 1_200; i++) {
      frames.add(frame("slow", 1, i, 500L * i));
    }
    for (int i = 0; i < 10; i++) {
      frames.add(frame("rare", 2, i, 60_000L * i));
    }

    // When there is room for 510 of them
    Map<String, Integer> counts = new HashMap<>();
    for (FrameCandidate one : sample(frames, 510, 3)) {
      counts.merge(
          one.source() + "/" + Duration.between(START, one.capturedAt()).toMinutes(),
          1,
          Integer::sum);
    }

    // Then min(q, n) of each stratum, with 20 q + 10 = 510
    assertThat(counts).hasSize(30);
    counts.forEach((stratum, n) -> assertThat(n).isEqualTo(stratum.startsWith("rare") ? 1 : 25));
  }

  @Test
  void shouldTakeEveryFrameOfAStratumAlikeOften() {
    // Given one stratum of 100 frames, of which 10 are kept, with 2000 seeds
    List<FrameCandidate> frames = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      frames.add(frame("cam1", 0, i, 100L * i));
    }
    int[] taken = new int[100];
    for (int seed = 0; seed < 2_000; seed++) {
      for (FrameCandidate one : sample(frames, 10, seed)) {
        taken[(int) one.sequence()]++;
      }
    }

    // Then each is taken 200 times, and the squared deviations in units of their variance 2000 *
    // 0.1 * 0.9 (negatively correlated: times 99 / 100) follow chi-square with 99 degrees of
    // freedom, which is in 60.0 .. 149.4 but for one time in a thousand
    double chiSquare = 0;
    for (int n : taken) {
      chiSquare += (n - 200.0) * (n - 200.0) / 180 * 99 / 100;
    }
    assertThat(chiSquare).isBetween(60.0, 149.4);
  }

  @Test
  void shouldNotDependOnHowPartitionsAreInterleaved() {
    // Given three partitions, read one after the other, in turns, and shuffled
    List<List<FrameCandidate>> partitions =
        List.of(source("a", 0, 4_000), source("b", 1, 2_500), source("c", 2, 700));
    List<FrameCandidate> one = new ArrayList<>();
    partitions.forEach(one::addAll);
    List<FrameCandidate> turns = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      for (List<FrameCandidate> partition : partitions) {
        if (i < partition.size()) {
          turns.add(partition.get(i));
        }
      }
    }
    List<FrameCandidate> shuffled = new ArrayList<>(one);
    Collections.shuffle(shuffled, new Random(5));

    // Then the samples are the same for every room, also where there are more strata than room
    for (int room : new int[] {1, 3, 7, 100, 1_000, 100_000}) {
      List<FrameCandidate> expected = sample(one, room, 9);
      assertThat(sample(turns, room, 9)).isEqualTo(expected);
      assertThat(sample(shuffled, room, 9)).isEqualTo(expected);
      assertThat(expected).hasSizeGreaterThan(room > 7_200 ? 7_199 : room / 2);
    }
    assertThat(sample(one, 100, 10)).isNotEqualTo(sample(one, 100, 9));
  }

  @Test
  void shouldCountAFrameOnceThatComesTwice() {
    List<FrameCandidate> once = source("a", 0, 500);
    List<FrameCandidate> twice = new ArrayList<>(once);
    twice.addAll(once);

    assertThat(sample(twice, 1_000, 1)).isEqualTo(sample(once, 1_000, 1)).hasSize(500);
    assertThat(sample(twice, 50, 1)).isEqualTo(sample(once, 50, 1)).hasSize(50);
  }

  @Test
  void shouldGiveFramesWithReadingsAPlaceOfTheirOwn() {
    // Given one labelled frame in a hundred
    List<FrameCandidate> frames = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      frames.add(
          new FrameCandidate(
              "cam1", new FramePosition("f", 0, i), START.plusMillis(i), i, i % 100 == 0));
    }

    List<FrameCandidate> sample = sample(frames, 60, 1);

    assertThat(sample.stream().filter(FrameCandidate::labelled)).hasSize(10);
    assertThat(sample).hasSize(60);
  }
}
