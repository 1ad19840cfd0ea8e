package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import java.util.List;

/**
 * A scene with memory: values depend on those of earlier frames, so its frames are a sequence. Each
 * root wanders around its mean as an Ornstein-Uhlenbeck process. A caused node is {@code
 * carried(its previous value) + mechanism(causes, delay frames ago) + noise}, and the first part is
 * absent in a node without memory.
 */
abstract sealed class DynamicScene extends ContinuousScene permits Tank, Belt, Plate {
  /** Usual frame rate; time constants, delays and rates count in frames. */
  static final double FRAMES_PER_SECOND = 2;

  /** Roots stay within this many standard deviations of their mean. */
  static final double ROOT_RANGE = 3;

  private final List<Wander> roots;

  /**
   * Distribution of a root over time.
   *
   * @param deviation standard deviation of its values
   * @param timeConstant frames after which the correlation is 1/e; 0 for white noise
   */
  record Wander(double mean, double deviation, double timeConstant) {
    double lowest() {
      return mean - ROOT_RANGE * deviation;
    }

    double highest() {
      return mean + ROOT_RANGE * deviation;
    }

    /** Correlation of a value with that of the previous frame. */
    double correlation() {
      return timeConstant == 0 ? 0 : StrictMath.exp(-1 / timeConstant);
    }
  }

  /**
   * @param roots the first nodes of the graph
   * @param least smallest value of each caused node that can be drawn
   * @param most largest value of each caused node that can be drawn
   * @param usualNoise standard deviation of each caused node's noise in the usual noisy variant, of
   *     one frame
   */
  DynamicScene(
      String name,
      CausalGraph graph,
      List<Wander> roots,
      double[] least,
      double[] most,
      double[] usualNoise) {
    super(
        name,
        graph,
        lowest(roots),
        highest(roots),
        joined(lowest(roots), least),
        joined(highest(roots), most),
        usualNoise);
    this.roots = List.copyOf(roots);
  }

  private static double[] lowest(List<Wander> roots) {
    return roots.stream().mapToDouble(Wander::lowest).toArray();
  }

  private static double[] highest(List<Wander> roots) {
    return roots.stream().mapToDouble(Wander::highest).toArray();
  }

  private static double[] joined(double[] first, double[] second) {
    double[] all = new double[first.length + second.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** Returns true if the next value of a caused node depends on its own value. */
  abstract boolean hasMemory(int node);

  /**
   * Part of the next value of a caused node with memory that its own value gives.
   *
   * @param value its value in the previous frame
   */
  abstract double kept(int node, double value);

  /** Frames after which the causes of a caused node act on it. */
  abstract int delay(int node);

  /** Part of the next value of any node that its own value gives; 0 for a node without memory. */
  final double carried(int node, double value) {
    if (graph().isRoot(node)) {
      Wander root = roots.get(node);
      return root.mean() + root.correlation() * (value - root.mean());
    }
    return hasMemory(node) ? kept(node, value) : 0;
  }

  /** Standard deviation of the values of a root. */
  final double deviation(int root) {
    return roots.get(root).deviation();
  }

  /** Standard deviation of the random step of a root from one frame to the next. */
  final double step(int root) {
    double correlation = roots.get(root).correlation();
    return deviation(root) * Math.sqrt(1 - correlation * correlation);
  }

  /** Longest delay of a cause, in frames. */
  final int maxDelay() {
    int longest = 0;
    for (int node : caused()) {
      longest = Math.max(longest, delay(node));
    }
    return longest;
  }
}
