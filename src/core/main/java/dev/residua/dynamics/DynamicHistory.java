package dev.residua.dynamics;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The last frames of a source under equations that use earlier frames.
 *
 * @param model equations
 * @param state after the last frame
 * @param before change that explained earlier frames; null if there is none
 */
public record DynamicHistory(DynamicModel model, DynamicState state, @Nullable Before before) {
  /** Kind of change of a variable that explained earlier frames. */
  public record Before(int variable, DynamicChange.Kind kind) {}

  /** A history before any change is known. */
  public DynamicHistory(DynamicModel model, DynamicState state) {
    this(model, state, null);
  }

  /** The same frames after a change that is known. */
  public DynamicHistory after(Before change) {
    return new DynamicHistory(model, state, change);
  }

  /** Returns true if the equation of a variable uses earlier frames. */
  public boolean explains(int variable) {
    return model.usesHistory(variable);
  }

  /**
   * Finds the change of an equation that explains the newest frames best, see {@link
   * DynamicChange}.
   */
  public Optional<DynamicChange> change(int variable, int frames) {
    DynamicChange.Kind kind =
        before != null && before.variable() == variable ? before.kind() : null;
    return DynamicChange.of(model, state, variable, frames, kind);
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
