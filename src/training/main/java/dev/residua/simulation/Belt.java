package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;

/**
 * A belt that carries an item from one station to another in five frames, and a counterweight that
 * has nothing to do with it. {@code first} and {@code second} are the sizes of the items at the two
 * stations, {@code weight} is the place of the counterweight on its rail.
 *
 * <p>Each frame has a new item of random size at the first station, and {@code second = first of 5
 * frames ago + noise}. So the two are independent within a frame. The counterweight has a time
 * constant of 40 frames.
 */
public final class Belt extends DynamicScene {
  static final int FIRST = 0;
  static final int WEIGHT = 1;
  static final int SECOND = 2;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("first", "weight", "second"),
          new boolean[][] {{false, false, true}, new boolean[3], new boolean[3]});

  private static final List<Wander> ROOTS =
      List.of(new Wander(0.5, 0.15, 0), new Wander(0.5, 0.16, 40));
  private static final double[] LEAST = {0};
  private static final double[] MOST = {1};
  private static final double[] USUAL_NOISE = {0.0075};
  private static final int TO_THE_SECOND = 5;

  private static final double BELT_TOP = 8.4;
  private static final double ITEM_WIDTH = 6.5;
  private static final double HEIGHT_PER_SIZE = 11;
  private static final double RAIL_LEFT = 1;
  private static final double RAIL_LENGTH = 14;

  private static final Color WALL = new Color(222, 222, 222);
  private static final Color IRON = new Color(70, 74, 80);
  private static final Color WOOD = new Color(130, 80, 30);
  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, 0, 20));

  public Belt() {
    super("belt", GRAPH, ROOTS, LEAST, MOST, USUAL_NOISE);
  }

  @Override
  boolean hasMemory(int node) {
    return false;
  }

  @Override
  double kept(int node, double value) {
    throw new IllegalArgumentException("node " + node + " has no memory");
  }

  @Override
  int delay(int node) {
    return TO_THE_SECOND;
  }

  @Override
  public double mechanism(int node, double[] factors) {
    if (node != SECOND) {
      throw new IllegalArgumentException("node " + node + " has no causes");
    }
    return factors[FIRST];
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.box(0, 0, 20, 20, WALL);

    canvas.box(2, BELT_TOP, ITEM_WIDTH, HEIGHT_PER_SIZE * factors[FIRST], WOOD);
    canvas.box(11.5, BELT_TOP, ITEM_WIDTH, HEIGHT_PER_SIZE * factors[SECOND], WOOD);
    canvas.box(0, BELT_TOP - 1.2, 20, 1.2, IRON);

    canvas.box(0, 0.8, 20, 0.8, IRON);
    canvas.box(RAIL_LEFT + RAIL_LENGTH * factors[WEIGHT], 1.6, 4, 4.4, IRON);
    canvas.copy(into, offset);
  }
}
