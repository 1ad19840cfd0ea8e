package dev.residua.renewal.gate;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Made-up figures of a healthy model of four latents, {@code a} and {@code b} the causes of {@code
 * c} and {@code d}: 500 frames, 20 faults, five at each latent, all alarmed after five frames and
 * blamed right.
 */
final class Figures {
  static final List<String> NAMES = List.of("a", "b", "c", "d");
  static final int FAULTS = 20;
  private static final int FRAMES = 500;

  String id = "champion";
  CausalGraph graph = graph(NAMES, new int[][] {{0, 2}, {0, 3}, {1, 2}, {1, 3}}, 1);
  Map<String, LatentIdentity> identities = Map.of();
  boolean[] anchored = {true, true, true, true};
  double distance = 0.02;
  double pValue = 0.4;
  double effectiveFrames = 400;
  double dependence = 0.08;
  double errorFactor = 1;
  double pictureVariance = 0.01;
  double[] spread = {1, 1, 0.9, 0.8};
  int alarms = 4;
  double[] frameNanos = {100, 120, 110};
  long bytes = 1_000;
  OptionalDouble statedLeakage = OptionalDouble.empty();
  List<String> findings = List.of();
  double estimatedLeakage = 0.2;
  IntFunction<Fault.Found> found = k -> alarmed(k, 5);

  static Figures champion() {
    return new Figures();
  }

  static Figures candidate() {
    Figures figures = new Figures();
    figures.id = "candidate";
    return figures;
  }

  /** The latent of a fault. */
  static String node(int fault) {
    return NAMES.get(fault % NAMES.size());
  }

  static Fault.Found alarmed(int fault, int delay) {
    return new Fault.Found(false, delay, node(fault));
  }

  static CausalGraph graph(List<String> names, int[][] edges, double confidence) {
    boolean[][] has = new boolean[names.size()][names.size()];
    double[][] sure = new double[names.size()][names.size()];
    for (int[] edge : edges) {
      has[edge[0]][edge[1]] = true;
      sure[edge[0]][edge[1]] = confidence;
    }
    return new CausalGraph(names, has, sure);
  }

  Examination examination() {
    List<Fault> faults = new ArrayList<>();
    List<Fault.Found> outcomes = new ArrayList<>();
    for (int k = 0; k < FAULTS; k++) {
      faults.add(new Fault(k, Fault.Kind.OFFSET, node(k), 2, "champion"));
      outcomes.add(found.apply(k));
    }
    SplittableRandom random = new SplittableRandom(3);
    float[] errors = new float[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
      errors[i] = (float) (errorFactor * 1e-4 * (1 + random.nextDouble()));
    }
    List<Examination.Uniformity> uniformity = new ArrayList<>();
    uniformity.add(new Examination.Uniformity("joint", distance, FRAMES, effectiveFrames, pValue));
    for (String name : graph.names()) {
      uniformity.add(new Examination.Uniformity(name, 0.01, FRAMES, effectiveFrames, 0.9));
    }
    return new Examination(
        id,
        "digest of " + id,
        graph,
        identities,
        anchored,
        uniformity,
        dependence,
        errors,
        new int[] {300, 200},
        pictureVariance,
        spread,
        new Examination.Replay(FRAMES, FRAMES / 4.0, alarms),
        faults,
        outcomes,
        Arrays.copyOf(frameNanos, frameNanos.length),
        bytes,
        statedLeakage,
        findings,
        estimatedLeakage);
  }
}
