package dev.residua.bench.experiment;

import dev.residua.frame.ImageShape;
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
 * @param drawn pixels on a side of the frames as they are drawn
 * @param side pixels on a side of the frames as they are read
 */
record DataSpec(
    String scene,
    NoiseKind kind,
    double noiseFactor,
    int count,
    long seed,
    double commissioning,
    double holds,
    int drawn,
    int side) {
  private static final int USUAL_SIDE = 64;

  static DataSpec usual(String scene, int count, long seed) {
    return new DataSpec(scene, NoiseKind.ADDITIVE, 1, count, seed, 0, 0, USUAL_SIDE, USUAL_SIDE);
  }

  DataSpec withKind(NoiseKind newKind) {
    return new DataSpec(
        scene, newKind, noiseFactor, count, seed, commissioning, holds, drawn, side);
  }

  DataSpec withNoiseFactor(double factor) {
    return new DataSpec(scene, kind, factor, count, seed, commissioning, holds, drawn, side);
  }

  DataSpec withCommissioning(double share) {
    return new DataSpec(scene, kind, noiseFactor, count, seed, share, holds, drawn, side);
  }

  DataSpec withHolds(double share) {
    return new DataSpec(scene, kind, noiseFactor, count, seed, commissioning, share, drawn, side);
  }

  DataSpec withSides(int newDrawn, int newSide) {
    return new DataSpec(
        scene, kind, noiseFactor, count, seed, commissioning, holds, newDrawn, newSide);
  }

  /** Returns other draws of the distribution, without broken mechanisms. */
  DataSpec fresh(int newCount) {
    return new DataSpec(scene, kind, noiseFactor, newCount, seed + 1_000_000, 0, 0, drawn, side);
  }

  SimulatedScene simulated() {
    return SimulatedScene.named(scene, kind);
  }

  List<Double> noise() {
    return Arrays.stream(simulated().usualNoise()).map(sd -> sd * noiseFactor).boxed().toList();
  }

  Scenario scenario() {
    return Scenario.nominal(simulated(), noiseFactor == 0 ? null : noise(), seed, 0);
  }

  /** Name of a folder that no specification with other stored frames has. */
  String folder() {
    return String.format(
        Locale.ROOT,
        "%s-%s-%s-%d-%d-%s-%s%s",
        scene,
        kind,
        noiseFactor,
        count,
        seed,
        commissioning,
        holds,
        drawn == USUAL_SIDE ? "" : "-" + drawn);
  }

  ImageShape drawnShape() {
    return new ImageShape(drawn, drawn, 3);
  }

  ImageShape shape() {
    return new ImageShape(side, side, 3);
  }
}
