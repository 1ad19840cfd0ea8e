package dev.residua.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * States of the latest frames, from which a {@link DynamicScene} gives the next; empty for other
 * scenes. Begins with the smallest values of all nodes. For one thread.
 */
final class FactorHistory {
  /** Frames after which the first states have no influence. */
  static final int BURN_IN = 1_000;

  private final @Nullable DynamicScene scene;
  private final int length;
  private final Deque<double[]> latestFirst = new ArrayDeque<>();

  /**
   * @param later frames by which the delay of a cause may be longer than in the scene
   */
  FactorHistory(SimulatedScene scene, int later) {
    this.scene = scene instanceof DynamicScene dynamic ? dynamic : null;
    this.length = this.scene == null ? 0 : Math.max(1, this.scene.maxDelay() + later);
    double[] first = new double[scene.factors().size()];
    for (int node = 0; node < first.length; node++) {
      first[node] = scene.clip(node, Double.NEGATIVE_INFINITY);
    }
    for (int i = 0; i < length; i++) {
      latestFirst.add(first);
    }
  }

  /** Value of a node in the previous frame; 0 without history. */
  double previous(int node) {
    return latestFirst.isEmpty() ? 0 : latestFirst.element()[node];
  }

  /** Part of a node's value that follows from its previous value; 0 without memory. */
  double carried(int node, double previous) {
    return scene == null ? 0 : scene.carried(node, previous);
  }

  /**
   * Values of the causes of a caused node at the time at which they act on it.
   *
   * @param now states of the frame so far
   * @param later frames by which the delay is longer than in the scene
   */
  double[] causes(int node, double[] now, int later) {
    int delay = scene == null ? 0 : scene.delay(node) + later;
    if (delay == 0) {
      return now;
    }
    Iterator<double[]> frames = latestFirst.iterator();
    for (int i = 1; i < delay; i++) {
      frames.next();
    }
    return frames.next();
  }

  /** Adds the states of a frame. The caller must not change them later. */
  void add(double[] states) {
    if (scene != null) {
      latestFirst.removeLast();
      latestFirst.addFirst(states);
    }
  }
}
