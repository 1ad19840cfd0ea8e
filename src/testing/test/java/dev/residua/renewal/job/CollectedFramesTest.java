package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.decoding.FrameDecoder;
import dev.residua.decoding.Stabilizer;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.FrameCandidate;
import dev.residua.renewal.selection.FrameSelection;
import dev.residua.renewal.selection.SelectionSettings;
import dev.residua.renewal.selection.StreamData;
import dev.residua.source.SourceRule;
import dev.residua.testing.WallCamera;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectedFramesTest {
  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final int FRAMES = 120;
  private static final SelectionSettings SELECTION =
      SelectionSettings.DEFAULTS.with(
          c -> {
            c.calibrationFrames(30);
            c.heldOutFrames(20);
            c.minStretchFrames(10);
            c.separationFrames(5);
            c.duplicateGreyLevels(0);
          });

  private final WallCamera camera = new WallCamera(192, 192, 1);

  @TempDir Path directory;

  /** Of a model whose mean picture is that of the camera at rest. */
  private Stabilizer stabilizer() throws RejectedFrameException {
    byte[] still = new byte[SHAPE.size()];
    new FrameDecoder(FrameLimits.DEFAULTS, SHAPE).decode(camera.take(0, 0, 0, 0), still, 0);
    float[] mean = new float[still.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = still[i] & 0xFF;
    }
    return new Stabilizer(new CameraRegistration(SHAPE, mean), PixelMask.NONE);
  }

  private Frame frame(int sequence) {
    return camera.take(sequence, sequence % 11 - 5, sequence % 7 - 3, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldReadFramesAsTheyAreScored(boolean stabilize) throws Exception {
    // Given
    Stabilizer stabilizer = stabilizer();
    FrameRequest request =
        new FrameRequest(
            SHAPE,
            List.of(),
            List.of(),
            SELECTION,
            source -> true,
            source -> SourceRule.DEFAULTS.withStabilize(stabilize),
            stabilizer,
            1 << 20,
            directory);
    FrameSelection selection = new FrameSelection(SELECTION, Exclusions.builder().build());
    for (int i = 0; i < FRAMES; i++) {
      Frame frame = frame(i);
      selection.offer(
          new FrameCandidate(
              frame.source(), new FramePosition("frames", 0, i), frame.capturedAt(), i, false));
    }
    FrameSelection.Plan plan = selection.plan();
    try (CollectedFrames.Collector collector =
        new CollectedFrames.Collector(request, FrameLimits.DEFAULTS)) {
      // When
      for (FramePosition position : plan.positions()) {
        collector.add(position, frame((int) position.offset()));
      }
      try (CollectedFrames collected = collector.done("frames", plan)) {
        // Then
        StreamData data = collected.parts().training();
        FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, SHAPE);
        byte[] expected = new byte[SHAPE.size()];
        byte[] plain = new byte[SHAPE.size()];
        byte[] read = new byte[SHAPE.size()];
        int different = 0;
        for (int i = 0; i < data.size(); i++) {
          Frame frame = frame((int) data.frame(i).sequence());
          PixelMask mask =
              decoder.decode(
                  frame, FrameGeometry.WHOLE, stabilize ? stabilizer : null, expected, 0);
          data.read(i, read, 0);
          assertThat(read).isEqualTo(expected);
          assertThat(data.mask(i)).isEqualTo(mask);
          decoder.decode(frame, plain, 0);
          different += Arrays.equals(plain, read) ? 0 : 1;
        }
        assertThat(data.size()).isGreaterThan(80);
        assertThat(different > data.size() / 2).isEqualTo(stabilize);
      }
    }
  }
}
