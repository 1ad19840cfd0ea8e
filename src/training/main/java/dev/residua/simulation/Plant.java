package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.awt.Color;
import java.util.List;

/**
 * A hand wheel, a lamp, a tank, an arm and a dial in one room, with strong mechanisms: with the
 * usual noise causes explain nine tenths of the variance of an effect, with half of it 97 %. So a
 * reader of the picture could guess each factor from its cause or effect. {@code valve} is the
 * angle of the wheel's knob in half turns, {@code lamp} the brightness of the lamp, which glows on
 * the wall; {@code level} is the height of the water, which the floor mirrors, {@code tracker} the
 * angle of the arm and {@code gauge} that of the needle, both in degrees.
 *
 * <p>{@code level = 1 + 7 (3 valve^2 - 2 valve^3) + noise}, {@code tracker = 15 + 110 lamp^1.3 +
 * noise} and {@code gauge = 8 level + 0.6 tracker + noise}. In the literal variant there is no
 * noise.
 */
public final class Plant extends ContinuousScene {
  static final int VALVE = 0;
  static final int LAMP = 1;
  static final int LEVEL = 2;
  static final int TRACKER = 3;
  static final int GAUGE = 4;

  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("valve", "lamp", "level", "tracker", "gauge"),
          new boolean[][] {
            {false, false, true, false, false},
            {false, false, false, true, false},
            {false, false, false, false, true},
            {false, false, false, false, true},
            new boolean[5]
          });

  private static final double[] LOWEST = {0, 0};
  private static final double[] HIGHEST = {1, 1};
  private static final double[] LEAST = {-0.1, -0.1, 0, -20, -40};
  private static final double[] MOST = {1.1, 1.1, 9.5, 170, 200};
  private static final double[] USUAL_NOISE = {0.83, 11, 9.5};

  private static final Color WALL = new Color(206, 200, 188);
  private static final Color FLOOR = new Color(148, 138, 128);
  private static final Color IRON = new Color(70, 74, 80);
  private static final Color KNOB = new Color(190, 40, 40);
  private static final Color WATER = new Color(40, 110, 190);
  private static final Color GLASS = new Color(226, 232, 236);
  private static final int MIRRORED = 80;
  private static final double MIRROR = 0.4;

  private static final ThreadLocal<Canvas> CANVAS =
      ThreadLocal.withInitial(() -> new Canvas(0, 20, 0, 20));

  public Plant() {
    super("plant", GRAPH, LOWEST, HIGHEST, LEAST, MOST, USUAL_NOISE);
  }

  @Override
  public double mechanism(int node, double[] factors) {
    return switch (node) {
      case LEVEL -> {
        double open = Math.max(0, Math.min(1, factors[VALVE]));
        yield 1 + 7 * open * open * (3 - 2 * open);
      }
      case TRACKER -> 15 + 110 * Math.pow(Math.max(0, factors[LAMP]), 1.3);
      case GAUGE -> 8 * factors[LEVEL] + 0.6 * factors[TRACKER];
      default -> throw new IllegalArgumentException("node " + node + " has no causes");
    };
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    Canvas canvas = CANVAS.get();
    canvas.start(shape);
    canvas.box(0, 0, 20, 20, WALL);
    canvas.box(0, 0, 20, 4.5, FLOOR);

    double light = Math.max(0, Math.min(1.1, factors[LAMP])) / 1.1;
    canvas.disc(15.5, 16.2, 3.6, new Color(255, 236, 150, (int) (150 * light)));
    canvas.disc(
        15.5,
        16.2,
        1.7,
        new Color((int) (90 + 165 * light), (int) (80 + 165 * light), (int) (60 + 100 * light)));

    canvas.disc(4.5, 16.2, 3, IRON);
    canvas.disc(4.5, 16.2, 2.4, WALL);
    canvas.hand(4.5, 16.2, 2.6, 180 * factors[VALVE], 2.5, IRON);
    double turn = Math.toRadians(180 * factors[VALVE]);
    canvas.disc(4.5 + 2.6 * Math.cos(turn), 16.2 + 2.6 * Math.sin(turn), 0.9, KNOB);

    double level = factors[LEVEL];
    canvas.box(1.5, 4.5, 7.5, 8.2, GLASS);
    canvas.box(1.5, 4.5, 7.5, 0.84 * level, WATER);
    canvas.box(
        1.5,
        4.5 - MIRROR * level,
        7.5,
        MIRROR * level,
        new Color(WATER.getRed(), WATER.getGreen(), WATER.getBlue(), MIRRORED));

    canvas.disc(13.5, 8.6, 0.8, IRON);
    canvas.hand(13.5, 8.6, 3.6, factors[TRACKER], 4, IRON);

    canvas.disc(15, 3.6, 3.2, Color.WHITE);
    canvas.hand(15, 3.6, 2.8, 200 - factors[GAUGE], 2.5, KNOB);
    canvas.copy(into, offset);
  }
}
