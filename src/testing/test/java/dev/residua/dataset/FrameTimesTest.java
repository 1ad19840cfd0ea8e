package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.FrameTimes.Run;
import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTimesTest {
  @TempDir Path dir;

  @Test
  void shouldBeginARunAfterALongStepAndAfterAStepBack() {
    // Given steps of .5 s, one of exactly ten times as much, one longer, one back and one of 0
    FrameTimes times =
        new FrameTimes(new double[] {7, 7.5, 8, 13, 13.5, 18.75, 19.25, 19.75, 3, 3.5, 4, 4, 4.5});

    // Then
    assertThat(times.stepSeconds()).isEqualTo(0.5);
    assertThat(times.runs())
        .containsExactly(new Run(0, 5), new Run(5, 8), new Run(8, 11), new Run(11, 13));
    assertThat(times.isSequence()).isTrue();
    assertThat(times.sentence())
        .isEqualTo("frames are a sequence: 13 frames, one every 0.5 s, 4 runs");
  }

  @Test
  void shouldMoveTheTimesToAnEndAndItsRunsInARow() {
    // Given
    Instant last = Instant.parse("2026-11-30T22:19:07Z");
    FrameTimes times = new FrameTimes(new double[] {9, 9.5, 10, 20, 3, 3.5});

    // Then the step back has become 20 steps of .5 s
    assertThat(times.until(last))
        .containsExactly(
            last.minusMillis(21_500),
            last.minusMillis(21_000),
            last.minusMillis(20_500),
            last.minusMillis(10_500),
            last.minusMillis(500),
            last);
    assertThat(FrameTimes.NONE.until(last)).isEmpty();
  }

  @Test
  void shouldBeASequenceUnlessTheOrderIsRandom() {
    // Given
    double[] seconds = new Random(3).doubles(2_000, 1.79e9, 1.7901e9).toArray();
    FrameTimes random = new FrameTimes(seconds);
    Arrays.setAll(seconds, i -> 1.79e9 + i / 20.0);
    FrameTimes ordered = new FrameTimes(seconds);

    // Then
    assertThat(random.isSequence()).isFalse();
    assertThat(random.sentence()).startsWith("frames are independent: their times are in 1,");
    assertThat(ordered.runs()).containsExactly(new Run(0, 2_000));
    assertThat(ordered.sentence())
        .isEqualTo("frames are a sequence: 2,000 frames, one every 0.05 s, 1 run");
    seconds[0] = 0;
    assertThat(ordered.seconds()[0]).isEqualTo(1.79e9);
  }

  @Test
  void shouldBeIndependentWithoutTimesAndWithEqualOnes() {
    assertThat(FrameTimes.NONE.isEmpty()).isTrue();
    assertThat(FrameTimes.NONE.runs()).isEmpty();
    assertThat(FrameTimes.NONE.isSequence()).isFalse();
    assertThat(FrameTimes.NONE.stepSeconds()).isNaN();
    assertThat(FrameTimes.NONE.sentence()).isEqualTo("frames are independent (no times)");
    FrameTimes equal = new FrameTimes(new double[] {1, 1, 1});
    assertThat(equal.runs()).hasSize(3);
    assertThat(equal.isSequence()).isFalse();
    assertThatThrownBy(() -> new FrameTimes(new double[] {1, Double.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("time of frame 1 was NaN");
  }

  @Test
  void shouldBeReadFromTheLabelsOfASetAndOfAReducedOne() throws IOException {
    // Given
    store("a,residua.time\n1,0.5\n2,0.75\n3,1e3\n");

    // When
    FrameDataset set = FrameDataset.open(dir);

    // Then
    FrameTimes expected = new FrameTimes(new double[] {0.5, 0.75, 1_000});
    assertThat(set.times()).isEqualTo(expected).hasSameHashCodeAs(expected);
    assertThat(set.times()).isNotEqualTo(new FrameTimes(new double[] {0.5, 0.75, 1_001}));
    assertThat(set.reducedTo(new ImageShape(2, 2, 1)).times()).isEqualTo(expected);
    assertThat(set.factors()).containsExactly("a");
    store("a,time\n1,5\n2,6\n3,7\n");
    assertThat(FrameDataset.open(dir).times()).isSameAs(FrameTimes.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "'', is empty",
    "noon, has 'noon'",
    "NaN, has 'NaN'",
    "1e999, has '1e999'",
    "'1,5', 'has ''1,5'''"
  })
  void shouldNameTheRowWithoutATime(String cell, String fault) throws IOException {
    store("a,residua.time\n1,0.5\n2,\"%s\"\n3,1.5\n".formatted(cell));
    assertThatThrownBy(() -> FrameDataset.open(dir))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "%s row 2: column 'residua.time' %s, expected seconds such as 12.5; give every frame its time, or remove the column if the frames are independent"
                .formatted(dir.resolve("labels.csv"), fault));
  }

  private void store(String labels) throws IOException {
    Npy.write(dir.resolve("frames.npy"), new byte[3 * 16], 3, 4, 4, 1);
    Files.writeString(dir.resolve("labels.csv"), labels);
  }
}
