package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;

/**
 * A gauge, a gate, a jet and a tank, whose noise is <em>not</em> additive: {@code pressure} is
 * shown by the radius of a disc, {@code opening} by the gap of a gate, {@code flow} by the length
 * of a jet and {@code level} by the height of water, the latter in units of the axes, of which 20
 * span the picture.
 *
 * <p>{@code flow = 2 sqrt(pressure) * (1 + noise)}: the noise is multiplicative, so the residual
 * {@code flow - E[flow | pressure]} has a spread that grows with the cause. {@code level = 0.8 flow
 * + 0.6 opening + opening * noise}: the noise is heteroscedastic, its spread is proportional to one
 * of the causes. In both, no function {@code f} makes {@code factor - f(causes)} independent of the
 * causes, as an additive noise model assumes. The columns {@code noise.flow} and {@code
 * noise.level} hold the exogenous draws, which are independent of all causes and of each other.
 *
 * <p>In the literal variant the draws are uniform, in the noisy variant normal; the usual standard
 * deviations 0.15 and 0.3 are the same in both.
 */
public final class Valve extends ContinuousScene {
  static final int PRESSURE = 0;
  static final int OPENING = 1;
  static final int FLOW = 2;
  static final int LEVEL = 3;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("pressure", "opening", "flow", "level"),
          new boolean[][] {
            {false, false, true, false},
            {false, false, false, true},
            {false, false, false, true},
            new boolean[4]
          });

  private static final double[] LOWEST = {1, 0.5};
  private static final double[] HIGHEST = {5, 3};
  private static final double[] LEAST = {0.5, 0.2, 0, 0};
  private static final double[] MOST = {6, 4, 9, 9.5};
  private static final double[] USUAL_NOISE = {0.15, 0.3};
  private static final double SQRT_12 = Math.sqrt(12);

  private static final double FLOW_PER_ROOT = 2;
  private static final double LEVEL_PER_FLOW = 0.8;
  private static final double LEVEL_PER_OPENING = 0.6;

  private static final double GAUGE_X = 4.5;
  private static final double GAUGE_Y = 15.5;
  private static final double RADIUS_PER_PRESSURE = 0.7;
  private static final double GATE_X = 14;
  private static final double GATE_Y = 15.5;
  private static final double GATE_BOTTOM = 11.5;
  private static final double GATE_TOP = 19.5;
  private static final double GATE_WIDTH = 2.4;
  private static final double JET_BOTTOM = 4;
  private static final double JET_HEIGHT = 2.4;
  private static final double LENGTH_PER_FLOW = 1.1;
  private static final double TANK_LEFT = 12;
  private static final double TANK_RIGHT = 18;
  private static final double TANK_BOTTOM = 0.5;
  private static final double TANK_TOP = 10;
  private static final double LINE_POINTS = 2;

  private static final Color FIREBRICK = new Color(178, 34, 34);
  private static final Color DODGER_BLUE = new Color(30, 144, 255);
  private static final Color LIGHT_SKY_BLUE = new Color(135, 206, 250);
  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, 0, 20));

  public Valve() {
    super("valve", GRAPH, LOWEST, HIGHEST, LEAST, MOST, USUAL_NOISE);
  }

  @Override
  public double mechanism(int node, double[] factors) {
    return switch (node) {
      case FLOW -> FLOW_PER_ROOT * Math.sqrt(factors[PRESSURE]);
      case LEVEL -> LEVEL_PER_FLOW * factors[FLOW] + LEVEL_PER_OPENING * factors[OPENING];
      default -> throw new IllegalArgumentException("node " + node + " has no causes");
    };
  }

  @Override
  public double noiseScale(int node, double[] factors) {
    return node == FLOW ? mechanism(FLOW, factors) : factors[OPENING];
  }

  @Override
  public double literalNoise(int node, double quantile) {
    return (quantile - 0.5) * SQRT_12 * literalNoiseDeviation(node);
  }

  @Override
  public double literalNoiseDeviation(int node) {
    return USUAL_NOISE[node - FLOW];
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    double radius = RADIUS_PER_PRESSURE * factors[PRESSURE];
    double half = factors[OPENING] / 2;
    double left = GATE_X - GATE_WIDTH / 2;
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.disc(GAUGE_X, GAUGE_Y, radius, FIREBRICK);
    canvas.box(left, GATE_BOTTOM, GATE_WIDTH, GATE_Y - half - GATE_BOTTOM, Color.BLACK);
    canvas.box(left, GATE_Y + half, GATE_WIDTH, GATE_TOP - GATE_Y - half, Color.BLACK);
    canvas.box(0, JET_BOTTOM, LENGTH_PER_FLOW * factors[FLOW], JET_HEIGHT, DODGER_BLUE);
    canvas.box(TANK_LEFT, TANK_BOTTOM, TANK_RIGHT - TANK_LEFT, factors[LEVEL], LIGHT_SKY_BLUE);
    canvas.line(TANK_LEFT, TANK_BOTTOM, TANK_LEFT, TANK_TOP, LINE_POINTS, Color.BLACK);
    canvas.line(TANK_RIGHT, TANK_BOTTOM, TANK_RIGHT, TANK_TOP, LINE_POINTS, Color.BLACK);
    canvas.line(TANK_LEFT, TANK_BOTTOM, TANK_RIGHT, TANK_BOTTOM, LINE_POINTS, Color.BLACK);
    canvas.copy(into, offset);
  }
}
