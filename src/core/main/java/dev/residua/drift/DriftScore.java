package dev.residua.drift;

import java.time.Instant;

/**
 * State of the drift detector after one frame. Arrays are owned by this record and must not be
 * changed.
 *
 * @param source source of the frame
 * @param sequence number of the frame within its source
 * @param capturedAt when the picture was taken
 * @param modelId model whose reference and threshold were used
 * @param modelDigest first digits of the SHA-256 of its bundle
 * @param statistic largest of all charts, in units of its own null tail
 * @param threshold drift is reported at this value of {@code statistic} and above
 * @param targetRunLength average run length to a false alarm that the threshold is set for, in
 *     frames
 * @param perScale largest statistic of each window length, shortest window first
 * @param scales the window lengths, in frames
 * @param samples frames of this source that the detector has seen; 0 while the source learns
 * @param calibration of the detectors
 * @param others readings of the other detectors
 */
@SuppressWarnings("ArrayRecordComponent") // one per frame
public record DriftScore(
    String source,
    long sequence,
    Instant capturedAt,
    String modelId,
    String modelDigest,
    float statistic,
    float threshold,
    double targetRunLength,
    float[] perScale,
    int[] scales,
    long samples,
    Calibration calibration,
    Others others) {
  /**
   * Calibration of the detectors.
   *
   * @param phase its origin
   * @param revision of the source's calibration; 0 for the model's
   * @param provisional true if it rests on less than a day of the source
   * @param recalibrationProposed true if a new calibration is proposed, as p-values of the source
   *     are no longer uniform
   * @param pValues of the residuals under it, shape {@code [d]}; empty while the source learns
   */
  public record Calibration(
      CalibrationPhase phase,
      int revision,
      boolean provisional,
      boolean recalibrationProposed,
      float[] pValues) {
    /** The model's own, without p-values. */
    public static final Calibration MODEL =
        new Calibration(CalibrationPhase.MODEL, 0, false, new float[0]);

    public Calibration {
      if (revision < 0) {
        throw new IllegalArgumentException(
            "the revision of a calibration must be at least 0 but was " + revision);
      }
    }

    /** One without a proposal. */
    public Calibration(CalibrationPhase phase, int revision, boolean provisional, float[] pValues) {
      this(phase, revision, provisional, false, pValues);
    }
  }

  /**
   * Readings of the other detectors; NaN for a detector that does not run or has no reading yet.
   *
   * @param pictureStatistic statistic of the picture's detector, in the units of the residuals'
   * @param pictureThreshold its threshold
   * @param quietRunLength run length at the residuals' threshold in the quiet intervals of the
   *     source, in frames
   * @param quietLow lower end of its 95 % interval
   * @param quietHigh upper end
   * @param logEvidence logarithm of the e-detector on the joint p-values, see {@link
   *     ConformalMartingale#logDetector}
   * @param framesPerSecond frame rate of the source, measured
   */
  public record Others(
      float pictureStatistic,
      float pictureThreshold,
      double quietRunLength,
      double quietLow,
      double quietHigh,
      double logEvidence,
      double framesPerSecond) {
    /** No other detector. */
    public static final Others NONE =
        new Others(
            Float.NaN, Float.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  }
}
