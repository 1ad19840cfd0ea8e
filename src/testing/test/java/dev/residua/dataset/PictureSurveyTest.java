package dev.residua.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.dataset.ImportHint.Kind;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The pictures are squares on a gray wall with some noise, at places that the tests choose. */
class PictureSurveyTest {
  private static final int SIDE = 32;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);
  private static final int SQUARE = 10;

  private static byte[] square(Random random, int x, int y, int level) {
    byte[] pixels = new byte[SHAPE.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (120 + random.nextInt(2)); // so that no two pictures are equal by chance
    }
    for (int row = y; row < y + SQUARE; row++) {
      Arrays.fill(pixels, row * SIDE + x, row * SIDE + x + SQUARE, (byte) level);
    }
    return pixels;
  }

  private static byte[] square(Random random) {
    return square(random, random.nextInt(22), random.nextInt(22), 180 + random.nextInt(50));
  }

  private static byte[] blurred(byte[] pixels) {
    byte[] result = pixels;
    for (int pass = 0; pass < 8; pass++) {
      byte[] next = new byte[pixels.length];
      for (int i = 0; i < pixels.length; i++) {
        int sum = 0;
        for (int step :
            new int[] {-SIDE - 1, -SIDE, -SIDE + 1, -1, 0, 1, SIDE - 1, SIDE, SIDE + 1}) {
          sum += result[Math.floorMod(i + step, pixels.length)] & 0xFF;
        }
        next[i] = (byte) (sum / 9);
      }
      result = next;
    }
    return result;
  }

  private static List<ImportHint> advice(int frames, IntFunction<byte[]> picture) {
    PictureSurvey survey = new PictureSurvey(SHAPE);
    for (int i = 0; i < frames; i++) {
      survey.add(picture.apply(i), 0);
    }
    return survey.advice();
  }

  private static List<Kind> kinds(List<ImportHint> advice) {
    return advice.stream().map(ImportHint::kind).toList();
  }

  @Test
  void shouldSayNothingOfGoodFrames() {
    // Given
    Random random = new Random(1);

    // When, Then
    assertThat(advice(400, i -> square(random))).isEmpty();
  }

  @Test
  void shouldCountFewFrames() {
    // Given
    Random random = new Random(2);

    // When
    List<ImportHint> few = advice(100, i -> square(random));

    // Then 70 of 100 train, so 30 calibrate
    assertThat(few)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.FEW_FRAMES);
              assertThat(one.sentence())
                  .startsWith("100 frames are few: 30 of them calibrate")
                  .contains("1 in 31")
                  .contains("About 2,000");
            });
    assertThat(advice(299, i -> square(random))).hasSize(1);
    assertThat(advice(300, i -> square(random))).isEmpty();
  }

  @Test
  void shouldCountCopies() {
    // Given a stream of which every tenth frame is the one five before
    Random random = new Random(3);
    byte[][] frames = new byte[400][];
    for (int i = 0; i < 400; i++) {
      frames[i] = i % 10 == 9 ? frames[i - 5].clone() : square(random);
    }

    // When
    List<ImportHint> advice = advice(400, i -> frames[i]);

    // Then a place and level may be drawn twice by chance
    assertThat(kinds(advice)).containsExactly(Kind.NEAR_DUPLICATES);
    int copies = 400 - (int) Arrays.stream(frames).map(Arrays::hashCode).distinct().count();
    assertThat(advice.get(0).sentence()).contains("(" + copies + " are exact copies");
  }

  @Test
  void shouldCountFramesThatWaitForAChange() {
    // Given a square that stays for four frames, under noise of one grey level
    Random random = new Random(4);
    byte[][] place = new byte[1][];

    // When
    List<ImportHint> advice =
        advice(
            400,
            i -> {
              place[0] = i % 4 == 0 ? square(random) : place[0];
              byte[] noisy = place[0].clone();
              for (int p = 0; p < noisy.length; p++) {
                noisy[p] += (byte) (random.nextInt(3) - 1);
              }
              return noisy;
            });

    // Then three of four frames nearly equal the one before, and the stream is in order
    assertThat(kinds(advice)).containsExactly(Kind.NEAR_DUPLICATES, Kind.IN_TIME_ORDER);
    assertThat(advice.get(0).sentence())
        .matches("^(29\\d|30\\d) of 400 frames nearly equal.*\\(0 are.*");
  }

  @Test
  void shouldRecogniseTheOrderOfTime() {
    // Given a square that moves to and fro, two steps per frame
    Random random = new Random(9);

    // When
    List<ImportHint> advice =
        advice(
            400,
            i -> square(random, Math.abs(2 * i % 42 - 21), Math.abs(i / 2 % 42 - 21), 150 + i / 5));

    // Then
    assertThat(kinds(advice)).containsExactly(Kind.IN_TIME_ORDER);
    assertThat(advice.get(0).sentence())
        .contains("a random split would leak. train learns from the first 70 %");
  }

  @Test
  void shouldSayThatNothingVaries() {
    // Given a still picture with a grey level of noise at one pixel
    Random random = new Random(5);

    // When
    List<ImportHint> advice =
        advice(
            400,
            i -> {
              byte[] still = square(new Random(5), 5, 5, 200);
              still[random.nextInt(still.length)] += (byte) (random.nextInt(40) + 1);
              return still;
            });

    // Then
    assertThat(kinds(advice)).contains(Kind.NO_VARIATION);
    assertThat(kinds(advice)).doesNotContain(Kind.IN_TIME_ORDER);
  }

  @Test
  void shouldCountBlurredFrames() {
    // Given
    Random random = new Random(6);

    // When
    List<ImportHint> some =
        advice(400, i -> i % 20 == 7 ? blurred(square(random)) : square(random));
    List<ImportHint> all = advice(400, i -> blurred(square(random)));

    // Then
    assertThat(kinds(some)).containsExactly(Kind.SOME_BLURRED);
    assertThat(some.get(0).sentence()).startsWith("20 of 400 frames have less than 15 %");
    assertThat(kinds(all)).containsExactly(Kind.ALL_SMOOTH);
  }

  @Test
  void shouldCountDarkAndSaturatedFrames() {
    // Given
    Random random = new Random(7);
    byte[] black = new byte[SHAPE.size()];
    byte[] white = new byte[SHAPE.size()];
    Arrays.fill(white, (byte) 250);

    // When
    List<ImportHint> advice =
        advice(
            400,
            i -> {
              byte[] pixels =
                  i % 50 == 3 ? black.clone() : i % 80 == 5 ? white.clone() : square(random);
              pixels[0] = (byte) (i % 50 == 3 ? i / 50 : pixels[0]);
              pixels[1] = (byte) (i % 80 == 5 ? 240 + i / 80 : pixels[1]);
              return pixels;
            });

    // Then
    assertThat(kinds(advice)).containsExactly(Kind.DARK, Kind.SATURATED);
    assertThat(advice.get(0).sentence()).startsWith("8 of 400 frames are nearly all black");
    assertThat(advice.get(1).sentence()).startsWith("5 of 400 frames are nearly all white");
  }

  @Test
  void shouldMeasureColourAndTinyPictures() {
    // Given colour pictures of two by one pixels
    ImageShape tiny = new ImageShape(2, 1, 3);
    PictureSurvey survey = new PictureSurvey(tiny);
    Random random = new Random(8);
    byte[] padded = new byte[6 + 3];

    // When
    for (int i = 0; i < 400; i++) {
      random.nextBytes(padded);
      survey.add(padded, 3);
    }

    // Then the order is random; such pictures have no inner pixel, so no sharpness
    assertThat(kinds(survey.advice())).containsExactly(Kind.ALL_SMOOTH);
  }
}
