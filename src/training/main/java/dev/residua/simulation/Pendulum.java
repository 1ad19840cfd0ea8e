package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;
import java.util.Map;

/**
 * A pendulum under a lamp and the shadow that it throws: {@code pendulum} and {@code light} are
 * angles in degrees, {@code shadow_length} and {@code shadow_position} are in units of the axes, of
 * which 20 span the picture.
 *
 * <p>With the lamp's rays of slope {@code tan(light)}, the ray through the pivot meets the ground
 * at {@code a} and the ray through the end of the arm at {@code b}: {@code shadow_length = max(3,
 * |a - b|)} and {@code shadow_position = (a + b) / 2}, plus noise in the noisy variant. With {@link
 * NoiseKind#MULTIPLICATIVE} the noise is multiplied by the mechanism over its nominal mean, so its
 * size varies with the causes and is not additive.
 *
 * <p>Source: CausalVAE (arXiv 2004.08697), the published generator {@code pendulum.py}; the angles
 * are its ranges, here continuous instead of a grid. That generator truncates lengths and positions
 * to integers in its file names; these are exact.
 */
public final class Pendulum extends ContinuousScene {
  static final int PENDULUM = 0;
  static final int LIGHT = 1;
  static final int SHADOW_LENGTH = 2;
  static final int SHADOW_POSITION = 3;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("pendulum", "light", "shadow_length", "shadow_position"),
          new boolean[][] {
            {false, false, true, true}, {false, false, true, true}, new boolean[4], new boolean[4]
          });

  /** The published generator counts angles in steps of pi / 200. */
  static final double DEGREES_PER_STEP = 180.0 / 200;

  private static final double[] LOWEST = {-40 * DEGREES_PER_STEP, 60 * DEGREES_PER_STEP};
  private static final double[] HIGHEST = {43 * DEGREES_PER_STEP, 147 * DEGREES_PER_STEP};
  private static final double[] LEAST = {-80, 30, 0, -20};
  private static final double[] MOST = {80, 150, 40, 40};
  private static final double[] USUAL_NOISE = {0.5, 0.4};

  /** Means of the two mechanisms over the uniform angles. */
  private static final double[] MEAN_EXPLAINED = {4.9127, 10.5359};

  private static final double PIVOT_X = 10;
  private static final double PIVOT_Y = 10.5;
  private static final double GROUND = -0.5;
  private static final double LAMP_HEIGHT = 20.5;
  private static final double LAMP_RADIUS = 3;
  private static final double BALL_ARM = 8;
  private static final double BALL_RADIUS = 1.5;
  private static final double SHADOW_ARM = 9.5;
  private static final double SHORTEST_SHADOW = 3;
  private static final double LINE_POINTS = 3;

  private static final Color FIREBRICK = new Color(178, 34, 34);
  private static final Color ORANGE = new Color(255, 165, 0);
  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, -1, 21));

  private final NoiseKind noiseKind;

  public Pendulum() {
    this(NoiseKind.ADDITIVE);
  }

  public Pendulum(NoiseKind noiseKind) {
    super("pendulum", GRAPH, LOWEST, HIGHEST, LEAST, MOST, USUAL_NOISE);
    this.noiseKind = noiseKind;
  }

  @Override
  public Map<String, Object> settings() {
    return noiseKind.settings();
  }

  @Override
  public double noiseScale(int node, double[] factors) {
    return noiseKind == NoiseKind.ADDITIVE
        ? 1
        : mechanism(node, factors) / MEAN_EXPLAINED[node - SHADOW_LENGTH];
  }

  @Override
  public double mechanism(int node, double[] factors) {
    double theta = StrictMath.toRadians(factors[PENDULUM]);
    double phi = StrictMath.toRadians(factors[LIGHT]);
    double a = project(phi, PIVOT_X, PIVOT_Y, GROUND);
    double b =
        project(
            phi,
            PIVOT_X + SHADOW_ARM * StrictMath.sin(theta),
            PIVOT_Y - SHADOW_ARM * StrictMath.cos(theta),
            GROUND);
    return switch (node) {
      case SHADOW_LENGTH -> Math.max(SHORTEST_SHADOW, Math.abs(a - b));
      case SHADOW_POSITION -> (a + b) / 2;
      default -> throw new IllegalArgumentException("node " + node + " has no causes");
    };
  }

  /**
   * Abscissa of the ray of slope {@code tan(phi)} through {@code (x, y)} at height {@code base}.
   */
  private static double project(double phi, double x, double y, double base) {
    return x + (base - y) * StrictMath.cos(phi) / StrictMath.sin(phi);
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    double theta = StrictMath.toRadians(factors[PENDULUM]);
    double phi = StrictMath.toRadians(factors[LIGHT]);
    double ballX = PIVOT_X + BALL_ARM * StrictMath.sin(theta);
    double ballY = PIVOT_Y - BALL_ARM * StrictMath.cos(theta);
    double half = Math.max(0, factors[SHADOW_LENGTH]) / 2;
    double middle = factors[SHADOW_POSITION];
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.disc(ballX, ballY, BALL_RADIUS, FIREBRICK);
    canvas.disc(project(phi, PIVOT_X, PIVOT_Y, LAMP_HEIGHT), LAMP_HEIGHT, LAMP_RADIUS, ORANGE);
    canvas.line(PIVOT_X, PIVOT_Y, ballX, ballY, LINE_POINTS, Color.BLACK);
    canvas.line(middle - half, GROUND, middle + half, GROUND, LINE_POINTS, Color.BLACK);
    canvas.copy(into, offset);
  }
}
