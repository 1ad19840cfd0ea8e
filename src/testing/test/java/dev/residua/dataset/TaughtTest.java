package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.TaughtAnswer.Answer;
import dev.residua.frame.ImageShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaughtTest {
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  @TempDir private Path dir;

  private Path file;
  private FrameDataset set;

  @BeforeEach
  void open() throws IOException {
    file = dir.resolve("taught.csv");
    Path folder = dir.resolve("set");
    try (DatasetWriter writer =
        new DatasetWriter(
            folder,
            SHAPE,
            List.of("file"),
            new DatasetWriter.Description("set", List.of(), null, Map.of()),
            false,
            false)) {
      for (int i = 0; i < 4; i++) {
        writer.write(new byte[SHAPE.size()], 0, List.of("shot-%d.png".formatted(i)));
      }
      writer.finish();
    }
    set = FrameDataset.open(folder);
  }

  @Test
  void shouldReadAnswersWithFramesByNumberOrName() throws IOException {
    // Given
    Files.writeString(
        file,
        """
        frame_a,frame_b,factor,answer,who,when
        0,3,level,A,kim,2026-01-02T03:04:05Z
        shot-2.png,1,level,equal,,
        1,2,angle,unknown,,
        """);
    // When
    List<TaughtAnswer> answers = TaughtAnswer.read(file, set.labels());
    // Then
    assertThat(answers)
        .containsExactly(
            new TaughtAnswer(0, 3, "level", Answer.A, "kim", "2026-01-02T03:04:05Z"),
            new TaughtAnswer(2, 1, "level", Answer.EQUAL, "", ""),
            new TaughtAnswer(1, 2, "angle", Answer.UNKNOWN, "", ""));
    TaughtAnswer.write(file, answers);
    assertThat(TaughtAnswer.read(file, set.labels())).isEqualTo(answers);
  }

  @Test
  void shouldComeWithTheSet() throws IOException {
    // Given
    assertThat(set.answers()).isEmpty();
    assertThat(set.holds()).isEmpty();
    Path folder = dir.resolve("set");
    String before = set.sha256();
    Files.writeString(
        folder.resolve("answers.csv"), "frame_a,frame_b,factor,answer\n2,0,level,b\n");
    Files.writeString(folder.resolve("holds.csv"), "first,last,factor\n1,3,level\n");
    // When
    FrameDataset taught = FrameDataset.open(folder);
    // Then
    assertThat(taught.answers()).containsExactly(new TaughtAnswer(2, 0, "level", Answer.B, "", ""));
    assertThat(taught.holds()).containsExactly(new TaughtHold(1, 3, "level", "", ""));
    assertThat(taught.sha256()).isNotEqualTo(before);
    // When one of the files is damaged
    Files.writeString(folder.resolve("holds.csv"), "first,last,factor\n1,4,level\n");
    // Then
    assertThatThrownBy(() -> FrameDataset.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds.csv line 2: last is 4, but the set has the frames 0 to 3");
  }

  @Test
  void shouldReadHolds() throws IOException {
    // Given
    Files.writeString(file, "factor,first,last\nlevel,0,shot-3.png\n");
    // When
    List<TaughtHold> holds = TaughtHold.read(file, set.labels());
    // Then
    assertThat(holds).containsExactly(new TaughtHold(0, 3, "level", "", ""));
    TaughtHold.write(file, holds);
    assertThat(TaughtHold.read(file, set.labels())).isEqualTo(holds);
  }

  @Test
  void shouldSayWhatIsWrongInWhichLine() {
    String head = "frame_a,frame_b,factor,answer\n0,1,level,a\n";
    fails("a,b\n0,1\n", "has the columns [a, b], expected [frame_a, frame_b, factor, answer]");
    fails(head + "0,1,level,left\n", "line 3: the answer is 'left', expected a, b");
    fails(head + "0,4,level,a\n", "line 3: frame_b is 4, but the set has the frames 0 to 3");
    fails(
        head + "no.png,1,level,a\n", "line 3: frame_a is 'no.png', expected the number of a frame");
    fails(head + "1,1,level,a\n", "line 3: an answer compares two different frames");
    fails(head + "0,1,,a\n", "line 3: an answer names a factor but it is empty");
  }

  @Test
  void shouldSayWhichHoldIsWrong() throws IOException {
    Files.writeString(file, "first,last,factor\n2,2,level\n");
    assertThatThrownBy(() -> TaughtHold.read(file, set.labels()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "line 2: a hold needs at least two frames, from 0 on, but goes from 2");
  }

  private void fails(String text, String message) {
    assertThatThrownBy(
            () -> {
              Files.writeString(file, text);
              TaughtAnswer.read(file, set.labels());
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }
}
