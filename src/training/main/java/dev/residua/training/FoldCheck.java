package dev.residua.training;

import dev.residua.training.metrics.TwoComponentMixture;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Finds latents that fold, or lack something that varies, from pictures alone. */
final class FoldCheck {
  private static final int PLACES = 100;
  private static final int NEIGHBOURS = 16;

  /** Values of a picture that are compared. */
  private static final int MAX_VALUES = 2_048;

  /** Share of the pictures' variance between two groups from which they are two appearances. */
  private static final double TWO_APPEARANCES = 0.85;

  /** Share of the latents' variance between the same groups up to which latents do not differ. */
  private static final double SAME_LATENTS = 0.3;

  /** Variance among neighbours, as a share of that among all, from which pictures differ. */
  private static final double VERY_DIFFERENT = 0.1;

  private FoldCheck() {}

  /**
   * The share of places in latent space in which frames with the same latents show two very
   * different pictures. A place is a frame and its 15 nearest neighbours. Their pictures are
   * divided into two groups; latents that distinguish the groups, as along any continuous change,
   * clear the place. O(100 n d) and 1,600 reads.
   *
   * @param frames indices of usual frames, shape {@code [n]}
   * @param z their latents, all with about unit variance, shape {@code [n][>= d]}
   * @param d number of latents
   * @param variance of a value of the pictures around the mean picture, intensities in [0, 1]
   * @return in [0, 1]; NaN with fewer than 160 frames
   */
  static double share(TrainingData data, int[] frames, double[][] z, int d, double variance) {
    int n = frames.length;
    if (n < 10 * NEIGHBOURS) {
      return Double.NaN;
    }
    int places = Math.min(PLACES, n);
    byte[] pixels = new byte[data.shape().size()];
    int stride = Math.max(1, pixels.length / MAX_VALUES);
    int folded = 0;
    for (int p = 0; p < places; p++) {
      int[] near = nearest(z, d, (int) ((long) p * n / places));
      double[][] latents = new double[NEIGHBOURS][];
      double[][] pictures = new double[NEIGHBOURS][(pixels.length + stride - 1) / stride];
      for (int i = 0; i < NEIGHBOURS; i++) {
        latents[i] = Arrays.copyOf(z[near[i]], d);
        data.read(frames[near[i]], pixels, 0);
        double[] picture = pictures[i];
        Arrays.setAll(picture, v -> (pixels[v * stride] & 0xff) / 255.0);
      }
      TwoComponentMixture groups = TwoComponentMixture.of(pictures);
      folded +=
          groups.share() >= TWO_APPEARANCES
                  && groups.shareOf(latents) <= SAME_LATENTS
                  && variance(pictures) >= VERY_DIFFERENT * variance
              ? 1
              : 0;
    }
    return (double) folded / places;
  }

  private static int[] nearest(double[][] z, int d, int place) {
    double[] distance = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      for (int k = 0; k < d; k++) {
        distance[i] += Math.pow(z[i][k] - z[place][k], 2);
      }
    }
    return IntStream.range(0, z.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> distance[i]))
        .limit(NEIGHBOURS)
        .mapToInt(i -> i)
        .toArray();
  }

  private static double variance(double[][] points) {
    int d = points[0].length;
    double squares = 0;
    for (int k = 0; k < d; k++) {
      double mean = 0;
      for (double[] point : points) {
        mean += point[k] / points.length;
      }
      for (double[] point : points) {
        squares += Math.pow(point[k] - mean, 2);
      }
    }
    return squares / points.length / d;
  }
}
