package dev.residua.monitor;

import dev.residua.commissioning.Commissioning;
import dev.residua.commissioning.CommissioningBounds;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.InnovationLaw;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a source needs to go on learning what is normal for it.
 *
 * @param residuals how far the residuals are
 * @param filter last residuals; null where no calibration of them is in force
 * @param law of the innovations of the residuals; null with the filter
 * @param picture the same for the picture
 * @param pictureFilter last numbers of the picture
 */
public record CommissioningState(
    Commissioning.State residuals,
    InnovationFilter.@Nullable State filter,
    @Nullable InnovationLaw law,
    Commissioning.State picture,
    InnovationFilter.@Nullable State pictureFilter) {
  /**
   * What is kept while another model scores the source: without the frames that it learns from.
   * Empty where no calibration is in force, or something needs a review.
   */
  Optional<CommissioningState> parked() {
    if (filter == null
        || residuals.outcome() instanceof NeedsReview
        || picture.outcome() instanceof NeedsReview) {
      return Optional.empty();
    }
    return Optional.of(
        new CommissioningState(
            withoutFrames(residuals), filter, law, withoutFrames(picture), pictureFilter));
  }

  private static Commissioning.State withoutFrames(Commissioning.State state) {
    return Commissioning.restore(state, CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES)
        .withoutFrames()
        .state();
  }
}
