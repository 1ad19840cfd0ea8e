package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;

/**
 * A tank that a valve fills and that empties through its outlet, a dial that shows its level late,
 * and a lamp that has nothing to do with them. {@code valve} is the position of the hand wheel,
 * {@code lamp} the brightness of the lamp, {@code level} the height of the water and {@code gauge}
 * the position of the needle, in units of the level.
 *
 * <p>Per frame {@code level' = level + 0.02 (0.55 + 0.35 valve) - 0.0155 sqrt(level) + noise}, with
 * a time constant of 90 frames near the mean level of 0.5; {@code gauge = level of 3 frames ago +
 * noise}. The time constant of the wheel is 60 frames, that of the lamp 100 frames.
 */
public final class Tank extends DynamicScene {
  static final int VALVE = 0;
  static final int LAMP = 1;
  static final int LEVEL = 2;
  static final int GAUGE = 3;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("valve", "lamp", "level", "gauge"),
          new boolean[][] {
            {false, false, true, false},
            new boolean[4],
            {false, false, false, true},
            new boolean[4]
          });

  private static final List<Wander> ROOTS =
      List.of(new Wander(0, 0.35, 60), new Wander(0.5, 0.16, 100));
  private static final double[] LEAST = {0, 0};
  private static final double[] MOST = {1.1, 1.1};
  private static final double[] USUAL_NOISE = {0.002, 0.004};

  private static final double INFLOW = 0.02;
  private static final double OUTFLOW = 0.0155;
  private static final int TO_THE_LEVEL = 1;
  private static final int TO_THE_GAUGE = 3;

  private static final double TANK_LEFT = 0.6;
  private static final double TANK_WIDTH = 8;
  private static final double TANK_BOTTOM = 0.4;
  private static final double HEIGHT_PER_LEVEL = 9.2;
  private static final double DEGREES_PER_VALVE = 120;
  private static final double DEGREES_PER_GAUGE = 240;
  private static final double MIDDLE_OF_GAUGE = 0.55;

  private static final Color WALL = new Color(222, 222, 222);
  private static final Color IRON = new Color(70, 74, 80);
  private static final Color KNOB = new Color(150, 20, 20);
  private static final Color WATER = new Color(30, 80, 150);
  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, 0, 20));

  public Tank() {
    super("tank", GRAPH, ROOTS, LEAST, MOST, USUAL_NOISE);
  }

  @Override
  boolean hasMemory(int node) {
    return node == LEVEL;
  }

  @Override
  double kept(int node, double value) {
    return value - OUTFLOW * Math.sqrt(Math.max(0, value));
  }

  @Override
  int delay(int node) {
    return node == LEVEL ? TO_THE_LEVEL : TO_THE_GAUGE;
  }

  @Override
  public double mechanism(int node, double[] factors) {
    return switch (node) {
      case LEVEL -> INFLOW * (0.55 + 0.35 * factors[VALVE]);
      case GAUGE -> factors[LEVEL];
      default -> throw new IllegalArgumentException("node " + node + " has no causes");
    };
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.box(0, 0, 20, 20, WALL);

    canvas.disc(4.8, 15.3, 4.6, IRON);
    canvas.disc(4.8, 15.3, 4.1, WALL);
    canvas.hand(4.8, 15.3, 3.7, 90 - DEGREES_PER_VALVE * factors[VALVE], 4, KNOB);

    canvas.disc(15, 15.3, 4.6, IRON);
    int grey = (int) Math.round(255 * Math.max(0, Math.min(1, factors[LAMP])));
    canvas.disc(15, 15.3, 3.9, new Color(grey, grey, grey));

    canvas.box(
        TANK_LEFT - 0.4, 0, TANK_WIDTH + 0.8, HEIGHT_PER_LEVEL * MOST[0] + TANK_BOTTOM, IRON);
    canvas.box(TANK_LEFT, TANK_BOTTOM, TANK_WIDTH, HEIGHT_PER_LEVEL * MOST[0], Color.WHITE);
    canvas.box(TANK_LEFT, TANK_BOTTOM, TANK_WIDTH, HEIGHT_PER_LEVEL * factors[LEVEL], WATER);

    canvas.disc(15, 5, 4.8, IRON);
    canvas.disc(15, 5, 4.3, Color.WHITE);
    double angle = 90 - DEGREES_PER_GAUGE * (factors[GAUGE] - MIDDLE_OF_GAUGE);
    canvas.hand(15, 5, 3.9, angle, 4, KNOB);
    canvas.copy(into, offset);
  }
}
