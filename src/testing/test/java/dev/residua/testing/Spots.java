package dev.residua.testing;

import dev.residua.frame.ImageShape;
import dev.residua.training.HeldPair;
import dev.residua.training.OrderAnswer;
import dev.residua.training.TrainingData;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Small frames with two soft spots: the column of the upper one is the factor {@code cause}, the
 * column of the lower one is {@code effect = cause^2 - 0.5 + noise}.
 */
public class Spots implements TrainingData {
  private final ImageShape shape;
  private final byte[] pixels;
  private final double[][] factors;
  private final int labelEvery;
  private final int size;
  private final int pairs;
  private final int answers;

  /**
   * @param labelEvery every how many frames factors are known; 0 for never
   */
  public Spots(ImageShape shape, int size, int labelEvery, long seed) {
    this(shape, size, labelEvery, 0, seed);
  }

  /**
   * @param pairs the first frames are this many held pairs, of cause and effect in turn
   */
  public Spots(ImageShape shape, int size, int labelEvery, int pairs, long seed) {
    this(shape, size, labelEvery, pairs, 0, seed);
  }

  /**
   * @param answers number of answers to which of a frame and the one ten rows on is higher, on the
   *     frames behind the held pairs, of cause and effect in turn
   */
  public Spots(ImageShape shape, int size, int labelEvery, int pairs, int answers, long seed) {
    this.pairs = pairs;
    this.answers = answers;
    this.shape = shape;
    this.size = size;
    this.labelEvery = labelEvery;
    this.pixels = new byte[size * shape.size()];
    this.factors = new double[size][];
    Random random = new Random(seed);
    for (int n = 0; n < size; n++) {
      double cause = 2 * random.nextDouble() - 1;
      double effect = cause * cause - 0.5 + 0.25 * random.nextGaussian();
      factors[n] = new double[] {cause, effect};
      if (n < 2 * pairs && n % 2 == 1) {
        factors[n][n / 2 % 2] = factors[n - 1][n / 2 % 2];
      }
      spot(n, factors[n][0], 0.25);
      spot(n, factors[n][1], 0.75);
    }
  }

  private void spot(int frame, double factor, double height) {
    double centreX = shape.width() * (0.5 + 0.3 * factor);
    double centreY = shape.height() * height;
    double radius = shape.height() / 10.0;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        double distance = Math.pow(x + 0.5 - centreX, 2) + Math.pow(y + 0.5 - centreY, 2);
        int value = (int) Math.round(230 * Math.exp(-distance / (2 * radius * radius)));
        for (int c = 0; c < shape.channels(); c++) {
          int at = frame * shape.size() + (y * shape.width() + x) * shape.channels() + c;
          pixels[at] = (byte) Math.min(255, (pixels[at] & 0xff) + value / (c + 1));
        }
      }
    }
  }

  @Override
  public String name() {
    return "Spots";
  }

  @Override
  public String sha256() {
    return "0123456789abcdef".repeat(4);
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    System.arraycopy(pixels, index * shape.size(), into, offset, shape.size());
  }

  @Override
  public List<String> factorNames() {
    return labelEvery == 0 && pairs == 0 && answers == 0 ? List.of() : List.of("cause", "effect");
  }

  @Override
  public double @Nullable [] factors(int index) {
    return labelEvery == 0 || index % labelEvery != 0 ? null : factors[index].clone();
  }

  @Override
  public List<HeldPair> heldPairs() {
    return IntStream.range(0, pairs).mapToObj(p -> new HeldPair(2 * p, 2 * p + 1, p % 2)).toList();
  }

  @Override
  public List<OrderAnswer> answers() {
    return IntStream.range(0, answers)
        .mapToObj(
            i -> {
              int first = 2 * pairs + i;
              double difference = factors[first][i % 2] - factors[first + 10][i % 2];
              return new OrderAnswer(first, first + 10, i % 2, difference > 0 ? 1 : -1);
            })
        .toList();
  }

  @Override
  public int[] broken(int index) {
    return index < 2 * pairs ? new int[] {index / 2 % 2} : new int[0];
  }

  /** True factors of a frame, known or not. */
  public double[] truth(int index) {
    return factors[index].clone();
  }
}
