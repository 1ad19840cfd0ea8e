package dev.residua.detail;

import dev.residua.anomaly.ScoreCalibration;
import dev.residua.causal.DetailStatistics;
import dev.residua.frame.PixelMask;

/**
 * A model of details with the scores of its calibration frames.
 *
 * @param model scores pictures
 * @param calibration scores of normal frames from which nothing of the model was taken
 */
public record DetailChannel(DetailModel model, ScoreCalibration calibration) {
  /**
   * Evaluates a picture.
   *
   * @param picture unsigned bytes, {@code [height][width]} from {@code offset} on
   * @param mask pixels that do not count
   */
  public DetailStatistics statistics(byte[] picture, int offset, PixelMask mask) {
    DetailScore score = model.score(picture, offset, mask);
    return new DetailStatistics(
        score.score(), calibration.pValue(score.score()), score.across(), score.down());
  }
}
