package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.ImageStatistics;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Shifts that an operator accepted as normal for a source: one per latent, and one per number of
 * the picture. Mutable, for one thread.
 *
 * <p>For the next model the shifts may be right, or wrong because it learned the new normal. Its
 * first {@link #SETTLING} frames decide for each number between its old shift and none, so that no
 * other change can pass as normal.
 */
public final class Baseline {
  /** Frames of a new model that decide. */
  static final int SETTLING = 32;

  private static final float WHITE = 255;

  private final CausalGraph graph;
  private final AnomalyCalibration calibration;
  private final float[] latents; // shift in standard deviations of the calibration, [d]
  private final float[] picture; // shift of ImageStatistics
  private final float[] carriedLatents; // what was accepted for the model before
  private final float[] carriedPicture;
  private int settling;

  /**
   * The shifts as they are stored.
   *
   * @param latents shift per latent that has one, in units of the latents
   * @param picture shift of each number of {@link ImageStatistics}
   * @param settling frames until carried shifts are decided; 0 if they are
   */
  public record State(SortedMap<String, Float> latents, float[] picture, int settling) {
    static final State NONE = new State(new TreeMap<>(), new float[ImageStatistics.COUNT], 0);

    public State {
      if (picture.length < ImageStatistics.COUNT
          || picture.length > ImageStatistics.COUNT_WITH_DETAILS
          || settling < 0
          || settling > SETTLING) {
        throw new IllegalArgumentException(
            "a baseline has %d numbers of the picture and %d frames to settle, expected %d or %d and at"
                    .formatted(
                        picture.length,
                        settling,
                        ImageStatistics.COUNT,
                        ImageStatistics.COUNT_WITH_DETAILS)
                + " most "
                + SETTLING);
      }
    }
  }

  Baseline(MonitorModel model, State state) {
    this.graph = model.graph();
    this.calibration = model.rule().calibration();
    this.latents = new float[graph.size()];
    this.picture = new float[model.picture().latents()];
    this.carriedLatents = new float[graph.size()];
    this.carriedPicture = new float[picture.length];
    this.settling = state.settling();
    float[] shifts = settling > 0 ? carriedLatents : latents;
    state
        .latents()
        .forEach(
            (name, shift) -> {
              int k = graph.names().indexOf(name);
              if (k >= 0) {
                shifts[k] = shift / calibration.scale(k);
              }
            });
    System.arraycopy(
        state.picture(),
        0,
        settling > 0 ? carriedPicture : picture,
        0,
        Math.min(picture.length, state.picture().length));
  }

  State state() {
    SortedMap<String, Float> raw = new TreeMap<>();
    float[] shifts = settling > 0 ? carriedLatents : latents;
    for (int k = 0; k < shifts.length; k++) {
      if (shifts[k] != 0) {
        raw.put(graph.name(k), shifts[k] * calibration.scale(k));
      }
    }
    return new State(raw, (settling > 0 ? carriedPicture : picture).clone(), settling);
  }

  /** The state for another model, which has to settle if anything was accepted. */
  static State carried(State before) {
    boolean any = !before.latents().isEmpty();
    for (float shift : before.picture()) {
      any |= shift != 0;
    }
    return any ? new State(before.latents(), before.picture(), SETTLING) : State.NONE;
  }

  /** Returns true until the shifts are decided: detectors collect samples and give no alarm. */
  boolean settling() {
    return settling > 0;
  }

  /** Starts the frames that decide again, as detectors have lost those before. */
  void settleAgain() {
    settling = settling > 0 ? SETTLING : 0;
  }

  /** Counts a frame of the new model; true if the shifts can be decided now. */
  boolean settled() {
    return --settling == 0;
  }

  /**
   * Chooses for each number the nearer to the frames: its carried shift, or none.
   *
   * @param latentMeans means of the unshifted samples, shape {@code [d]}
   * @param pictureMeans means of the numbers of the picture
   */
  void decide(float[] latentMeans, float[] pictureMeans) {
    nearer(carriedLatents, latentMeans, latents);
    nearer(carriedPicture, pictureMeans, picture);
  }

  private static void nearer(float[] carried, float[] means, float[] into) {
    for (int k = 0; k < carried.length; k++) {
      into[k] = Math.abs(means[k] - carried[k]) < Math.abs(means[k]) ? carried[k] : 0;
    }
    Arrays.fill(carried, 0);
  }

  void shiftLatents(float[] by) {
    add(by, latents);
  }

  void shiftPicture(float[] by) {
    add(by, picture);
  }

  private static void add(float[] by, float[] to) {
    for (int k = 0; k < by.length; k++) {
      to[k] += by[k];
    }
  }

  /** Numbers of a picture against this normal. */
  float[] numbers(float[] ofPicture) {
    float[] shifted = ofPicture.clone();
    for (int k = 0; k < shifted.length; k++) {
      shifted[k] -= picture[k];
    }
    return shifted;
  }

  /** Residuals of a frame against this normal, in standard deviations of the calibration. */
  float[] sample(ScoredFrame frame) {
    float[] sample = frame.statistics().standardized().clone();
    for (int k = 0; k < sample.length; k++) {
      sample[k] -= latents[k];
    }
    return sample;
  }

  /** Returns the statistics of a frame, computed again if its source has shifts. */
  FrameStatistics statistics(ScoredFrame frame, float[] sample) {
    FrameStatistics scored = frame.statistics();
    if (isNone(latents) && isNone(picture)) {
      return scored;
    }
    float appearance = scored.appearanceDeviation() - picture[ImageStatistics.APPEARANCE] / WHITE;
    FrameStatistics own =
        calibration
            .ofStandardized(sample.clone(), appearance, scored.isPartial())
            .withDetails(scored.details());
    if (scored.reconstruction() == Reconstruction.NONE) {
      return own;
    }
    double error =
        scored.reconstructionError() * Math.exp(-picture[ImageStatistics.RECONSTRUCTION]);
    return calibration.reconstructed(
        own, scored.reconstruction(), (float) Math.min(Float.MAX_VALUE, error));
  }

  private static boolean isNone(float[] shifts) {
    for (float shift : shifts) {
      if (shift != 0) {
        return false;
      }
    }
    return true;
  }
}
