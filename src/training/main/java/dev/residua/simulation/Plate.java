package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;

/**
 * A heater, the plate that it warms slowly and a thermometer on the plate. {@code power} is the
 * position of the knob of the heater, {@code plate} the temperature of the plate, which glows, and
 * {@code strip} that of the thermometer, both in degrees above the room.
 *
 * <p>Per frame {@code plate' = plate + (160 power - plate) / 40 + noise}, and {@code strip = plate
 * + noise} in the same frame. The knob has a time constant of 30 frames.
 */
public final class Plate extends DynamicScene {
  static final int POWER = 0;
  static final int PLATE = 1;
  static final int STRIP = 2;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("power", "plate", "strip"),
          new boolean[][] {{false, true, false}, {false, false, true}, new boolean[3]});

  private static final List<Wander> ROOTS = List.of(new Wander(0.5, 0.15, 30));
  private static final double HOTTEST = 160;
  private static final double[] LEAST = {0, 0};
  private static final double[] MOST = {HOTTEST, HOTTEST};
  private static final double[] USUAL_NOISE = {0.4, 0.5};
  private static final double TIME_CONSTANT = 40;

  private static final double DEGREES_PER_POWER = 270;
  private static final double BULB_TOP = 3.6;
  private static final double TUBE_HEIGHT = 15.2;
  private static final double TUBE_LEFT = 14.6;
  private static final double TUBE_WIDTH = 4;

  private static final Color WALL = new Color(222, 222, 222);
  private static final Color IRON = new Color(70, 74, 80);
  private static final Color KNOB = new Color(150, 20, 20);
  private static final Color MERCURY = new Color(180, 20, 20);
  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, 0, 20));

  public Plate() {
    super("plate", GRAPH, ROOTS, LEAST, MOST, USUAL_NOISE);
  }

  @Override
  boolean hasMemory(int node) {
    return node == PLATE;
  }

  @Override
  double kept(int node, double value) {
    return value - value / TIME_CONSTANT;
  }

  @Override
  int delay(int node) {
    return node == PLATE ? 1 : 0;
  }

  @Override
  public double mechanism(int node, double[] factors) {
    return switch (node) {
      case PLATE -> HOTTEST * factors[POWER] / TIME_CONSTANT;
      case STRIP -> factors[PLATE];
      default -> throw new IllegalArgumentException("node " + node + " has no causes");
    };
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.box(0, 0, 20, 20, WALL);

    canvas.disc(6.4, 14.2, 5.4, IRON);
    canvas.disc(6.4, 14.2, 4.9, Color.WHITE);
    canvas.hand(6.4, 14.2, 4.5, 90 - DEGREES_PER_POWER * (factors[POWER] - 0.5), 4, KNOB);

    canvas.box(0.4, 1, 12, 6.4, IRON);
    int grey = (int) Math.round(255 * Math.max(0, Math.min(1, factors[PLATE] / HOTTEST)));
    canvas.box(0.9, 1.5, 11, 5.4, new Color(grey, grey, grey));

    canvas.box(TUBE_LEFT - 0.5, BULB_TOP - 0.5, TUBE_WIDTH + 1, TUBE_HEIGHT + 1, IRON);
    canvas.disc(TUBE_LEFT + TUBE_WIDTH / 2, 2.3, 2.2, MERCURY);
    canvas.box(TUBE_LEFT, BULB_TOP, TUBE_WIDTH, TUBE_HEIGHT, Color.WHITE);
    double height = TUBE_HEIGHT * factors[STRIP] / HOTTEST;
    canvas.box(TUBE_LEFT, BULB_TOP, TUBE_WIDTH, height, MERCURY);
    canvas.copy(into, offset);
  }
}
