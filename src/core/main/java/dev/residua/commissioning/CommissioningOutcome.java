package dev.residua.commissioning;

import java.util.List;

/** Outcome of the commissioning of one source and model so far. */
public sealed interface CommissioningOutcome {
  /**
   * The source still learns; only faults of its sensor open incidents.
   *
   * @param why it is not armed, for people
   * @param progress in [0, 1]
   */
  record Learning(String why, double progress) implements CommissioningOutcome {
    public Learning {
      if (!(progress >= 0 && progress <= 1)) {
        throw new IllegalArgumentException("progress must be in [0, 1] but was " + progress);
      }
    }
  }

  /**
   * The source is watched.
   *
   * @param calibration in force
   * @param stage time that it covers
   */
  record Armed(SourceCalibration calibration, Stage stage) implements CommissioningOutcome {}

  /**
   * The source differs too much from the accepted normal to count as normal. A person accepts it or
   * corrects the camera.
   *
   * @param calibration that would be in force if it were accepted
   * @param differences shifts beyond the bounds, at least one
   */
  record NeedsReview(SourceCalibration calibration, List<CalibrationShift> differences)
      implements CommissioningOutcome {
    public NeedsReview {
      differences = List.copyOf(differences);
      if (differences.isEmpty()) {
        throw new IllegalArgumentException("a review needs at least one difference");
      }
    }
  }

  /** Time that a calibration covers. */
  enum Stage {
    /** Windows up to an hour. */
    FAST,

    /** All windows: the frames cover a full day. */
    SLOW
  }
}
