package dev.residua.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.FrameScorer;
import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Variables;
import dev.residua.decoding.FrameDecoder;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.source.SourceRule;
import dev.residua.testing.TestEngine;
import dev.residua.testing.WallCamera;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameBatchTest {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int FACTOR = 4;
  private static final int FRAMES = 80;
  private static final SourceRule STABILIZED = SourceRule.DEFAULTS.withStabilize(true);

  private final WallCamera camera = new WallCamera(64 * FACTOR, 64 * FACTOR, 1);
  private final byte[] still = new byte[SHAPE.size()];
  private final Scorer scorer = new Scorer();
  private FrameBatch batch;

  /** Keeps the pictures that it is given to score. */
  private static final class Scorer extends TestEngine {
    private final List<byte[]> pictures = new ArrayList<>();

    Scorer() {
      super(SHAPE, 1, (pixels, offset, code) -> 0);
    }

    @Override
    public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
      for (int i = 0; i < frames; i++) {
        pictures.add(Arrays.copyOfRange(pixels, i * SHAPE.size(), (i + 1) * SHAPE.size()));
      }
      return super.encodeAndReconstruct(pixels, frames, masks);
    }
  }

  @BeforeEach
  void openAModelOfTheCameraAtRest() throws RejectedFrameException {
    new FrameDecoder(FrameLimits.DEFAULTS, SHAPE).decode(camera.take(0, 0, 0, 0), still, 0);
    float[] mean = new float[still.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = still[i] & 0xFF;
    }
    batch =
        new FrameBatch(
            new ScoringModel(
                "model-1",
                "0123456789abcdef".repeat(4),
                List.of(),
                scorer.scorer(),
                Variables.NONE,
                AnomalyCalibration.fit(new float[200], 1, new float[200], new float[200]),
                AppearanceReference.builder(SHAPE).build(),
                PixelMask.NONE,
                mean,
                null,
                0),
            FrameLimits.DEFAULTS,
            ReconstructionPlan.EVERY_FRAME,
            8,
            Clock.systemUTC(),
            FrameScorer.Observer.NONE);
  }

  private Frame frame(int sequence) {
    return camera.take(sequence, sequence % 13 - 6, sequence % 5 - 2, 0);
  }

  private List<ScoredFrame> score(SourceRule rule) throws RejectedFrameException {
    List<ScoredFrame> scores = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      batch.add(frame(i), new FramePosition("frames", 0, i), FrameTiming.ON_TIME, rule);
      if (batch.isFull()) {
        scores.addAll(batch.score());
      }
    }
    return scores;
  }

  @Test
  void shouldReadFramesAsTheyAreWithoutTheRule() throws Exception {
    score(SourceRule.DEFAULTS);
    byte[] expected = new byte[SHAPE.size()];
    for (int i = 0; i < FRAMES; i++) {
      new FrameDecoder(FrameLimits.DEFAULTS, SHAPE).decode(frame(i), expected, 0);
      assertThat(scorer.pictures.get(i)).isEqualTo(expected);
    }
  }

  @Test
  void shouldNameTheBundleInEveryScore() throws Exception {
    assertThat(score(SourceRule.DEFAULTS))
        .isNotEmpty()
        .allSatisfy(
            score -> {
              assertThat(score.modelId()).isEqualTo("model-1");
              assertThat(score.modelDigest()).isEqualTo("0123456789ab");
            });
  }

  @Test
  void shouldCompensateVibrationsWithTheRule() throws Exception {
    // Given
    score(SourceRule.DEFAULTS);
    double without = error();
    scorer.pictures.clear();
    // When
    score(STABILIZED);
    // Then
    assertThat(error()).isLessThan(without / 3);
  }

  /** Root mean square of the difference to the camera at rest, without the margin. */
  private double error() {
    double squares = 0;
    int count = 0;
    for (byte[] picture : scorer.pictures) {
      for (int i = 0; i < picture.length; i++) {
        int x = i / 3 % 64;
        int y = i / 3 / 64;
        if (Math.min(Math.min(x, 63 - x), Math.min(y, 63 - y)) >= 2) {
          squares += Math.pow((picture[i] & 0xFF) - (still[i] & 0xFF), 2);
          count++;
        }
      }
    }
    return Math.sqrt(squares / count);
  }

  @Test
  void shouldReportTheMotionBeforeItWasCompensated() throws Exception {
    // When
    List<ScoredFrame> plain = score(SourceRule.DEFAULTS);
    List<ScoredFrame> stabilized = score(STABILIZED);
    // Then
    int known = 0;
    for (int i = 0; i < FRAMES; i++) {
      CameraMotion motion = stabilized.get(i).sensor().motion();
      assertThat(motion).isEqualTo(plain.get(i).sensor().motion());
      if (motion != null) {
        known++;
        assertThat(64 * FACTOR * motion.right()).isCloseTo(i % 13 - 6, within(0.8f));
      }
    }
    assertThat(known).isBetween(8, 12);
  }

  @Test
  void shouldScoreAReplayInTheSameWay() throws Exception {
    score(STABILIZED);
    List<byte[]> first = List.copyOf(scorer.pictures);
    scorer.pictures.clear();
    score(STABILIZED);
    for (int i = 0; i < FRAMES; i++) {
      assertThat(scorer.pictures.get(i)).isEqualTo(first.get(i));
    }
  }
}
