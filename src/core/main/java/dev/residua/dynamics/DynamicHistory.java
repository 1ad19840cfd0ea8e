package dev.residua.dynamics;

import java.util.Optional;

/**
 * The last frames of a source under equations that use earlier frames.
 *
 * @param model equations
 * @param state after the last frame
 */
public record DynamicHistory(DynamicModel model, DynamicState state) {
  /** Returns true if the equation of a variable uses earlier frames. */
  public boolean explains(int variable) {
    return model.usesHistory(variable);
  }

  /**
   * Finds the change of an equation that explains the newest frames best, see {@link
   * DynamicChange}.
   */
  public Optional<DynamicChange> change(int variable, int frames) {
    return DynamicChange.of(model, state, variable, frames);
  }

  /** Index of a cause of a variable. */
  public int cause(int variable, DynamicChange change) {
    return model.equations().get(variable).causes().get(change.cause()).variable();
  }

  /** Trained delay of the cause of a change, in seconds. */
  public double delay(int variable, DynamicChange change) {
    return model.equations().get(variable).causes().get(change.cause()).delaySeconds();
  }
}
