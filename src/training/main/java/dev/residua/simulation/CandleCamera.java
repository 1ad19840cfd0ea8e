package dev.residua.simulation;

import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;

/**
 * Draws {@link Candle} by marching rays through the signed distance of one object over a floor:
 * Lambert shading, a soft shadow on the floor, {@value #SUB} x {@value #SUB} rays per pixel. Space
 * is x to the right, y up, z away from the camera; the object is at the origin.
 *
 * <p>Every length inside the object's march is in half sizes of the object. Angles take {@link
 * StrictMath}, the rest is exact arithmetic and square roots, so pictures are the same on every
 * machine. Cost: SUB^2 rays per pixel, of which those inside the object's bounding sphere march,
 * and as many to the light. Keeps its buffers, so it is for one thread; draws without allocation.
 */
final class CandleCamera {
  private static final int SUB = 2;
  private static final int MARCH_STEPS = 48;
  private static final int SHADOW_STEPS = 24;
  private static final double CLOSE = 1e-3;

  /** Tangent of half the vertical angle of view, 22 degrees. */
  private static final double HALF_VIEW = 0.404;

  private static final double EYE_Y = 2.4;
  private static final double EYE_Z = -6.2;
  private static final double PITCH = -13;

  private static final double[][] TO_LIGHT = {
    unit(-0.85, 0.95, -0.5), unit(0, 1, -0.4), unit(0.85, 0.95, -0.5)
  };
  private static final double AMBIENT = 0.35;
  private static final double DIFFUSE = 0.75;
  private static final double FLOOR_IN_SHADOW = 0.4;
  private static final double PENUMBRA = 8;

  private static final double[][] COLOURS = {
    {205, 25, 25}, {25, 60, 215}, {245, 220, 20}, {135, 30, 170}, {250, 130, 10}
  };

  /** Lightness of the stripe that shows the rotation, one per colour. */
  private static final double[] STRIPES = {250, 250, 40, 250, 40};

  private static final double STRIPE_HALF_WIDTH = 0.2;

  /** The stripe of rotation 0 is this far to the left, so that it faces the camera up to 90. */
  private static final double TURN = -45;

  private static final double CUBE = 0.8;
  private static final double CUBE_EDGE = 0.05;
  private static final double CYLINDER_RADIUS = 0.72;
  private static final double TORUS_RADIUS = 0.68;
  private static final double TORUS_TUBE = 0.3;
  private static final double CONE_RADIUS = 0.95;

  /** Normal of the cone's side, whose height is 2: (along the radius, up). */
  private static final double[] CONE_NORMAL = {
    2 / Math.sqrt(4 + CONE_RADIUS * CONE_RADIUS),
    CONE_RADIUS / Math.sqrt(4 + CONE_RADIUS * CONE_RADIUS)
  };

  /** No object reaches further from its centre. */
  private static final double BOUND = 1.42;

  private final double[] colour = new double[3];
  private final double[] sum = new double[3];

  // The frame that is being drawn.
  private int object;
  private int scene;
  private double[] light = TO_LIGHT[0];
  private double[] paint = COLOURS[0];
  private double stripe;
  private double half;
  private double centreX;
  private double centreZ;
  private double cos;
  private double sin;

  // The ray that is being followed, in the object's own axes and half sizes.
  private double fromX;
  private double fromY;
  private double fromZ;
  private double toX;
  private double toY;
  private double toZ;

  private static double[] unit(double x, double y, double z) {
    double length = Math.sqrt(x * x + y * y + z * z);
    return new double[] {x / length, y / length, z / length};
  }

  void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    object = (int) factors[Candle.OBJECT];
    int code = (int) factors[Candle.COLOUR];
    paint = COLOURS[code];
    stripe = STRIPES[code];
    scene = (int) factors[Candle.SCENE];
    light = TO_LIGHT[(int) factors[Candle.LIGHT]];
    half = factors[Candle.SIZE] / 2;
    centreX = hidden[Candle.X];
    centreZ = hidden[Candle.Z];
    double turn = StrictMath.toRadians(factors[Candle.ROTATION] + TURN);
    cos = StrictMath.cos(turn);
    sin = StrictMath.sin(turn);
    double yaw = StrictMath.toRadians(hidden[Candle.YAW]);
    double pitch = StrictMath.toRadians(PITCH + hidden[Candle.PITCH]);
    double cosYaw = StrictMath.cos(yaw);
    double sinYaw = StrictMath.sin(yaw);
    double cosPitch = StrictMath.cos(pitch);
    double sinPitch = StrictMath.sin(pitch);

