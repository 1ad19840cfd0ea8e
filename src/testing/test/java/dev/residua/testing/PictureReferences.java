package dev.residua.testing;

import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.ImageStatistics;
import java.util.Random;

/** References of the picture's detector. */
public final class PictureReferences {
  private PictureReferences() {}

  /** A reference of pictures that vary so much that no frame of a test changes them. */
  public static DriftReference silent() {
    Random random = new Random(2);
    double[][] pictures = new double[500][ImageStatistics.COUNT];
    for (double[] row : pictures) {
      for (int k = 0; k < row.length; k++) {
        row[k] = 1e6 * random.nextGaussian();
      }
    }
    DriftSettings means =
        new DriftSettings(
            new int[] {1, 4, 16},
            new double[0],
            4,
            false,
            true,
            false,
            false,
            new int[0],
            1_000,
            200,
            1_024);
    return DriftReference.calibrate(pictures, means, 2, fraction -> {});
  }
}
