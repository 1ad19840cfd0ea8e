package dev.residua.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.training.TrainingLosses;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChartsTest {
  private static final TrainingLosses USUAL = new TrainingLosses(5, 0.5, 0, 0, 0, 0.1, -1, 2, 0);

  static Stream<double[]> values() {
    double[] constant = new double[100];
    Arrays.fill(constant, 0.25);
    double[] unknown = new double[100];
    Arrays.fill(unknown, Double.NaN);
    return Stream.of(
        new double[0],
        new double[] {0.5},
        constant,
        unknown,
        new double[] {Double.NEGATIVE_INFINITY, 0, Double.POSITIVE_INFINITY});
  }

  @ParameterizedTest
  @MethodSource("values")
  void shouldDrawWhateverTheValuesAre(double[] values) throws IOException {
    assertSize(Charts.histogram("a", values), Charts.WIDTH);
    assertSize(Charts.calibration(Map.of("a", values), 1), Charts.WIDTH);
    assertSize(Charts.calibration(Map.of("a", values), 0.02), Charts.WIDTH);
  }

  static Stream<List<TrainingLosses>> losses() {
    return Stream.of(
        List.of(),
        List.of(USUAL),
        Collections.nCopies(200, USUAL),
        List.of(USUAL, new TrainingLosses(Double.NaN, -1, 0, 0, 0, 0, 0, 0, 0)),
        List.of(new TrainingLosses(0, 0, 0, 0, 0, -1, 0, 0, 0)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void shouldDrawWhateverTheLossesAre(List<TrainingLosses> losses) throws IOException {
    assertSize(Charts.losses(losses), Charts.WIDE);
  }

  @Test
  void shouldDrawMoreWhereThereAreMoreFrames() throws IOException {
    // Given residuals that are all at the right of the middle
    double[] right = new double[100];
    Arrays.fill(right, 2.1);
    // When
    BufferedImage image = read(Charts.histogram("a", right));
    // Then the right half has more of the colour of the bars
    assertThat(coloured(image, Charts.WIDTH / 2, Charts.WIDTH))
        .isGreaterThan(10 * coloured(image, 0, Charts.WIDTH / 2) + 500);
  }

  private static int coloured(BufferedImage image, int from, int to) {
    int count = 0;
    for (int x = from; x < to; x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        count += (image.getRGB(x, y) & 0xffffff) == 0x1f5fa8 ? 1 : 0;
      }
    }
    return count;
  }

  private static void assertSize(byte[] png, int width) throws IOException {
    BufferedImage image = read(png);
    assertThat(image.getWidth()).isEqualTo(width);
    assertThat(image.getHeight()).isEqualTo(Charts.HEIGHT);
  }

  private static BufferedImage read(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
