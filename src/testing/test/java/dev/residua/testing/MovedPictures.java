package dev.residua.testing;

import dev.residua.frame.CameraMotion;
import dev.residua.frame.ImageShape;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedScene;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Pictures that a moved camera takes, from pictures of four times its sides. Slow and plain: each
 * pixel is the mean of sixteen bilinear samples. Everything outside of the large picture is its
 * border.
 */
public final class MovedPictures {
  /** Side of the large pictures against that of the taken ones. */
  public static final int FACTOR = 4;

  private final ImageShape shape;
  private final Random noise;

  /**
   * @param shape of the pictures that are taken, with three channels
   */
  public MovedPictures(ImageShape shape, long seed) {
    this.shape = shape;
    this.noise = new Random(seed);
  }

  /** A motion with shifts in pixels of the pictures that are taken. */
  public CameraMotion motion(double right, double down, double degrees, double scale) {
    return new CameraMotion(
        (float) (right / shape.width()),
        (float) (down / shape.height()),
        (float) degrees,
        (float) scale);
  }

  /** Shape of the large pictures. */
  public ImageShape largeShape() {
    return new ImageShape(shape.width() * FACTOR, shape.height() * FACTOR, shape.channels());
  }

  /** Nominal large pictures of a simulated scene. */
  public Supplier<byte[]> scene(SimulatedScene scene, long seed) {
    ScenarioStream stream =
        new ScenarioStream(Scenario.nominal(scene, null, seed, 0), largeShape());
    byte[] pixels = new byte[largeShape().size()];
    return () -> {
      stream.next(pixels, 0);
      return pixels;
    };
  }

  /** The mean of many pictures of a camera that has not moved. */
  public float[] mean(Supplier<byte[]> large, int pictures) {
    float[] mean = new float[shape.size()];
    for (int i = 0; i < pictures; i++) {
      byte[] taken = take(large.get(), CameraMotion.NONE, 1, 0);
      for (int k = 0; k < mean.length; k++) {
        mean[k] += (taken[k] & 0xFF) / (float) pictures;
      }
    }
    return mean;
  }

  /**
   * Takes a picture.
   *
   * @param motion of the content
   * @param gain of the light
   * @param deviation of Gaussian noise, in grey levels
   */
  public byte[] take(byte[] large, CameraMotion motion, double gain, double deviation) {
    double angle = Math.toRadians(motion.degrees());
    double cosine = Math.cos(angle) / motion.scale();
    double sine = Math.sin(angle) / motion.scale();
    byte[] taken = new byte[shape.size()];
    for (int v = 0; v < shape.height(); v++) {
      for (int u = 0; u < shape.width(); u++) {
        for (int c = 0; c < shape.channels(); c++) {
          double sum = 0;
          for (int part = 0; part < FACTOR * FACTOR; part++) {
            double right =
                u + (part % FACTOR + 0.5) / FACTOR - shape.width() * (0.5 + motion.right());
            double down =
                v + (part / FACTOR + 0.5) / FACTOR - shape.height() * (0.5 + motion.down());
            double x = cosine * right + sine * down + shape.width() / 2.0;
            double y = cosine * down - sine * right + shape.height() / 2.0;
            sum += bilinear(large, largeShape(), x * FACTOR - 0.5, y * FACTOR - 0.5, c);
          }
          double value = gain * sum / (FACTOR * FACTOR) + deviation * noise.nextGaussian();
          taken[(v * shape.width() + u) * shape.channels() + c] =
              (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
      }
    }
    return taken;
  }

  /** The value between four pixels; beyond the border that of the border. */
  public static double bilinear(byte[] pixels, ImageShape shape, double x, double y, int channel) {
    double right = Math.max(0, Math.min(shape.width() - 1.001, x));
    double down = Math.max(0, Math.min(shape.height() - 1.001, y));
    int left = (int) right;
    int top = (int) down;
    double a = right - left;
    double b = down - top;
    int at = (top * shape.width() + left) * shape.channels() + channel;
    int below = at + shape.width() * shape.channels();
    return (1 - b) * ((1 - a) * (pixels[at] & 0xFF) + a * (pixels[at + shape.channels()] & 0xFF))
        + b * ((1 - a) * (pixels[below] & 0xFF) + a * (pixels[below + shape.channels()] & 0xFF));
  }
}
