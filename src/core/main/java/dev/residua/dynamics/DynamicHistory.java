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

  /**
   * The lasting change behind a mean of the innovations of a variable over a long time: a push of a
   * variable whose causes act on its rate, an offset of any other. A long time shows no other
   * change as a mean.
   *
   * @param mean in units of the variable
   * @param standardErrors of the mean from 0
   */
  public DynamicChange lasting(int variable, double mean, double standardErrors) {
    double end = model.lastingChange(variable, state.usualStep(model.stepSeconds())).end();
    return new DynamicChange(
        model.equations().get(variable).memory().actsOnRate()
            ? DynamicChange.Kind.PUSH
            : DynamicChange.Kind.OFFSET,
        -1,
        mean / end,
        standardErrors * standardErrors / 2);
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
