package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;
import java.util.Map;

/**
 * A ball in a cup of water that runs out of a hole: {@code ball_size} is the ball's radius, {@code
 * hole} the height of the hole, {@code water_height} the water above the mark, {@code water_flow}
 * the reach of the jet, all in units of the axes, of which 20 span the picture.
 *
 * <p>{@code water_height = ball_size^3 + 2.45 + noise} and {@code water_flow = sqrt(2 * 0.98 *
 * water_height * (hole - 0.5)) + noise}. In the literal variant the first noise is uniform over 2.9
 * units, as published, and the second is 0; in the noisy variant both are normal. With {@link
 * NoiseKind#MULTIPLICATIVE} each noise is multiplied by its mechanism over its mean, so its size
 * varies with the causes and additive noise does not hold.
 *
 * <p>Source: CausalVAE (arXiv 2004.08697), the published generator {@code flow.py}; its ranges,
 * here continuous instead of a grid. Its jet is drawn with a small noise that its labels lack; here
 * the jet ends exactly at {@code water_flow}.
 */
public final class Flow extends ContinuousScene {
  static final int BALL_SIZE = 0;
  static final int HOLE = 1;
  static final int WATER_HEIGHT = 2;
  static final int WATER_FLOW = 3;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("ball_size", "hole", "water_height", "water_flow"),
          new boolean[][] {
            {false, false, true, false},
            {false, false, false, true},
            {false, false, false, true},
            new boolean[4]
          });

  private static final double[] LOWEST = {5 / 30.0, 6 / 3.0};
  private static final double[] HIGHEST = {34 / 30.0, 14 / 3.0};
  private static final double[] LEAST = {0.05, 1, 0.1, 0};
  private static final double[] MOST = {2, 4.9, 14, 12};
  private static final double[] USUAL_NOISE = {0.5, 0.4};

  /** Means of the two mechanisms over the uniform roots, with the height free of noise. */
  private static final double[] MEAN_EXPLAINED = {2.8765, 3.9484};

  private static final double RAW_HEIGHT_LOWEST = 1.0;
  private static final double RAW_HEIGHT_HIGHEST = 3.9;
  private static final double RAW_HEIGHT_MEAN = (RAW_HEIGHT_LOWEST + RAW_HEIGHT_HIGHEST) / 2;
  private static final double GRAVITY = 0.98;
  private static final double GROUND = 0.5;
  private static final double CUP_LEFT = 3;
  private static final double CUP_RIGHT = 8;
  private static final double CUP_TOP = 19;
  private static final double HOLE_HEIGHT = 0.4;
  private static final double WATER_MARK = 5;
  private static final double GROUND_LINE = 0.2;
  private static final double LINE_POINTS = 2;
  private static final int JET_POINTS = 50;

  private static final Color FIREBRICK = new Color(178, 34, 34);
  private static final Color LIGHT_SKY_BLUE = new Color(135, 206, 250);
  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, 0, 20));

  private final NoiseKind noiseKind;

  public Flow() {
    this(NoiseKind.ADDITIVE);
  }

  public Flow(NoiseKind noiseKind) {
    super("flow", GRAPH, LOWEST, HIGHEST, LEAST, MOST, USUAL_NOISE);
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
        : mechanism(node, factors) / MEAN_EXPLAINED[node - WATER_HEIGHT];
  }

  @Override
  public double mechanism(int node, double[] factors) {
    return switch (node) {
      case WATER_HEIGHT -> {
        double radius = factors[BALL_SIZE];
        yield radius * radius * radius + RAW_HEIGHT_MEAN;
      }
      case WATER_FLOW ->
          Math.sqrt(
              2
                  * GRAVITY
                  * Math.max(0, factors[WATER_HEIGHT])
                  * Math.max(0, factors[HOLE] - GROUND));
      default -> throw new IllegalArgumentException("node " + node + " has no causes");
    };
  }

  @Override
  public double literalNoise(int node, double quantile) {
    return node == WATER_HEIGHT ? (quantile - 0.5) * (RAW_HEIGHT_HIGHEST - RAW_HEIGHT_LOWEST) : 0;
  }

  @Override
  public double literalNoiseDeviation(int node) {
    return node == WATER_HEIGHT ? (RAW_HEIGHT_HIGHEST - RAW_HEIGHT_LOWEST) / Math.sqrt(12) : 0;
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    double radius = factors[BALL_SIZE];
    double hole = factors[HOLE];
    double top = WATER_MARK + factors[WATER_HEIGHT];
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.box(CUP_LEFT, 0, CUP_RIGHT - CUP_LEFT, Math.max(0, top), LIGHT_SKY_BLUE);
    canvas.disc((CUP_LEFT + CUP_RIGHT) / 2, radius + GROUND, radius, FIREBRICK);
    canvas.line(CUP_LEFT, 0, CUP_LEFT, CUP_TOP, LINE_POINTS, Color.BLACK);
    canvas.line(CUP_RIGHT, 0, CUP_RIGHT, hole, LINE_POINTS, Color.BLACK);
    canvas.line(CUP_RIGHT, hole + HOLE_HEIGHT, CUP_RIGHT, CUP_TOP, LINE_POINTS, Color.BLACK);
    canvas.line(0, GROUND_LINE, 20, GROUND_LINE, LINE_POINTS, Color.BLACK);
    double[] x = new double[JET_POINTS];
    double[] y = new double[JET_POINTS];
    for (int i = 0; i < JET_POINTS; i++) {
      double fallen = i / (JET_POINTS - 1.0);
      x[i] = CUP_RIGHT + factors[WATER_FLOW] * Math.sqrt(fallen);
      y[i] = hole - fallen * (hole - GROUND);
    }
    canvas.path(x, y, LINE_POINTS, LIGHT_SKY_BLUE);
    canvas.copy(into, offset);
  }
}
