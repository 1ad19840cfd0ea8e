package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;

/**
 * The cup of {@link Flow} with a pump that fills it. The speed of the pump does not show in the
 * picture: frames bring it as the variable {@code pump_speed}, in thousand revolutions per minute.
 *
 * <p>{@code water_height = 1.6 pump_speed + ball_size^3 + 0.2 + noise}, in the units of the axes;
 * all else is as in {@link Flow}. In the literal variant there is no noise.
 */
public final class Pump extends ContinuousScene {
  static final int PUMP_SPEED = 0;
  static final int BALL_SIZE = 1;
  static final int WATER_HEIGHT = 3;

  /** Nodes from here on are those of {@link Flow}, in its order. */
  private static final int OF_FLOW = 1;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("pump_speed", "ball_size", "hole", "water_height", "water_flow"),
          new boolean[][] {
            {false, false, false, true, false},
            {false, false, false, true, false},
            {false, false, false, false, true},
            {false, false, false, false, true},
            new boolean[5]
          });

  private static final double[] LOWEST = {0.5, 5 / 30.0, 6 / 3.0};
  private static final double[] HIGHEST = {3, 34 / 30.0, 14 / 3.0};
  private static final double[] LEAST = {0, 0.05, 1, 0.1, 0};
  private static final double[] MOST = {6, 2, 4.9, 14, 12};
  private static final double[] USUAL_NOISE = {0.5, 0.4};
  private static final double HEIGHT_PER_SPEED = 1.6;
  private static final double MIN_HEIGHT = 0.2;

  private final Flow flow = new Flow();

  public Pump() {
    super("pump", GRAPH, LOWEST, HIGHEST, LEAST, MOST, USUAL_NOISE);
  }

  @Override
  public List<String> variables() {
    return List.of(GRAPH.name(PUMP_SPEED));
  }

  @Override
  public double mechanism(int node, double[] factors) {
    if (node == WATER_HEIGHT) {
      double radius = factors[BALL_SIZE];
      return HEIGHT_PER_SPEED * factors[PUMP_SPEED] + radius * radius * radius + MIN_HEIGHT;
    }
    return flow.mechanism(node - OF_FLOW, ofFlow(factors));
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    flow.draw(ofFlow(factors), hidden, into, offset, shape);
  }

  private static double[] ofFlow(double[] factors) {
    return Arrays.copyOfRange(factors, OF_FLOW, factors.length);
  }
}
