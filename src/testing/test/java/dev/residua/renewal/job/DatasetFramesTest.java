package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.DatasetWriter;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.Npy;
import dev.residua.decoding.Stabilizer;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.RejectionReason;
import dev.residua.renewal.selection.SelectionSettings;
import dev.residua.renewal.selection.StreamData;
import dev.residua.source.SourceRule;
import dev.residua.training.TrainingProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFramesTest {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  private static final Stabilizer STABILIZER =
      new Stabilizer(new CameraRegistration(SHAPE, new float[SHAPE.size()]), PixelMask.NONE);
  private static final int FRAMES = 400;
  private static final SelectionSettings SELECTION =
      SelectionSettings.DEFAULTS.with(
          c -> {
            c.calibrationFrames(60);
            c.heldOutFrames(40);
            c.minStretchFrames(10);
            c.separationFrames(5);
            c.duplicateGreyLevels(0);
          });

  @TempDir Path directory;

  /** Frames whose pixels are the frame's number, with a label on every fourth and an event. */
  private FrameDataset set() throws IOException {
    return set(
        "residua.event",
        i ->
            Arrays.asList(
                i % 4 == 0 ? Integer.toString(i) : null, i >= 100 && i < 110 ? "offset" : null));
  }

  /** Frames whose pixels are the frame's number, with the columns light and another. */
  private FrameDataset set(String column, IntFunction<List<@Nullable String>> row)
      throws IOException {
    Path dir = directory.resolve("set");
    try (DatasetWriter writer =
        new DatasetWriter(
            dir,
            SHAPE,
            List.of("light", column),
            new DatasetWriter.Description("line", List.of("light"), null, Map.of()),
            false,
            false)) {
      byte[] pixels = new byte[SHAPE.size()];
      for (int i = 0; i < FRAMES; i++) {
        Arrays.fill(pixels, (byte) i);
        writer.write(pixels, 0, row.apply(i));
      }
      writer.finish();
    }
    return FrameDataset.open(dir);
  }

  private FrameRequest request(ImageShape shape) {
    return new FrameRequest(
        shape,
        List.of("light"),
        List.of(),
        SELECTION,
        source -> true,
        source -> SourceRule.DEFAULTS,
        STABILIZER,
        1 << 20,
        directory);
  }

  @Test
  void shouldGiveADataSetAsAStreamOfOneSource() throws IOException {
    // Given two frames a second, and a stretch of frames 20 to 29 that is excluded
    Exclusions exclusions =
        Exclusions.builder()
            .span(
                "line",
                new Period(Instant.ofEpochSecond(10), Instant.ofEpochSecond(15)),
                RejectionReason.MAINTENANCE)
            .build();
    try (CollectedFrames frames =
        DatasetFrames.collect(
            set(), 2, exclusions, request(SHAPE), TrainingProgress.SILENT, () -> false)) {
      StreamData data = frames.parts().training();
      StreamData heldOut = frames.parts().heldOut();

      assertThat(frames.parts().leftOut())
          .isEqualTo(
              Map.of(
                  RejectionReason.EVENT,
                  10L,
                  RejectionReason.MAINTENANCE,
                  10L,
                  RejectionReason.SEPARATION,
                  5L));
      assertThat(data.trained()).isEqualTo(FRAMES - 20 - 100);
      assertThat(data.size()).isEqualTo(FRAMES - 20 - 40 - 5);
      assertThat(heldOut.size()).isEqualTo(40);
      byte[] pixels = new byte[SHAPE.size()];
      for (int i = 0; i < data.size(); i++) {
        int sequence = (int) data.frame(i).sequence();
        assertThat(sequence < 20 || sequence >= 30 && sequence < 100 || sequence >= 110).isTrue();
        data.read(i, pixels, 0);
        assertThat(pixels).containsOnly((byte) sequence);
        if (sequence % 4 == 0) {
          assertThat(data.factors(i)).containsExactly(sequence);
        } else {
          assertThat(data.factors(i)).isNull();
        }
      }
    }
  }

  @Test
  void shouldResampleToTheModelsShape() throws IOException {
    try (CollectedFrames frames =
        DatasetFrames.collect(
            set(),
            20,
            Exclusions.builder().build(),
            request(new ImageShape(2, 2, 3)),
            TrainingProgress.SILENT,
            () -> false)) {
      byte[] pixels = new byte[12];
      frames.parts().heldOut().read(39, pixels, 0);

      assertThat(pixels).containsOnly((byte) (FRAMES - 1));
    }
  }

  @Test
  void shouldReduceTheMaskToTheModelsShape() throws IOException {
    // Given the last pixel of 4x4 is masked
    FrameDataset stored = set();
    byte[] mask = new byte[16];
    mask[15] = 1;
    Npy.write(directory.resolve("set/mask.npy"), mask, 4, 4);
    FrameDataset masked = FrameDataset.open(directory.resolve("set"));
    // When
    try (CollectedFrames frames =
        DatasetFrames.collect(
            masked,
            20,
            Exclusions.builder().build(),
            request(new ImageShape(2, 2, 1)),
            TrainingProgress.SILENT,
            () -> false)) {
      // Then
      PixelMask read = frames.parts().heldOut().mask(0);
      assertThat(stored.mask().isEmpty()).isTrue();
      assertThat(read.count()).isEqualTo(1);
      assertThat(read.covers(3)).isTrue();
    }
  }

  @Test
  void shouldStopWhenCancelled() throws IOException {
    FrameDataset set = set();

    assertThatThrownBy(
            () ->
                DatasetFrames.collect(
                    set,
                    20,
                    Exclusions.builder().build(),
                    request(SHAPE),
                    TrainingProgress.SILENT,
                    () -> true))
        .isInstanceOf(CancellationException.class)
        .hasMessage("reading line was cancelled after 0 of 400 frames");
  }

  @Test
  void shouldLeaveOutFramesThatLackAVariable() throws IOException {
    // Given a variable that every tenth frame lacks
    FrameDataset set =
        set(
            "variable.speed",
            i -> Arrays.asList("1", i % 10 == 0 ? null : Integer.toString(900 + i)));
    FrameRequest request =
        new FrameRequest(
            SHAPE,
            List.of("light"),
            List.of("speed"),
            SELECTION,
            source -> true,
            source -> SourceRule.DEFAULTS,
            STABILIZER,
            1 << 20,
            directory);
    // When
    try (CollectedFrames frames =
        DatasetFrames.collect(
            set, 2, Exclusions.builder().build(), request, TrainingProgress.SILENT, () -> false)) {
      // Then the stretches go on over them
      assertThat(frames.parts().leftOut())
          .containsEntry(RejectionReason.VARIABLE_MISSING, 40L)
          .doesNotContainKey(RejectionReason.SHORT_STRETCH);
      StreamData data = frames.parts().training();
      assertThat(data.variableNames()).containsExactly("speed");
      for (int i = 0; i < data.size(); i++) {
        assertThat(data.variables(i)).containsExactly(900 + data.frame(i).sequence());
      }
      assertThat(data.sha256()).isNotEqualTo(frames.parts().heldOut().sha256());
    }
  }
}
