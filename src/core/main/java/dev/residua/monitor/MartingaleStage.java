package dev.residua.monitor;

import dev.residua.drift.ConformalMartingale;

/**
 * Stage that bets on small joint p-values, independently of the detectors. A crossing is an event
 * and opens no incident. Mutable, for one thread. Its state is a {@link ConformalMartingale}.
 */
final class MartingaleStage {
  private final Findings findings;
  private ConformalMartingale martingale;

  MartingaleStage(MonitorModel model, ConformalMartingale state) {
    this.findings = new Findings(model);
    this.martingale = state;
  }

  /**
   * Returns a martingale that has seen no frame.
   *
   * @param scores calibration scores behind the p-values
   */
  static ConformalMartingale start(int scores) {
    return ConformalMartingale.start(Math.max(ConformalMartingale.MIN_SCORES, scores));
  }

  ConformalMartingale state() {
    return martingale;
  }

  void restart(int scores) {
    martingale = start(scores);
  }

  /** Returns the logarithm of the e-detector; NaN before the first frame. */
  double logEvidence() {
    return martingale.frames() == 0 ? Double.NaN : martingale.logDetector();
  }

  /**
   * Adds the p-value of a frame. Starts again after a crossing once the residuals are quiet.
   *
   * @param fault whether the camera has a fault
   */
  void next(
      MonitoredFrame frame,
      Normalized normal,
      CommissioningStage commissioning,
      ChangeStage change,
      boolean fault) {
    int scores = commissioning.scores();
    double runLength = change.runLength();
    boolean noneToPromise = scores < ConformalMartingale.MIN_SCORES;
    boolean reported = martingale.detectorCrosses(runLength);
    if (fault
        || noneToPromise
        || martingale.calibrationScores() > scores // those of another context
        || (reported && !change.residuals().alarm().drifting())) {
      restart(scores);
      reported = false;
    }
    if (reported || fault || noneToPromise) {
      return;
    }
    martingale = martingale.next(commissioning.jointPValue(normal));
    if (martingale.detectorCrosses(runLength)) {
      frame
          .events()
          .drifts
          .add(
              findings.evidence(
                  frame.scored(),
                  martingale.logDetector(),
                  runLength,
                  martingale.frames(),
                  commissioning.isOwn() ? change.residuals().thresholds.condition() : null));
    }
  }
}
