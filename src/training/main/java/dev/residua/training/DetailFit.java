package dev.residua.training;

import dev.residua.anomaly.ScoreCalibration;
import dev.residua.detail.DetailChannel;
import dev.residua.detail.DetailModel;
import dev.residua.detail.TilePatterns;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.function.DoubleConsumer;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Learns what details are normal. The patterns are the leading principal components of each tile
 * over training frames; scales and p-values come from other frames. For one thread.
 */
public final class DetailFit {
  /** Most frames that the patterns are taken from, spread evenly. */
  static final int MAX_FRAMES = 2_000;

  /** One calibration frame in this many fixes the scales; the others are ranked. */
  static final int SCALE_EVERY = 4;

  /** A pattern has at least this many times the variance of the tile's median component. */
  private static final double MIN_RATIO = 4;

  /** Variance of rounding to whole grey levels. */
  private static final double ROUNDING = 1.0 / 12;

  private static final int PIXELS = TilePatterns.PIXELS;

  private final ImageShape shape;
  private final PixelMask mask;
  private final DetailModel.Pictures pictures;

  /**
   * @param mask pixels that show nothing in any frame
   * @param pictures gray pictures of that shape
   * @throws IllegalArgumentException if the shape is none of {@link TilePatterns#checkShape}
   */
  public DetailFit(ImageShape shape, PixelMask mask, DetailModel.Pictures pictures) {
    TilePatterns.checkShape(shape);
    this.shape = shape;
    this.mask = mask;
    this.pictures = pictures;
  }

  /**
   * Takes the patterns from training frames. About 10 s for 2,000 frames of 256x256 pixels; 16 kB
   * per tile.
   *
   * @param frames of the training, at least 2
   * @param progress receives the completed share, in [0, 1]
   */
  public TilePatterns patterns(int[] frames, DoubleConsumer progress) {
    int n = Math.min(MAX_FRAMES, frames.length);
    int[] chosen = new int[n];
    Arrays.setAll(chosen, i -> frames[(int) ((long) i * frames.length / n)]);
    int tiles = shape.size() / PIXELS;
    float[][] means = means(chosen);
    double[][] products = new double[tiles][PIXELS * (PIXELS + 1) / 2];
    byte[] picture = new byte[shape.size()];
    float[] tile = new float[PIXELS];
    for (int i = 0; i < n; i++) {
      pictures.read(chosen[i], picture);
      for (int t = 0; t < tiles; t++) {
        read(picture, t, means[t], tile);
        add(tile, products[t]);
      }
      progress.accept(0.7 * (i + 1) / n);
    }
    float[][][] patterns = new float[tiles][][];
    for (int t = 0; t < tiles; t++) {
      patterns[t] = leading(products[t], n);
      progress.accept(0.7 + 0.3 * (t + 1) / tiles);
    }
    return new TilePatterns(shape, means, patterns);
  }

  private float[][] means(int[] frames) {
    int tiles = shape.size() / PIXELS;
    long[] sums = new long[shape.size()];
    byte[] picture = new byte[shape.size()];
    for (int frame : frames) {
      pictures.read(frame, picture);
      for (int p = 0; p < sums.length; p++) {
        sums[p] += picture[p] & 0xFF;
      }
    }
    float[][] means = new float[tiles][PIXELS];
    for (int t = 0; t < tiles; t++) {
      for (int i = 0; i < PIXELS; i++) {
        means[t][i] = (float) sums[pixel(t, i)] / frames.length;
      }
    }
    return means;
  }

  private int pixel(int tile, int i) {
    int across = shape.width() / TilePatterns.SIDE;
    int row = tile / across * TilePatterns.SIDE + i / TilePatterns.SIDE;
    int column = tile % across * TilePatterns.SIDE + i % TilePatterns.SIDE;
    return row * shape.width() + column;
  }

  /** A tile without its mean and the brightness that its pixels share. */
  private void read(byte[] picture, int t, float[] means, float[] into) {
    float sum = 0;
    int seen = 0;
    for (int i = 0; i < PIXELS; i++) {
      int pixel = pixel(t, i);
      boolean masked = mask.covers(pixel);
      into[i] = masked ? Float.NaN : (picture[pixel] & 0xFF) - means[i];
      sum += masked ? 0 : into[i];
      seen += masked ? 0 : 1;
    }
    for (int i = 0; i < PIXELS; i++) {
      into[i] = Float.isNaN(into[i]) ? 0 : into[i] - sum / seen;
    }
  }

  private static void add(float[] tile, double[] products) {
    for (int i = 0, at = 0; i < PIXELS; i++) {
      float value = tile[i];
      for (int j = 0; j <= i; j++) {
        products[at++] += value * tile[j];
      }
    }
  }

  /** The components that stand out of the others, at most {@link TilePatterns#MAX_PATTERNS}. */
  private static float[][] leading(double[] products, int frames) {
    double[][] covariance = new double[PIXELS][PIXELS];
    for (int i = 0, at = 0; i < PIXELS; i++) {
      for (int j = 0; j <= i; j++) {
        covariance[i][j] = products[at++] / frames;
        covariance[j][i] = covariance[i][j];
      }
    }
    EigenDecomposition components =
        new EigenDecomposition(new Array2DRowRealMatrix(covariance, false));
    double[] variances = components.getRealEigenvalues(); // largest first
    double least = MIN_RATIO * Math.max(ROUNDING, variances[PIXELS / 2]);
    int count = 0;
    while (count < TilePatterns.MAX_PATTERNS && variances[count] > least) {
      count++;
    }
    float[][] leading = new float[count][PIXELS];
    for (int k = 0; k < count; k++) {
      double[] pattern = components.getEigenvector(k).toArray();
      for (int i = 0; i < PIXELS; i++) {
        leading[k][i] = (float) pattern[i];
      }
    }
    return leading;
  }

  /**
   * Calibrates patterns on normal frames that they were not taken from, in their order: every
   * fourth fixes the scales, the others are ranked. About 2 ms per frame of 256x256 pixels.
   *
   * @param frames at least {@link ModelCalibration#MIN_FRAMES}
   */
  public DetailChannel calibrated(TilePatterns patterns, int[] frames, DoubleConsumer progress) {
    int scaling = (frames.length + SCALE_EVERY - 1) / SCALE_EVERY;
    DetailModel model =
        DetailModel.fit(
            patterns,
            (index, into) -> pictures.read(frames[index * SCALE_EVERY], into),
            scaling,
            mask);
    float[] scores = new float[frames.length - scaling];
    byte[] picture = new byte[shape.size()];
    for (int i = 0, at = 0; i < frames.length; i++) {
      if (i % SCALE_EVERY != 0) {
        pictures.read(frames[i], picture);
        scores[at++] = model.score(picture, 0, mask).score();
      }
      progress.accept((i + 1.0) / frames.length);
    }
    return new DetailChannel(model, ScoreCalibration.of(scores));
  }
}
