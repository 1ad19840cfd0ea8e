package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.training.TrainingData;

/**
 * Mean of the frames that a network is trained on.
 *
 * @param mean of the frames' intensities, {@code [height][width][channels]}, in [0, 1]
 * @param variance around it, summed over the frame
 */
@SuppressWarnings("ArrayRecordComponent") // made once per training
record MeanImage(float[] mean, double variance) {
  private static final int MAX_FRAMES = 4_000;

  /** Grey level of a pixel that no frame shows. */
  private static final double UNSEEN = 128;

  /**
   * Mean of at most {@value #MAX_FRAMES} of the first frames, evenly spread.
   *
   * @param frames number of frames, from the first
   */
  static MeanImage of(TrainingData data, int frames) {
    ImageShape image = data.shape();
    int used = Math.min(frames, MAX_FRAMES);
    byte[] pixels = new byte[image.size()];
    long[] sums = new long[image.size()];
    long[] squares = new long[image.size()];
    int[] counts = new int[image.size()];
    for (int k = 0; k < used; k++) {
      int frame = (int) ((long) k * frames / used);
      data.read(frame, pixels, 0);
      PixelMask mask = data.mask(frame);
      for (int i = 0; i < sums.length; i++) {
        if (!mask.covers(i / image.channels())) {
          int value = pixels[i] & 0xff;
          sums[i] += value;
          squares[i] += value * value;
          counts[i]++;
        }
      }
    }
    float[] mean = new float[sums.length];
    double variance = 0;
    for (int i = 0; i < mean.length; i++) {
      double level = counts[i] == 0 ? UNSEEN : (double) sums[i] / counts[i];
      mean[i] = (float) (level / 255);
      variance += counts[i] == 0 ? 0 : (double) squares[i] / counts[i] - level * level;
    }
    return new MeanImage(mean, Math.max(0, variance) / (255.0 * 255));
  }
}
