package dev.residua.renewal.gate;

import dev.residua.causal.CausalGraph;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One model's figures from held-out frames and injected faults. Compare only two of one {@link
 * ModelEvaluator}: same frames, same faults, alternating timed batches. Arrays are owned by this
 * record and must not be changed.
 *
 * @param modelId identity of the model
 * @param digest SHA-256 of its bundle
 * @param graph its graph, with the confidence of every edge
 * @param identities agreement of its latents with those of the parent model, by name; only of those
 *     that were matched
 * @param anchored whether each latent's name has a meaning outside of the model, shape {@code [d]}
 * @param uniformity of the p-values of quiet frames: the joint ones first, then those of each
 *     latent
 * @param dependence largest distance correlation of two residuals, in [0, 1]; positive by chance
 * @param reconstructionErrors mean squared pixel error of each held-out frame, sequence after
 *     sequence, shape {@code [frames]}
 * @param sequenceLengths frames of each sequence
 * @param pictureVariance mean over pixels of their variance over the held-out frames, unit of the
 *     errors
 * @param spread variance of each latent over the held-out frames, in units of that of the training,
 *     shape {@code [d]}
 * @param replay of the quiet frames by the model's monitor
 * @param found the reaction to each fault
 * @param frameNanos time of one frame in each timed batch, nanoseconds, shape {@code [batches]}
 * @param bytes size of the bundle's entries
 * @param statedLeakage the bundle's {@code monitorability.leakage}, if its calibration knew the
 *     true noises
 * @param findings unreadable parts of the scene by its training, in sentences
 * @param estimatedLeakage leakage from injected offsets, see {@link ModelEvaluator}
 */
@SuppressWarnings("ArrayRecordComponent") // see above
public record Examination(
    String modelId,
    String digest,
    CausalGraph graph,
    Map<String, LatentIdentity> identities,
    boolean[] anchored,
    List<Uniformity> uniformity,
    double dependence,
    float[] reconstructionErrors,
    int[] sequenceLengths,
    double pictureVariance,
    double[] spread,
    Replay replay,
    List<Fault> faults,
    List<Fault.Found> found,
    double[] frameNanos,
    long bytes,
    OptionalDouble statedLeakage,
    List<String> findings,
    double estimatedLeakage) {
  /**
   * One kind of p-value against the uniform distribution.
   *
   * @param name the latent's, or {@code joint}
   * @param distance Kolmogorov-Smirnov distance {@code sup_x |F_n(x) - x|}, in [0, 1]
   * @param frames number {@code n} of p-values
   * @param effectiveFrames {@code n / tau}, with {@code tau >= 1} the integrated autocorrelation
   *     time of the p-values
   * @param pValue of that distance if model and calibration are right, in [0, 1]; approximate if
   *     frames are dependent
   */
  public record Uniformity(
      String name, double distance, int frames, double effectiveFrames, double pValue) {}

  /**
   * Quiet frames replayed to a monitor that restarts after every alarm, as a lasting alarm would
   * otherwise count once.
   *
   * @param targetRunLength the monitor's target for the frames between two false alarms
   * @param alarms onsets of drifts and faults of the sensor
   */
  public record Replay(int frames, double targetRunLength, int alarms) {
    /** Expected alarms of a healthy monitor. */
    public double expected() {
      return frames / targetRunLength;
    }
  }

  public Examination {
    identities = Collections.unmodifiableMap(new LinkedHashMap<>(identities));
    uniformity = List.copyOf(uniformity);
    faults = List.copyOf(faults);
    found = List.copyOf(found);
    findings = List.copyOf(findings);
    int d = graph.size();
    if (uniformity.size() != d + 1 || spread.length != d || anchored.length != d) {
      throw new IllegalArgumentException(
          "model %s has %d latents, its examination %d kinds of p-values, %d variances and %d anchors"
              .formatted(modelId, d, uniformity.size(), spread.length, anchored.length));
    }
    if (found.size() != faults.size()) {
      throw new IllegalArgumentException(
          "examination of model %s has %d faults but %d outcomes"
              .formatted(modelId, faults.size(), found.size()));
    }
    int frames = 0;
    for (int length : sequenceLengths) {
      frames += length;
    }
    if (frames != reconstructionErrors.length || frames == 0 || frameNanos.length == 0) {
      throw new IllegalArgumentException(
          "examination of model %s has sequences of %d frames, %d reconstruction errors and %d timed batches"
              .formatted(modelId, frames, reconstructionErrors.length, frameNanos.length));
    }
  }

  /** Number of held-out frames. */
  public int frames() {
    return reconstructionErrors.length;
  }

  /** Mean squared pixel error over all held-out frames. */
  public double meanError() {
    double sum = 0;
    for (float error : reconstructionErrors) {
      sum += error;
    }
    return sum / reconstructionErrors.length;
  }

  /** Share of the pictures' variance that the model reconstructs, at most 1; may be negative. */
  public double shareReproduced() {
    return 1 - meanError() / pictureVariance;
  }

  /** The least uniform kind of p-values, relative to its number of frames. */
  public Uniformity leastUniform() {
    Uniformity worst = uniformity.get(0);
    for (Uniformity one : uniformity) {
      boolean worse =
          one.pValue() < worst.pValue()
              || (one.pValue() == worst.pValue() && one.distance() > worst.distance());
      worst = worse ? one : worst;
    }
    return worst;
  }

  /** Share of the faults that were detected. */
  public double detected() {
    return (double) found.stream().filter(Fault.Found::detected).count() / found.size();
  }

  /** Median time of a frame, nanoseconds. */
  public double medianNanos() {
    return GateStatistics.median(frameNanos);
  }

  boolean anchors(String name) {
    int latent = graph.names().indexOf(name);
    return latent >= 0 && anchored[latent];
  }
}
