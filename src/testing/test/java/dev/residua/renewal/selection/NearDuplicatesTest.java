package dev.residua.renewal.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.FramePosition;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Flow;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearDuplicatesTest {
  private static final ImageShape GRAY = new ImageShape(64, 32, 1);
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final SelectionSettings SETTINGS =
      SelectionSettings.DEFAULTS.with(
          c -> {
            c.duplicateGreyLevels(2);
            c.duplicateWindow(Duration.ofSeconds(60));
          });

  private static FrameCandidate frame(String source, long seconds) {
    return new FrameCandidate(
        source, new FramePosition("f", 0, seconds), START.plusSeconds(seconds), seconds, false);
  }

  private static byte[] grey(int level) {
    byte[] pixels = new byte[GRAY.size()];
    Arrays.fill(pixels, (byte) level);
    return pixels;
  }

  @Test
  void shouldAverageCellsOfAnySize() {
    // Given a picture of 10 by 3 pixels, each as bright as its column says
    ImageShape shape = new ImageShape(10, 3, 1);
    byte[] pixels = new byte[shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (10 * (i % 10));
    }

    // Then column x is in cell floor(0.8 x): cells 0 and 4 have two columns
    assertThat(Arrays.copyOf(Thumbnail.of(shape, pixels, 0), 8))
        .containsExactly(5, 20, 30, 40, 55, 70, 80, 90);
    assertThat(Thumbnail.of(shape, pixels, 0)).hasSize(24);
  }

  @Test
  void shouldMeasureMovementByTheFormula() {
    // Given a square of 4 by 4 pixels, half of a cell and 100 levels brighter, that moves away
    byte[] before = grey(50);
    byte[] after = grey(50);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        before[y * 64 + x] = (byte) 150;
        after[y * 64 + x + 32] = (byte) 150;
      }
    }

    assertThat(Thumbnail.difference(Thumbnail.of(GRAY, before, 0), Thumbnail.of(GRAY, after, 0)))
        .isCloseTo(100 * 16 / 32.0, within(1e-9));
  }

  @Test
  void shouldMeasureNoiseByTheFormula() {
    // Given pairs of pictures with noise of 4 grey levels; cells have 32 pixels
    Random random = new Random(1);
    int below = 0;
    for (int pair = 0; pair < 200; pair++) {
      double difference = Thumbnail.difference(noise(random), noise(random));
      below += difference < 3.5 * 4 * Math.sqrt(2 / 32.0) ? 1 : 0;
    }

    // P(|Z| < 3.5)^64 = 0.97; four standard errors of 200 pairs
    assertThat(below / 200.0).isCloseTo(0.97, within(0.048));
  }

  @Test
  void shouldKeepPicturesThatDifferInASmallPart() {
    // Given a scene in which little moves, by its coupled mechanisms
    ImageShape shape = new ImageShape(64, 64, 3);
    ScenarioStream stream =
        new ScenarioStream(
            new Scenario(new Flow(), List.of(0.075, 0.11), 20, 1, 0, 500, List.of()), shape);
    NearDuplicates duplicates = new NearDuplicates(shape, SelectionSettings.DEFAULTS);
    byte[] pixels = new byte[shape.size()];
    int kept = 0;

    // When
    for (int i = 0; i < 500; i++) {
      stream.next(pixels, 0);
      kept += duplicates.keeps(frame("a", i), pixels, 0) ? 1 : 0;
    }

    // Then more than enough remain to train on
    assertThat(kept).isGreaterThan(450);
  }

  private static float[] noise(Random random) {
    byte[] pixels = grey(0);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.round(128 + 4 * random.nextGaussian());
    }
    return Thumbnail.of(GRAY, pixels, 0);
  }

  @Test
  void shouldDropPicturesBelowTheBoundOnly() {
    NearDuplicates duplicates = new NearDuplicates(GRAY, SETTINGS);

    assertThat(duplicates.keeps(frame("a", 0), grey(100), 0)).isTrue();
    assertThat(duplicates.keeps(frame("a", 1), grey(101), 0)).isFalse();
    assertThat(duplicates.keeps(frame("a", 2), grey(102), 0)).isTrue();
    assertThat(duplicates.keeps(frame("a", 3), grey(99), 0)).isFalse();
    // What was dropped hides nothing: 98 is two levels from 100, one from the dropped 99
    assertThat(duplicates.keeps(frame("a", 4), grey(98), 0)).isTrue();
  }

  @Test
  void shouldCompareWithinASourceAndAWindowOnly() {
    NearDuplicates duplicates = new NearDuplicates(GRAY, SETTINGS);

    assertThat(duplicates.keeps(frame("a", 0), grey(100), 0)).isTrue();
    assertThat(duplicates.keeps(frame("b", 0), grey(100), 0)).isTrue();
    assertThat(duplicates.keeps(frame("a", 60), grey(100), 0)).isFalse();
    assertThat(duplicates.keeps(frame("a", 61), grey(100), 0)).isTrue();
  }

  @Test
  void shouldKeepEverythingWhereItIsSwitchedOff() {
    NearDuplicates duplicates =
        new NearDuplicates(GRAY, SETTINGS.with(c -> c.duplicateGreyLevels(0)));

    assertThat(duplicates.keeps(frame("a", 0), grey(100), 0)).isTrue();
    assertThat(duplicates.keeps(frame("a", 1), grey(100), 0)).isTrue();
  }
}
