package dev.residua.testing;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/**
 * A camera that vibrates before a painted wall. Its frames are cut out of one large picture, so
 * that a shift by whole pixels is exact.
 */
public final class WallCamera {
  private static final int MARGIN = 64;
  private static final double CONTRAST = 45;

  private final int width;
  private final int height;
  private final byte[] wall; // [height + 2 MARGIN][width + 2 MARGIN][3]
  private final Random noise;

  /**
   * @param width of the frames
   * @param height of the frames
   */
  public WallCamera(int width, int height, long seed) {
    this.width = width;
    this.height = height;
    this.noise = new Random(seed);
    this.wall = paint(width + 2 * MARGIN, height + 2 * MARGIN, new Random(seed + 1));
  }

  /** Smooth noise of four sizes in three colours. */
  private static byte[] paint(int columns, int rows, Random random) {
    double[] sum = new double[columns * rows * 3];
    for (int cell = 12; cell <= 96; cell *= 2) {
      int across = columns / cell + 2;
      double[] lattice = random.doubles((long) across * (rows / cell + 2) * 3, -1, 1).toArray();
      for (int i = 0; i < sum.length; i++) {
        double x = i / 3 % columns / (double) cell;
        double y = i / 3 / columns / (double) cell;
        int at = ((int) y * across + (int) x) * 3 + i % 3;
        double a = x % 1;
        double b = y % 1;
        sum[i] +=
            CONTRAST
                * Math.sqrt(cell / 96.0)
                * ((1 - b) * ((1 - a) * lattice[at] + a * lattice[at + 3])
                    + b * ((1 - a) * lattice[at + 3 * across] + a * lattice[at + 3 * across + 3]));
      }
    }
    byte[] wall = new byte[sum.length];
    for (int i = 0; i < wall.length; i++) {
      wall[i] = grey(125 + sum[i]);
    }
    return wall;
  }

  private static byte grey(double value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }

  /**
   * Takes a frame.
   *
   * @param right shift of the wall in pixels of the frame, at most 64
   * @param down shift of the wall in pixels of the frame, at most 64
   * @param deviation of Gaussian noise, in grey levels
   */
  public Frame take(long sequence, int right, int down, double deviation) {
    byte[] pixels = new byte[width * height * 3];
    for (int y = 0, at = 0; y < height; y++) {
      int from = ((MARGIN + y - down) * (width + 2 * MARGIN) + MARGIN - right) * 3;
      for (int x = 0; x < 3 * width; x++, at++) {
        int value = wall[from + x] & 0xFF;
        pixels[at] = deviation == 0 ? (byte) value : grey(value + deviation * noise.nextGaussian());
      }
    }
    return new Frame(
        "cam1",
        sequence,
        Instant.EPOCH.plusMillis(50 * sequence),
        width,
        height,
        PixelFormat.RGB8,
        pixels,
        Map.of());
  }
}
