package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object on a floor in front of a background, whose factors depend on confounders but not on
 * one another: the true graph has no edges. In {@code labels.csv}
 *
 * <ul>
 *   <li>{@code object} is 0 cube, 1 sphere, 2 cylinder, 3 cone, 4 torus;
 *   <li>{@code colour} is 0 red, 1 blue, 2 yellow, 3 purple, 4 orange;
 *   <li>{@code size} is 1.5, 2 or 2.5 units of space, the height of the object;
 *   <li>{@code rotation} is 0, 15, 30, 45, 60 or 90 degrees about the vertical; a painted stripe
 *       shows it on round objects;
 *   <li>{@code scene} is 0 to 15, one of the backgrounds of {@link CandleScenery};
 *   <li>{@code light} is 0 left, 1 middle, 2 right.
 * </ul>
 *
 * <p>The confounder {@code u} (0 to 2) favours a light and scenes; {@code c} (0 to 3) favours
 * scenes, an object, a size and a colour; the rotation depends on nothing. Given {@code u} and
 * {@code c} the factors are independent, and every combination is possible. Both are written to
 * {@code residua.confounder.*}. In the noisy variant camera and object move a little: {@code
 * residua.nuisance.yaw} and {@code residua.nuisance.pitch} in degrees, {@code residua.nuisance.x}
 * and {@code residua.nuisance.z} in units of space, uniform within {@value #CAMERA_JITTER} degrees
 * and {@value #OBJECT_JITTER} units times the noise. The factors do not change.
 *
 * <p>Source: CANDLE (causal-disentanglement/CANDLE), its factors, levels and graph of confounders;
 * the probabilities and the drawing are our own. There the object's place varies more, and the
 * rotation is not monotone in its label.
 */
public final class Candle implements SimulatedScene {
  static final int OBJECT = 0;
  static final int COLOUR = 1;
  static final int SIZE = 2;
  static final int ROTATION = 3;
  static final int SCENE = 4;
  static final int LIGHT = 5;

  static final int YAW = 2;
  static final int PITCH = 3;
  static final int X = 4;
  static final int Z = 5;

  private static final int U = 0;
  private static final int C = 1;
  private static final int U_LEVELS = 3;
  private static final int C_LEVELS = 4;
  private static final int SCENES_PER_C = CandleScenery.COUNT / C_LEVELS;

  private static final CausalGraph GRAPH =
      CausalGraph.empty(List.of("object", "colour", "size", "rotation", "scene", "light"));
  private static final List<String> HIDDEN =
      List.of(
          FrameDataset.CONFOUNDER_PREFIX + "u",
          FrameDataset.CONFOUNDER_PREFIX + "c",
          FrameDataset.NUISANCE_PREFIX + "yaw",
          FrameDataset.NUISANCE_PREFIX + "pitch",
          FrameDataset.NUISANCE_PREFIX + "x",
          FrameDataset.NUISANCE_PREFIX + "z");

  private static final double[][] LEVELS = {
    codes(5), codes(5), {1.5, 2, 2.5}, {0, 15, 30, 45, 60, 90}, codes(CandleScenery.COUNT), codes(3)
  };
  private static final double CAMERA_JITTER = 0.5;
  private static final double OBJECT_JITTER = 0.3;
  private static final double FAVOURED = 5;
  private static final double FAVOURED_SCENE_OF_U = 3;

  private static final ThreadLocal<CandleCamera> CAMERA =
      ThreadLocal.withInitial(CandleCamera::new);

  private static double[] codes(int n) {
    double[] codes = new double[n];
    for (int i = 0; i < n; i++) {
      codes[i] = i;
    }
    return codes;
  }

  @Override
  public String name() {
    return "candle";
  }

  @Override
  public CausalGraph graph() {
    return GRAPH;
  }

  @Override
  public double lowest(int root) {
    return LEVELS[root][0];
  }

  @Override
  public double highest(int root) {
    return LEVELS[root][LEVELS[root].length - 1];
  }

  /** The nearest level, so that every event ends on one. */
  @Override
  public double clip(int node, double value) {
    double nearest = LEVELS[node][0];
    for (double level : LEVELS[node]) {
      if (Math.abs(level - value) < Math.abs(nearest - value)) {
        nearest = level;
      }
    }
    return nearest;
  }

  @Override
  public List<String> hidden() {
    return HIDDEN;
  }

  @Override
  public double hiddenAt(int index, double quantile, @Nullable List<Double> noise) {
    return switch (index) {
      case U -> Math.floor(U_LEVELS * quantile);
      case C -> Math.floor(C_LEVELS * quantile);
      default -> {
        double reach = index == YAW || index == PITCH ? CAMERA_JITTER : OBJECT_JITTER;
        yield noise == null ? 0 : noise.get(0) * reach * (2 * quantile - 1);
      }
    };
  }

  @Override
  public double rootAt(int root, double quantile, double[] hidden) {
    int u = (int) hidden[U];
    int c = (int) hidden[C];
    double[] levels = LEVELS[root];
    double total = 0;
    for (int level = 0; level < levels.length; level++) {
      total += weight(root, level, u, c);
    }
    double left = quantile * total;
    int level = 0;
    while (level < levels.length - 1 && left >= weight(root, level, u, c)) {
      left -= weight(root, level, u, c);
      level++;
    }
    return levels[level];
  }

  /** Relative probability of a level given the confounders. */
  static double weight(int root, int level, int u, int c) {
    return switch (root) {
      case OBJECT, SIZE -> level == c % LEVELS[root].length ? FAVOURED : 1;
      case COLOUR -> level == c + 1 ? FAVOURED : 1;
      case SCENE ->
          (level / SCENES_PER_C == c ? FAVOURED : 1)
              * (level % U_LEVELS == u ? FAVOURED_SCENE_OF_U : 1);
      case LIGHT -> level == u ? FAVOURED : 1;
      default -> 1;
    };
  }

  @Override
  public double mechanism(int node, double[] factors) {
    throw new IllegalArgumentException("node " + node + " has no causes");
  }

  /** The size of the jitter, in multiples of the usual one. */
  @Override
  public List<String> noisy() {
    return List.of("jitter");
  }

  @Override
  public double[] usualNoise() {
    return new double[] {1};
  }

  @Override
  public double literalNoise(int node, double quantile) {
    throw new IllegalArgumentException("node " + node + " has no causes");
  }

  @Override
  public double literalNoiseDeviation(int node) {
    throw new IllegalArgumentException("node " + node + " has no causes");
  }

  @Override
  public void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape) {
    CAMERA.get().draw(factors, hidden, into, offset, shape);
  }
}
