package dev.residua.training;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The factor that explains each pixel alone, by labelled frames: in the order of its label, the
 * pixel varies least from frame to frame. Labels distinguish a cause from an effect that follows it
 * closely, which a decoder does not.
 *
 * <p>Source: Chatterjee, A New Coefficient of Correlation, Journal of the American Statistical
 * Association (2021), with squared differences of values in place of ranks.
 *
 * @param factors one per pixel, -1 for a pixel that no factor explains alone
 */
@SuppressWarnings("ArrayRecordComponent") // one per training
public record PixelOwners(int[] factors) {
  /** Fewest labelled frames. */
  public static final int MIN_FRAMES = 40;

  private static final int MAX_FRAMES = 400;

  /** No owners: too few labelled frames. */
  public static final PixelOwners NONE = new PixelOwners(new int[0]);

  /** Part of the squared differences in random order above which a factor explains nothing. */
  private static final double EXPLAINED = 0.1;

  /** Part of the next factor's squared differences above which the owner is in doubt. */
  private static final double CLEARER = 0.85;

  /** Pixels on each side whose differences are summed: what a factor moves is compact. */
  private static final int NEAR = 2;

  /**
   * Finds the owners.
   *
   * @param frames of the data; those of which a factor is unknown are left out
   * @param latents names of those of the model
   * @return {@link #NONE} if fewer than {@link #MIN_FRAMES} frames are left, or the latents are not
   *     the factors, so that another latent may explain any pixel
   */
  public static PixelOwners of(TrainingData data, int[] frames, List<String> latents) {
    if (!latents.equals(data.factorNames())) {
      return NONE;
    }
    int[] known =
        IntStream.of(frames)
            .filter(
                i -> {
                  double[] labels = data.factors(i);
                  return labels != null && Arrays.stream(labels).allMatch(Double::isFinite);
                })
            .toArray();
    if (known.length < MIN_FRAMES) {
      return NONE;
    }
    int[] used = new int[Math.min(MAX_FRAMES, known.length)];
    Arrays.setAll(used, i -> known[(int) ((long) i * known.length / used.length)]);
    return find(data, used);
  }

  private static PixelOwners find(TrainingData data, int[] known) {
    ImageShape shape = data.shape();
    int n = known.length;
    int factors = data.factorNames().size();
    byte[][] pictures = new byte[n][shape.size()];
    double[][] labels = new double[n][];
    for (int i = 0; i < n; i++) {
      data.read(known[i], pictures[i], 0);
      labels[i] = data.factors(known[i]);
    }
    double[] random = near(shape, variation(shape, pictures));
    double[][] ordered = new double[factors][];
    for (int k = 0; k < factors; k++) {
      int factor = k;
      byte[][] inOrder =
          IntStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> labels[i][factor]))
              .map(i -> pictures[i])
              .toArray(byte[][]::new);
      ordered[k] = near(shape, differences(shape, inOrder));
    }
    int[] owners = new int[random.length];
    for (int p = 0; p < owners.length; p++) {
      int pixel = p;
      int[] ranked =
          IntStream.range(0, factors)
              .boxed()
              .sorted(Comparator.comparingDouble(k -> ordered[k][pixel]))
              .mapToInt(k -> k)
              .toArray();
      double best = ordered[ranked[0]][p];
      boolean clear =
          best < EXPLAINED * random[p] && (factors == 1 || best < CLEARER * ordered[ranked[1]][p]);
      owners[p] = clear ? ranked[0] : -1;
    }
    return new PixelOwners(owners);
  }

  /** Squared differences of consecutive pictures that are expected in random order. */
  private static double[] variation(ImageShape shape, byte[][] pictures) {
    int channels = shape.channels();
    double[] result = new double[shape.size() / channels];
    int n = pictures.length;
    for (int v = 0; v < shape.size(); v++) {
      double sum = 0;
      double square = 0;
      for (byte[] picture : pictures) {
        double value = picture[v] & 0xff;
        sum += value;
        square += value * value;
      }
      result[v / channels] += 2 * (square - sum * sum / n);
    }
    return result;
  }

  private static double[] differences(ImageShape shape, byte[][] pictures) {
    int channels = shape.channels();
    double[] result = new double[shape.size() / channels];
    for (int i = 1; i < pictures.length; i++) {
      for (int v = 0; v < shape.size(); v++) {
        double difference = (pictures[i][v] & 0xff) - (pictures[i - 1][v] & 0xff);
        result[v / channels] += difference * difference;
      }
    }
    return result;
  }

  /** Sums over the neighbourhood of each pixel. */
  private static double[] near(ImageShape shape, double[] values) {
    int width = shape.width();
    int height = shape.height();
    double[] sums = new double[values.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int b = Math.max(0, y - NEAR); b <= Math.min(height - 1, y + NEAR); b++) {
          for (int a = Math.max(0, x - NEAR); a <= Math.min(width - 1, x + NEAR); a++) {
            sums[y * width + x] += values[b * width + a];
          }
        }
      }
    }
    return sums;
  }

  /** The owners of pixels that are arranged in another way. */
  public PixelOwners arranged(IntUnaryOperator place) {
    int[] arranged = new int[factors.length];
    for (int p = 0; p < factors.length; p++) {
      arranged[place.applyAsInt(p)] = factors[p];
    }
    return new PixelOwners(arranged);
  }

  /** Returns true if a pixel is explained by another latent than this one. */
  boolean excludes(int pixel, int latent) {
    return factors.length > 0 && factors[pixel] >= 0 && factors[pixel] != latent;
  }
}
