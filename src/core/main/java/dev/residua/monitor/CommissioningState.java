package dev.residua.monitor;

import dev.residua.commissioning.Commissioning;
import dev.residua.commissioning.CommissioningBounds;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.InnovationFilter.State;
import dev.residua.commissioning.UniformityWatch;
import dev.residua.source.SourceContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * State of a source that learns its own normal.
 *
 * @param contexts states in each context, in the order in which they appeared
 * @param current index of the context of the last frame; -1 before the next frame
 */
public record CommissioningState(List<Context> contexts, int current) {
  public CommissioningState {
    contexts = List.copyOf(contexts);
    if (current < -1 || current >= contexts.size() || contexts.size() > SourceContext.MAX_LEARNED) {
      throw new IllegalArgumentException(
          "commissioning is in context %d of %d, expected at most %d"
              .formatted(current, contexts.size(), SourceContext.MAX_LEARNED));
    }
  }

  /**
   * State in one context.
   *
   * @param filter last residuals; null if no calibration of them is in force
   * @param distribution distribution of the innovations of the residuals; null with the filter
   * @param uniformity of the p-values; null with the filter, or to be watched from the next frame
   * @param pictureFilter last numbers of the picture
   */
  public record Context(
      String name,
      Commissioning.State residuals,
      @Nullable State filter,
      @Nullable InnovationDistribution distribution,
      UniformityWatch.@Nullable State uniformity,
      Commissioning.State picture,
      @Nullable State pictureFilter) {
    private boolean canWait() {
      return filter != null
          && !(residuals.outcome() instanceof NeedsReview)
          && !(picture.outcome() instanceof NeedsReview);
    }

    private Context withoutFrames() {
      return new Context(
          name,
          withoutFrames(residuals),
          filter,
          distribution,
          null,
          withoutFrames(picture),
          pictureFilter);
    }

    private static Commissioning.State withoutFrames(Commissioning.State state) {
      return Commissioning.restore(
              state, CommissioningBounds.DEFAULTS, Commissioning.ENOUGH_SAMPLES)
          .withoutFrames()
          .state();
    }
  }

  /**
   * Returns the state to keep while another model scores the source: the calibrations in force,
   * without the frames that they are learned from. Empty if there is none, or it needs a review.
   */
  Optional<CommissioningState> parked() {
    List<Context> kept =
        contexts.stream().filter(Context::canWait).map(Context::withoutFrames).toList();
    return kept.isEmpty() ? Optional.empty() : Optional.of(new CommissioningState(kept, -1));
  }
}
