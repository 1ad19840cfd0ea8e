package dev.residua.commissioning;

import dev.residua.drift.CalibrationPhase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the commissioning of a source is, for people.
 *
 * @param phase what the source does
 * @param revision of the calibration in force; 0 is the model's own
 * @param progress of the learning, in [0, 1]
 * @param provisional whether the calibration in force does not cover a whole day
 * @param reasons why it still learns or needs a review, one sentence each
 */
public record CommissioningStatus(
    CalibrationPhase phase,
    int revision,
    double progress,
    boolean provisional,
    List<String> reasons) {
  /** Parts of the progress that are news. */
  private static final int STEPS = 10;

  /** A source that is watched with the model's own calibration. */
  public static final CommissioningStatus MODEL =
      new CommissioningStatus(CalibrationPhase.MODEL, 0, 1, false, List.of());

  public CommissioningStatus {
    reasons = List.copyOf(reasons);
    if (revision < 0 || !(progress >= 0 && progress <= 1)) {
      throw new IllegalArgumentException(
          "commissioning has revision %d and progress %s".formatted(revision, progress));
    }
  }

  /**
   * Whether it differs from the last published status by more than a little progress.
   *
   * @param before the last published status of the source; null if there is none
   */
  public boolean isNewsAfter(@Nullable CommissioningStatus before) {
    return before == null
        || phase != before.phase
        || revision != before.revision
        || provisional != before.provisional
        || (int) (STEPS * progress) != (int) (STEPS * before.progress)
        || (phase != CalibrationPhase.LEARNING && !reasons.equals(before.reasons));
  }
}
