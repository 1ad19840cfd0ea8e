package dev.residua.dataset;

import dev.residua.dataset.ImportHint.Kind;
import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;
import dev.residua.frame.PixelMask;
import dev.residua.frame.SensorMeter;
import dev.residua.frame.SensorReadings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at the pictures of a data set, one after the other, and advises on them. Two pictures are
 * compared by the mean absolute difference of their thumbnails of {@value #SIDE} by {@value #SIDE}
 * grey levels. O(pixels) time per picture; memory for a few numbers per picture and {@value
 * #SAMPLE} thumbnails. For one thread.
 */
public final class PictureSurvey {
  /**
   * Share of the frames, the first ones, that train a model; the others calibrate it. It is the
   * default of training.
   */
  public static final double TRAIN_SHARE = 0.7;

  /** With fewer frames, fewer than 90 calibrate, and no p-value is below 1 in 91. */
  static final int FEW_FRAMES = 300;

  /** Thumbnails compare shapes, and average the noise of the camera. */
  private static final int SIDE = 16;

  /** Their 2,016 pairs give the median difference of random pairs within 3 %. */
  private static final int SAMPLE = 64;

  /** The smallest scene that was measured, a small ball in a large tank, has seven times this. */
  private static final double MIN_VARIATION = 0.1;

  /** Of independent frames of the simulated scenes, three in a thousand are as near as this. */
  private static final double NEAR = 0.1;

  /**
   * Streams whose causes have a correlation of 0.95 from frame to frame have up to 9 % of near
   * pairs.
   */
  private static final double MANY_NEAR = 0.2;

  /** Exact copies do not occur by chance; a few come from a copied file. */
  private static final double MANY_COPIES = 0.01;

  /** Independent frames have a ratio of 1.0 to 1.2, a correlation of 0.95 gives 0.3 to 0.55. */
  private static final double ORDERED = 0.75;

  /** A blur of one pixel leaves 0.08 to 0.14; no scene varies below 0.2 of its median. */
  private static final double BLURRED = 0.15;

  /** The simulated scenes have medians of 0.7 to 2.3; a blur of 1.4 pixels leaves 0.03 to 0.1. */
  private static final double SMOOTH = 0.05;

  /** Share of its pixels from which a picture counts as dark or saturated. */
  private static final double WHOLE = 0.98;

  /** A larger share of frames with one fault is more than an accident. */
  private static final double SOME = 0.01;

  /**
   * Copies are recognised among this number of different frames; later ones only by the previous
   * frame.
   */
  private static final int MAX_HASHES = 1 << 20;

  private final ImageShape shape;
  private final SensorMeter meter;
  private final Set<Long> hashes = new HashSet<>();
  private final List<float[]> sample = new ArrayList<>();
  private int stride = 1;
  private float[] before = new float[0];
  private float[] differences = new float[1_024]; // of each frame from the one before
  private float[] sharpness = new float[1_024];
  private int frames;
  private int copies;
  private int dark;
  private int saturated;
  private int sharpened; // frames whose sharpness was kept

  public PictureSurvey(ImageShape shape) {
    this.shape = shape;
    this.meter = new SensorMeter(shape);
  }

  /**
   * Looks at the next frame.
   *
   * @param pixels unsigned bytes, {@code [height][width][channels]}, starting at {@code offset}
   */
  public void add(byte[] pixels, int offset) {
    add(pixels, offset, PixelMask.NONE);
  }

  /** Measures the next frame without the masked pixels, which have the same value in all frames. */
  public void add(byte[] pixels, int offset, PixelMask mask) {
    SensorReadings readings = meter.measure(pixels, offset, mask);
    boolean isNew = hashes.size() < MAX_HASHES ? hashes.add(readings.hash()) : true;
    copies += isNew ? 0 : 1;
    boolean isDark = readings.darkShare() >= WHOLE;
    boolean isSaturated = readings.saturatedShare() >= WHOLE;
    dark += isDark ? 1 : 0;
    saturated += isSaturated ? 1 : 0;
    if (!isDark && !isSaturated) {
      sharpness = grown(sharpness, sharpened);
      sharpness[sharpened++] = readings.sharpness();
    }
    float[] thumbnail = thumbnail(pixels, offset);
    if (frames > 0) {
      differences = grown(differences, frames - 1);
      differences[frames - 1] = difference(before, thumbnail);
    }
    before = thumbnail;
    if (frames % stride == 0) {
      if (sample.size() == SAMPLE) {
        stride *= 2;
        for (int i = SAMPLE - 1; i > 0; i -= 2) {
          sample.remove(i);
        }
      }
      if (frames % stride == 0) {
        sample.add(thumbnail);
      }
    }
    frames++;
  }

  private static float[] grown(float[] values, int used) {
    return used < values.length ? values : Arrays.copyOf(values, 2 * used);
  }

  private float[] thumbnail(byte[] pixels, int offset) {
    int w = shape.width();
    int h = shape.height();
    int columns = Math.min(SIDE, w);
    int rows = Math.min(SIDE, h);
    float[] cells = new float[columns * rows];
    int[] counts = new int[columns * rows];
    int at = offset;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int cell = y * rows / h * columns + x * columns / w;
        if (shape.channels() == 1) {
          cells[cell] += pixels[at++] & 0xFF;
        } else {
          cells[cell] += Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
          at += 3;
        }
        counts[cell]++;
      }
    }
    for (int cell = 0; cell < cells.length; cell++) {
      cells[cell] /= counts[cell];
    }
    return cells;
  }

  /** Mean absolute difference in grey levels. */
  private static float difference(float[] left, float[] right) {
    float sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += Math.abs(left[i] - right[i]);
    }
    return sum / left.length;
  }

  /** ImportHint on the frames so far, most important first; empty if there is nothing to say. */
  public List<ImportHint> advice() {
    List<ImportHint> advice = new ArrayList<>();
    if (frames < FEW_FRAMES) {
      int calibrating = frames - (int) (TRAIN_SHARE * frames);
      add(
          advice,
          Kind.FEW_FRAMES,
          "%,d frames are few: %,d of them calibrate, so no frame can be rarer than 1 in %,d. About"
              + " 2,000 that show everything which is normal give a graph and thresholds to rely on",
          frames,
          calibrating,
          calibrating + 1);
    }
    differences(advice);
    sharpness(advice);
    whole(advice, Kind.DARK, dark, "black: check exposure and light, or remove them");
    whole(advice, Kind.SATURATED, saturated, "white: shorten the exposure, or remove them");
    return advice;
  }

  private void differences(List<ImportHint> advice) {
    if (frames < 3) {
      return;
    }
    double random = randomPairs();
    if (random < MIN_VARIATION) {
      add(
          advice,
          Kind.NO_VARIATION,
          "the frames hardly differ: two of them by %.2f of 255 grey levels. Record until everything"
              + " that varies has varied, and check that the camera shows it large enough",
          random);
    }
    int near = copies;
    for (int i = 0; i < frames - 1; i++) {
      near += differences[i] > 0 && differences[i] <= NEAR * random ? 1 : 0;
    }
    if (near > MANY_NEAR * frames || copies > MANY_COPIES * frames) {
      add(
          advice,
          Kind.NEAR_DUPLICATES,
          "%,d of %,d frames nearly equal the frame before (%,d are exact copies of an earlier one)"
              + " and teach nothing new. Take pictures less often, or remove the copies",
          near,
          frames,
          copies);
    }
    double neighbours = median(differences, frames - 1);
    if (random >= MIN_VARIATION && neighbours < ORDERED * random) {
      add(
          advice,
          Kind.IN_TIME_ORDER,
          "consecutive frames differ by %.1f grey levels, random pairs by %.1f: the frames are in the"
              + " order of time, and a random split would leak. train learns from the first %.0f %%"
              + " and calibrates on the rest, so let both parts show everything which is normal",
          neighbours,
          random,
          100 * TRAIN_SHARE);
    }
  }

  private double randomPairs() {
    int n = sample.size();
    float[] pairs = new float[n * (n - 1) / 2];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        pairs[at++] = difference(sample.get(i), sample.get(j));
      }
    }
    return median(pairs, at);
  }

  private void sharpness(List<ImportHint> advice) {
    double usual = median(sharpness, sharpened);
    if (sharpened > 0 && usual < SMOOTH) {
      add(
          advice,
          Kind.ALL_SMOOTH,
          "the frames hold no sharp edge (sharpness %.3f, expected at least %.2f). Focus the camera, or"
              + " import with a larger --size",
          usual,
          SMOOTH);
      return;
    }
    int blurred = 0;
    for (int i = 0; i < sharpened; i++) {
      blurred += sharpness[i] < BLURRED * usual ? 1 : 0;
    }
    if (blurred > SOME * frames) {
      add(
          advice,
          Kind.SOME_BLURRED,
          "%,d of %,d frames have less than 15 %% of the usual sharpness. Look at them, and remove"
              + " those that are blurred",
          blurred,
          frames);
    }
  }

  private void whole(List<ImportHint> advice, Kind kind, int count, String colourAndAction) {
    if (count > SOME * frames) {
      add(advice, kind, "%,d of %,d frames are nearly all " + colourAndAction, count, frames);
    }
  }

  private static double median(float[] values, int count) {
    if (count == 0) {
      return 0;
    }
    float[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted[count / 2];
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static void add(List<ImportHint> advice, Kind kind, String text, Object... values) {
    advice.add(new ImportHint(kind, text.formatted(values)));
  }
}