    int at = offset;
    double perPixel = 2 * HALF_VIEW / (SUB * shape.height());
    for (int row = 0; row < shape.height(); row++) {
      for (int column = 0; column < shape.width(); column++) {
        sum[0] = 0;
        sum[1] = 0;
        sum[2] = 0;
        for (int i = 0; i < SUB * SUB; i++) {
          double right = (SUB * column + i % SUB + 0.5 - SUB * shape.width() / 2.0) * perPixel;
          double up = (SUB * shape.height() / 2.0 - SUB * row - i / SUB - 0.5) * perPixel;
          double y = up * cosPitch + sinPitch;
          double ahead = cosPitch - up * sinPitch;
          double length = Math.sqrt(right * right + y * y + ahead * ahead);
          follow(
              (right * cosYaw + ahead * sinYaw) / length,
              y / length,
              (ahead * cosYaw - right * sinYaw) / length);
          sum[0] += colour[0];
          sum[1] += colour[1];
          sum[2] += colour[2];
        }
        int red = level(sum[0]);
        int green = level(sum[1]);
        int blue = level(sum[2]);
        if (shape.channels() == 3) {
          into[at++] = (byte) red;
          into[at++] = (byte) green;
          into[at++] = (byte) blue;
        } else {
          into[at++] = (byte) Luma.of(red, green, blue);
        }
      }
    }
  }

  private static int level(double sum) {
    return (int) Math.min(255, sum / (SUB * SUB) + 0.5);
  }

  /** Finds the colour of the light from a direction of length 1. */
  private void follow(double x, double y, double z) {
    start(0, EYE_Y, EYE_Z, x, y, z);
    double hit = march();
    if (hit >= 0) {
      shadeObject(hit);
    } else if (y < 0) {
      double t = -EYE_Y / y;
      shadeFloor(t * x, EYE_Z + t * z, t);
    } else {
      CandleScenery.back(scene, x / z, y / Math.sqrt(x * x + z * z), colour);
    }
  }

  /** Takes a ray into the object's own axes. */
  private void start(double x, double y, double z, double dx, double dy, double dz) {
    double overX = (x - centreX) / half;
    double overZ = (z - centreZ) / half;
    fromX = overX * cos + overZ * sin;
    fromZ = overZ * cos - overX * sin;
    fromY = y / half - 1;
    toX = dx * cos + dz * sin;
    toZ = dz * cos - dx * sin;
    toY = dy;
  }

  /** Length of the ray until it meets the object, in half sizes; -1 if it never does. */
  private double march() {
    double along = -(fromX * toX + fromY * toY + fromZ * toZ);
    double apart = fromX * fromX + fromY * fromY + fromZ * fromZ - along * along;
    double inside = BOUND * BOUND - apart;
    if (inside <= 0 || along <= 0) {
      return -1;
    }
    double reach = Math.sqrt(inside);
    double t = along - reach;
    for (int i = 0; i < MARCH_STEPS && t < along + reach; i++) {
      double d = distance(fromX + t * toX, fromY + t * toY, fromZ + t * toZ);
      if (d < CLOSE) {
        return t;
      }
      t += d;
    }
    return -1;
  }

  /** Lower bound of the distance from a point to the object, negative inside; half sizes. */
  private double distance(double x, double y, double z) {
    return switch (object) {
      case 0 -> {
        double outX = Math.abs(x) - CUBE + CUBE_EDGE;
        double outY = Math.abs(y + 1 - CUBE) - CUBE + CUBE_EDGE;
        double outZ = Math.abs(z) - CUBE + CUBE_EDGE;
        double overX = Math.max(outX, 0);
        double overY = Math.max(outY, 0);
        double overZ = Math.max(outZ, 0);
        yield Math.sqrt(overX * overX + overY * overY + overZ * overZ)
            + Math.min(0, Math.max(outX, Math.max(outY, outZ)))
            - CUBE_EDGE;
      }
      case 1 -> Math.sqrt(x * x + y * y + z * z) - 1;
      case 2 -> Math.max(Math.sqrt(x * x + z * z) - CYLINDER_RADIUS, Math.abs(y) - 1);
      case 3 ->
          Math.max(Math.sqrt(x * x + z * z) * CONE_NORMAL[0] + (y - 1) * CONE_NORMAL[1], -1 - y);
      default -> {
        double ring = Math.sqrt(x * x + y * y) - TORUS_RADIUS;
        yield Math.sqrt(ring * ring + z * z) - TORUS_TUBE;
      }
    };
  }

  private void shadeObject(double t) {
    double x = fromX + t * toX;
    double y = fromY + t * toY;
    double z = fromZ + t * toZ;
    double normalX = distance(x + CLOSE, y, z) - distance(x - CLOSE, y, z);
    double normalY = distance(x, y + CLOSE, z) - distance(x, y - CLOSE, z);
    double normalZ = distance(x, y, z + CLOSE) - distance(x, y, z - CLOSE);
    double length = Math.sqrt(normalX * normalX + normalY * normalY + normalZ * normalZ);
    double lightX = light[0] * cos + light[2] * sin;
    double lightZ = light[2] * cos - light[0] * sin;
    double facing = (normalX * lightX + normalY * light[1] + normalZ * lightZ) / length;
    double shade = AMBIENT + DIFFUSE * Math.max(0, facing);
    // The own z axis points away from the camera, the painted side is the one towards it.
    boolean striped = z < 0 && Math.abs(x) < STRIPE_HALF_WIDTH;
    for (int i = 0; i < 3; i++) {
      colour[i] = Math.min(255, shade * (striped ? stripe : paint[i]));
    }
  }

  private void shadeFloor(double x, double z, double distance) {
    CandleScenery.floor(scene, x, z, distance, colour);
    start(x, 0, z, light[0], light[1], light[2]);
    double lit = FLOOR_IN_SHADOW + (1 - FLOOR_IN_SHADOW) * open();
    colour[0] *= lit;
    colour[1] *= lit;
    colour[2] *= lit;
  }

  /** Share of the light that reaches the start of the ray past the object, in [0, 1]. */
  private double open() {
    double along = -(fromX * toX + fromY * toY + fromZ * toZ);
    double apart = fromX * fromX + fromY * fromY + fromZ * fromZ - along * along;
    double wide = BOUND * BOUND;
    if (apart >= wide || along <= -BOUND) {
      return 1;
    }
    double reach = Math.sqrt(wide - apart);
    double t = Math.max(0.02, along - reach);
    double open = 1;
    for (int i = 0; i < SHADOW_STEPS && t < along + reach; i++) {
      double d = distance(fromX + t * toX, fromY + t * toY, fromZ + t * toZ);
      if (d < CLOSE) {
        return 0;
      }
      open = Math.min(open, PENUMBRA * d / t);
      t += Math.max(d, 0.02);
    }
    return Math.max(0, open);
  }
}
