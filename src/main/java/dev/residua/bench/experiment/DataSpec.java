package dev.residua.bench.experiment;

import dev.residua.simulation.NoiseKind;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.SimulatedScene;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The specification of a generated data set.
 *
 * @param scene name of the scene
 * @param kind how noise enters
 * @param noiseFactor the scene's usual noise times this; 0 for the literal scene
 * @param count number of frames
 * @param seed of every draw
 * @param commissioning share of frames with a mechanism broken on purpose
 * @param holds share of frames in pairs with one factor held
 */
record DataSpec(
    String scene,
    NoiseKind kind,
    double noiseFactor,
    int count,
    long seed,
    double commissioning,
    double holds) {

  static DataSpec usual(String scene, int count, long seed) {
    return new DataSpec(scene, NoiseKind.ADDITIVE, 1, count, seed, 0, 0);
  }

  DataSpec withKind(NoiseKind newKind) {
    return new DataSpec(scene, newKind, noiseFactor, count, seed, commissioning, holds);
  }

  DataSpec withNoiseFactor(double factor) {
    return new DataSpec(scene, kind, factor, count, seed, commissioning, holds);
  }

  DataSpec withCommissioning(double share) {
    return new DataSpec(scene, kind, noiseFactor, count, seed, share, holds);
  }

  DataSpec withHolds(double share) {
    return new DataSpec(scene, kind, noiseFactor, count, seed, commissioning, share);
  }

  /** The same law, other draws, and nothing done on purpose. */
  DataSpec fresh(int newCount) {
    return new DataSpec(scene, kind, noiseFactor, newCount, seed + 1_000_000, 0, 0);
  }

  SimulatedScene drawn() {
    return SimulatedScene.named(scene, kind);
  }

  /** Standard deviation of each caused node's noise. */
  List<Double> noise() {
    return Arrays.stream(drawn().usualNoise()).map(sd -> sd * noiseFactor).boxed().toList();
  }

  Scenario scenario() {
    return Scenario.nominal(drawn(), noiseFactor == 0 ? null : noise(), seed, 0);
  }

  /** Name of a folder that no other specification has. */
  String folder() {
    return String.format(
        Locale.ROOT,
        "%s-%s-%s-%d-%d-%s-%s",
        scene,
        kind,
        noiseFactor,
        count,
        seed,
        commissioning,
        holds);
  }
}
