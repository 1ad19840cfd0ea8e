package dev.residua.drift;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The distribution of the residuals has left, or come back to, its reference.
 *
 * @param kind onset or end
 * @param channel the numbers that changed
 * @param statistic detector statistic at the event
 * @param threshold threshold in use
 * @param targetRunLength average run length to a false alarm that the threshold is set for, in
 *     frames
 * @param estimatedRunLength run length estimated when the threshold was set, in frames
 * @param condition assumption under which the run length is valid
 * @param window window length that found the change, in frames
 * @param changePoint estimated begin of the change, if known
 */
@RecordBuilder
public record DriftEvent(
    Finding finding,
    Kind kind,
    Channel channel,
    double statistic,
    double threshold,
    double targetRunLength,
    double estimatedRunLength,
    String condition,
    int window,
    @Nullable ChangePoint changePoint)
    implements DriftEventBuilder.With {
  /** Input of a detector. */
  public enum Channel {
    /** The standardised structural residuals: mechanisms and roots. */
    RESIDUAL,
    /** Reconstruction error and static pixels: the picture and whether the model knows it. */
    PICTURE,
    /** The joint p-values, by an e-detector that is valid at any time. Opens no incident. */
    EVIDENCE
  }

  /** Which end of a drift. */
  public enum Kind {
    /** The statistic reached its threshold. */
    ONSET,
    /** The statistic stayed below the lower level long enough. */
    END
  }
}
