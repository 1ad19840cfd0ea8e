package dev.residua.commissioning;

import dev.residua.drift.CalibrationPhase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Status of the commissioning of a source, for people.
 *
 * @param revision of the calibration in force; 0 is the model's own
 * @param progress of the learning, in [0, 1]
 * @param provisional whether the calibration in force does not cover a whole day
 * @param reasons why it still learns or needs a review, or the costs of an armed source, one
 *     sentence each
 * @param proposals to learn again, of a source that is armed
 */
public record CommissioningStatus(
    CalibrationPhase phase,
    int revision,
    double progress,
    boolean provisional,
    List<String> reasons,
    List<RecalibrationProposal> proposals) {
  /** Parts of the progress that are news. */
  private static final int STEPS = 10;

  /** A source that is watched with the model's own calibration. */
  public static final CommissioningStatus MODEL =
      new CommissioningStatus(CalibrationPhase.MODEL, 0, 1, false, List.of());

  public CommissioningStatus {
    reasons = List.copyOf(reasons);
    proposals = List.copyOf(proposals);
    if (revision < 0 || !(progress >= 0 && progress <= 1)) {
      throw new IllegalArgumentException(
          "commissioning has revision %d and progress %s".formatted(revision, progress));
    }
  }

  /** A status without proposals. */
  public CommissioningStatus(
      CalibrationPhase phase,
      int revision,
      double progress,
      boolean provisional,
      List<String> reasons) {
    this(phase, revision, progress, provisional, reasons, List.of());
  }

  /** The same status with proposals to learn again. */
  public CommissioningStatus with(List<RecalibrationProposal> proposed) {
    return new CommissioningStatus(phase, revision, progress, provisional, reasons, proposed);
  }

  /** The reasons, and that it is proposed to learn again, one sentence each. */
  public List<String> notes() {
    if (proposals.isEmpty()) {
      return reasons;
    }
    List<String> notes = new ArrayList<>(reasons);
    notes.add(
        RecalibrationProposal.note(
            proposals.stream().map(RecalibrationProposal::subject).toList()));
    return notes;
  }

  /**
   * Returns true if it differs from the last published status by more than a little progress.
   * Reasons change a number of times that grows with the logarithm of the frames.
   *
   * @param before the last published status of the source; null if there is none
   */
  public boolean isNewsAfter(@Nullable CommissioningStatus before) {
    return before == null
        || phase != before.phase
        || revision != before.revision
        || provisional != before.provisional
        || !proposals.equals(before.proposals)
        || (int) (STEPS * progress) != (int) (STEPS * before.progress)
        || !reasons.equals(before.reasons);
  }
}
