package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.CameraMotion;
import dev.residua.frame.ImageShape;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CameraPositionTest {
  private static final ImageShape IMAGE = new ImageShape(64, 64, 3);

  /** Position of this camera, unlike that of the training. */
  private static final CameraMotion USUAL = new CameraMotion(0.03f, -0.02f, 1.5f, 0.98f);

  private CameraPosition position = CameraPosition.START;
  private final Random random = new Random(3);

  private void estimates(int count, CameraMotion motion) {
    for (int i = 0; i < count; i++) {
      position =
          position.next(
              new CameraMotion(
                  motion.right() + noise(0.002),
                  motion.down() + noise(0.002),
                  motion.degrees() + noise(0.1),
                  motion.scale() + noise(0.003)),
              IMAGE);
    }
  }

  private float noise(double deviation) {
    return (float) (deviation * random.nextGaussian());
  }

  /** The usual place moved by the parts. */
  private static CameraMotion moved(double right, double down, double degrees, double scale) {
    return new CameraMotion(
        USUAL.right() + (float) right,
        USUAL.down() + (float) down,
        USUAL.degrees() + (float) degrees,
        USUAL.scale() * (float) scale);
  }

  @ParameterizedTest
  @CsvSource({"0.03, 0, 0, 1", "0, -0.03, 0, 1", "0, 0, 2, 1", "0, 0, -2, 1", "0, 0, 0, 1.05"})
  void needsThreeEstimatesOfAMove(double right, double down, double degrees, double scale) {
    estimates(200, USUAL);
    assertThat(position.moved()).isFalse();
    estimates(CameraPosition.NEEDED - 1, moved(right, down, degrees, scale));
    assertThat(position.moved()).isFalse();
    estimates(1, moved(right, down, degrees, scale));
    assertThat(position.moved()).isTrue();
    estimates(2, moved(right, down, degrees, scale));
    CameraMotion motion = position.motion(IMAGE);
    assertThat(motion.right()).isCloseTo((float) right, within(0.006f));
    assertThat(motion.down()).isCloseTo((float) down, within(0.006f));
    assertThat(motion.degrees()).isCloseTo((float) degrees, within(0.3f));
    assertThat(motion.scale()).isCloseTo((float) scale, within(0.01f));
    estimates(CameraPosition.NEEDED, USUAL);
    assertThat(position.moved()).isFalse();
  }

  @Test
  void knowsNoMoveWhileItLearns() {
    estimates(CameraPosition.LEARNED - 1, USUAL);
    assertThat(position.usual()).isNull();
    estimates(1, moved(0.5, 0.5, 10, 1)); // one of many
    assertThat(position.usual().position().right()).isCloseTo(USUAL.right(), within(0.002f));
    assertThat(position.learning()).isEmpty();
    assertThatIllegalStateException()
        .isThrownBy(() -> position.motion(IMAGE))
        .withMessageContaining("nothing is known");
    estimates(CameraPosition.WINDOW - 1, moved(0.1, 0, 0, 1));
    assertThat(position.moved()).isFalse();
    estimates(1, moved(0.1, 0, 0, 1));
    assertThat(position.moved()).isTrue();
  }

  @Test
  void measuresShiftsOfTheShorterSideInPixelsOfTheLongerOne() {
    // 1.5 % of 32 rows are half a pixel, which is less than 1.2 % of 64 columns.
    ImageShape wide = new ImageShape(64, 32, 3);
    CameraPosition still = CameraPosition.START;
    for (int i = 0; i < CameraPosition.LEARNED; i++) {
      still = still.next(CameraMotion.NONE, wide);
    }
    CameraPosition right = still;
    CameraPosition down = still;
    CameraPosition further = still;
    for (int i = 0; i < CameraPosition.WINDOW; i++) {
      right = right.next(new CameraMotion(0.015f, 0, 0, 1), wide);
      down = down.next(new CameraMotion(0, 0.015f, 0, 1), wide);
      further = further.next(new CameraMotion(0, 0.03f, 0, 1), wide);
    }
    assertThat(right.moved()).isTrue();
    assertThat(down.moved()).isFalse();
    assertThat(further.moved()).isTrue();
  }

  @Test
  void doesNotComeAndGoAtALimit() {
    estimates(40, USUAL);
    estimates(5, moved(CameraPosition.SHIFT + 0.006, 0, 0, 1));
    int changes = 0;
    for (int i = 0; i < 2_000; i++) {
      boolean before = position.moved();
      estimates(1, moved(CameraPosition.SHIFT + 0.002, 0, 0, 1));
      changes += position.moved() == before ? 0 : 1;
    }
    assertThat(changes).isZero();
    assertThat(position.moved()).isTrue();
  }

  /**
   * False alarms of cameras that stand still, 60 of each kind, 3,000 estimates each: at 20 frames
   * per second, 20 hours of each camera, and 50 days of all.
   *
   * @param deviation of a shift in pixels; of a turn 1.5 times as many degrees
   * @param correlation of one estimate with the next
   * @param wrong share of estimates that are wrong by some pixels and degrees
   */
  @ParameterizedTest
  @CsvSource({"0.05, 0, 0", "0.1, 0.5, 0.05", "0.2, 0.5, 0.05", "0.3, 0.5, 0", "0.1, 0.9, 0.02"})
  void hasAtMostOneFalseAlarmInFiftyDays(double deviation, double correlation, double wrong) {
    Random distribution = new Random(11);
    double rest = Math.sqrt(1 - correlation * correlation);
    int alarms = 0;
    for (int source = 0; source < 60; source++) {
      CameraPosition camera = CameraPosition.START;
      double[] state = new double[4];
      for (int i = 0; i < 3_000; i++) {
        boolean wild = distribution.nextDouble() < wrong;
        for (int k = 0; k < 4; k++) {
          state[k] = correlation * state[k] + rest * distribution.nextGaussian();
        }
        double[] part = state.clone();
        for (int k = 0; k < 4 && wild; k++) {
          part[k] = 2 / deviation * distribution.nextGaussian();
        }
        boolean before = camera.moved();
        camera =
            camera.next(
                new CameraMotion(
                    (float) (deviation * part[0] / 64),
                    (float) (deviation * part[1] / 64),
                    (float) (1.5 * deviation * part[2]),
                    (float) (1 + deviation * part[3] / 32)),
                IMAGE);
        alarms += camera.moved() && !before ? 1 : 0;
      }
    }
    assertThat(alarms).isLessThanOrEqualTo(1);
  }

  @Test
  void refusesStatesThatAreNone() {
    List<CameraMotion> many = Collections.nCopies(CameraPosition.LEARNED, CameraMotion.NONE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraPosition(many, null, List.of(), false))
        .withMessageContaining("32 estimates");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraPosition(List.of(), null, List.of(), true));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CameraPosition.Usual(CameraMotion.NONE, 0, -1, 0, 0))
        .withMessageContaining("spread");
  }

  @Test
  void speaksOfPixelsAndPerCent() {
    assertThat(MotionSentence.of(new CameraMotion(0.03f, -0.01f, 2, 1.02f), IMAGE).explanation())
        .isEqualTo(
            "the camera has moved: the picture is shifted by 1.9 pixels (3.0 %) to the right and by 0.6 pixels (1.0 %) up, turned by 2.0 degrees clockwise and scaled by 1.02");
    assertThat(MotionSentence.of(new CameraMotion(-0.03f, 0, -2, 1), IMAGE).explanation())
        .contains("to the left", "down", "2.0 degrees anticlockwise");
  }
}
