package dev.residua.bench.experiment;

import dev.residua.dynamics.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random system of variables with memory and delays, and its noisy readings. Roots are
 * Ornstein-Uhlenbeck processes or white noise; every other variable has one or two causes, half of
 * them delayed by 1 to 10 frames, with linear or smooth nonlinear effects. An integrator is kept
 * near 0 by a delayed effect on its first cause, which has no memory.
 */
final class DynamicSystem {
  static final int MAX_DELAY = 10;

  private static final List<Memory> KINDS =
      List.of(Memory.NONE, Memory.FIRST_ORDER, Memory.INTEGRATOR);

  private static final int WARM = 500;
  private static final double INTEGRATION = 0.1; // per frame

  /** Shape of an effect on a cause with mean 0 and standard deviation 1. */
  private enum Shape {
    /** In units of the variables, so that the loop is stable. */
    FEEDBACK,
    LINE,
    SATURATION,
    BEND,
    WAVE;

    double at(double u) {
      double cut = Math.max(-3, Math.min(3, u));
      return switch (this) {
        case FEEDBACK, LINE -> u;
        case SATURATION -> 1.3 * Math.tanh(1.2 * u);
        case BEND -> 0.8 * cut + 0.35 * (cut * cut - 1);
        case WAVE -> 1.4 * Math.sin(1.2 * u);
      };
    }
  }

  record Edge(int from, int to, int delay, Shape shape, double weight) {}

  private final int size;
  private final Memory[] memory;
  private final List<Edge> edges = new ArrayList<>();
  private final double[] time; // frames
  private final boolean[] stiff; // the own effect grows faster than the state
  private final double[] noise; // of a reading, relative to the standard deviation
  private final double[] unit; // standard deviation of each variable

  private DynamicSystem(Random random, int size) {
    this.size = size;
    this.memory = new Memory[size];
    this.time = new double[size];
    this.stiff = new boolean[size];
    this.noise = new double[size];
    this.unit = new double[size];
    Arrays.fill(unit, 1);
    for (int i = 0; i < size; i++) {
      boolean root = i == 0 || random.nextDouble() < 0.2;
      memory[i] =
          KINDS.get(root ? (random.nextDouble() < 0.75 ? 1 : 0) : random.nextInt(KINDS.size()));
      time[i] = root ? 8 + 32 * random.nextDouble() : 4 + 26 * random.nextDouble();
      stiff[i] = random.nextBoolean();
      noise[i] = 0.03 + 0.07 * random.nextDouble();
      int count = root ? 0 : Math.min(i, 1 + random.nextInt(2));
      int first = random.nextInt(Math.max(1, i));
      if (!root && memory[i] == Memory.INTEGRATOR) {
        int[] drivers = IntStream.range(0, i).filter(this::mayDriveIntegrator).toArray();
        if (drivers.length == 0) {
          memory[i] = Memory.FIRST_ORDER;
        } else {
          first = drivers[random.nextInt(drivers.length)];
        }
      }
      for (int k = 0; k < count; k++) {
        int from = (first + k * (1 + random.nextInt(Math.max(1, i - 1)))) % Math.max(1, i);
        int delay = random.nextBoolean() ? 0 : 1 + random.nextInt(MAX_DELAY);
        Shape shape = Shape.values()[1 + random.nextInt(4)];
        if (k > 0 && from == first) {
          continue;
        }
        if (k == 0 && memory[i] == Memory.INTEGRATOR) {
          shape = Shape.LINE;
          int back = 1 + random.nextInt(MAX_DELAY);
          double weight = -0.8 / (INTEGRATION * (delay + back + 2));
          edges.add(new Edge(i, from, back, Shape.FEEDBACK, weight));
        }
        double sign = shape == Shape.LINE && memory[i] == Memory.INTEGRATOR ? 1 : sign(random);
        edges.add(new Edge(from, i, delay, shape, sign * 0.85 / Math.sqrt(count)));
      }
    }
  }

  /** Returns true for a variable without memory that drives no integrator yet. */
  private boolean mayDriveIntegrator(int i) {
    return memory[i] == Memory.NONE
        && edges.stream().noneMatch(edge -> edge.to() == i && edge.shape() == Shape.FEEDBACK);
  }

  private static double sign(Random random) {
    return random.nextBoolean() ? 1 : -1;
  }

  /** A system whose variables stay within bounds. */
  static DynamicSystem random(long seed, int size) {
    Random random = new Random(seed);
    while (true) {
      DynamicSystem system = new DynamicSystem(random, size);
      for (int pilot = 0; pilot < 3; pilot++) {
        double[][] x = system.states(new Random(random.nextLong()), 4_000);
        for (int i = 0; i < size; i++) {
          int variable = i;
          double square = Arrays.stream(x).mapToDouble(r -> r[variable] * r[variable]).sum();
          system.unit[i] = Math.sqrt(square / x.length);
        }
      }
      if (Arrays.stream(system.unit).allMatch(u -> u > 0.1 && u < 10)) {
        return system;
      }
    }
  }

  Memory memory(int variable) {
    return memory[variable];
  }

  List<Edge> edges() {
    return List.copyOf(edges);
  }

  /** Noisy readings, shape {@code [frames][size]}. */
  double[][] readings(long seed, int frames) {
    Random random = new Random(seed);
    double[][] x = states(random, frames);
    for (double[] row : x) {
      for (int i = 0; i < size; i++) {
        row[i] += noise[i] * unit[i] * random.nextGaussian();
      }
    }
    return x;
  }

  private double[][] states(Random random, int frames) {
    double[][] x = new double[WARM + frames][size];
    for (int t = MAX_DELAY + 1; t < x.length; t++) {
      // Those with memory first; causes without delay have smaller indices.
      for (int i = 0; i < size; i++) {
        double old = x[t - 1][i];
        if (memory[i] == Memory.FIRST_ORDER) {
          double own = stiff[i] ? old * (1 + 0.3 * old * old) : old;
          double spread = root(i) ? 1 : 0.4;
          double driven = (effects(i, x, t - 1) - own) / time[i];
          x[t][i] = old + driven + spread * Math.sqrt(2 / time[i]) * random.nextGaussian();
        } else if (memory[i] == Memory.INTEGRATOR) {
          x[t][i] = old + INTEGRATION * (effects(i, x, t - 1) + 0.3 * random.nextGaussian());
        }
      }
      for (int i = 0; i < size; i++) {
        if (memory[i] == Memory.NONE) {
          x[t][i] = effects(i, x, t) + (root(i) ? 1 : 0.5) * random.nextGaussian();
        }
      }
    }
    return Arrays.copyOfRange(x, WARM, x.length);
  }

  private boolean root(int i) {
    return edges.stream().noneMatch(edge -> edge.to() == i);
  }

  private double effects(int i, double[][] x, int t) {
    double sum = 0;
    for (Edge edge : edges) {
      if (edge.to() == i) {
        double value = x[t - edge.delay()][edge.from()];
        sum +=
            edge.shape() == Shape.FEEDBACK
                ? edge.weight() * unit[i] * value
                : edge.weight() * edge.shape().at(value / unit[edge.from()]);
      }
    }
    return sum;
  }
}
