package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Effect;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import dev.residua.dynamics.DynamicChange;
import dev.residua.dynamics.DynamicHistory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of a source's mechanisms, as its last frames show it: kind and causes.
 *
 * @param kind kind of change
 * @param causes causes, most likely first; empty if none can be named
 * @param statistic largest standardised statistic of the first cause, or of all latents if there is
 *     no cause; for a changed picture the share of frames; dimensionless
 * @param threshold value of {@code statistic} from which a cause is named
 * @param pValue p-value of the first cause, corrected for all tests, in (0, 1]; NaN for a changed
 *     or frozen picture, and for a cause that only the alarm shows
 * @param condition assumption under which p-value and threshold hold
 * @param summary the change for people
 * @param edges influence of the direct causes of the first cause; empty if it has none, if no
 *     latent is named and if only single frames are off
 * @param effect effect on the first cause with its minimum; without a cause, the largest effect
 *     over its minimum among the latents that the alarm names, or among all if it names none. Null
 *     without a minimum
 */
public record Diagnosis(
    InterventionKind kind,
    List<Finding.Cause> causes,
    double statistic,
    double threshold,
    double pValue,
    String condition,
    Summary summary,
    List<EdgeReading> edges,
    @Nullable Effect effect) {
  /** Level of false discoveries among the causes. */
  public static final double LEVEL = 0.01;

  /** Frames after an alarm at which a change can be diagnosed from few of its frames. */
  public static final int PATIENCE = 32;

  /** Frames that a diagnosis at that time looks at, at most: those since the change point. */
  public static final int WINDOW = 64;

  public Diagnosis {
    causes = List.copyOf(causes);
    edges = List.copyOf(edges);
  }

  /**
   * Evaluates the last frames of a window, which should be those since the change, though a quarter
   * of them, the oldest, may be from before it.
   *
   * <p>Of every latent mean and variance of its residual are tested, its largest size, and for
   * latents with causes its dependence on the prediction and on the causes; frames whose causes are
   * outside the support known from training are left out of a latent's tests, and latents for which
   * fewer than {@link MechanismReference#MIN_WINDOW} frames remain are not tested. False
   * discoveries are held at {@link #LEVEL} by the procedure of Benjamini and Yekutieli, which needs
   * no assumption on how tests depend on one another. Latents with a discovery are the causes, the
   * largest standardised statistic first: a residual shows only its own mechanism, so effects
   * further down the graph need no further correction.
   *
   * <p>Of the first cause every edge is read off the newer three quarters of the frames by a
   * regression of its residual on the contribution of each direct cause to the prediction, with
   * errors that may be autocorrelated; see {@link EdgeReading}. A latent that one of its causes
   * still moves is a changed mechanism, not one that is drawn from its own distribution.
   *
   * <p>If the equation of the first cause uses earlier frames, its kind is the change of one number
   * that explains the innovations best, see {@link DynamicChange}.
   *
   * <p>A change may be too small for so few frames. If they do not show what it is, but a chart of
   * more frames alarms, and its largest mean is that of a latent whose equation uses earlier
   * frames, the change is a constant push or an offset of that latent.
   *
   * <p>Causes whose effect is below its minimum come last. The effect is the change of the reading
   * relative to the normal of the source: for an offset or a moved mean the mean change, for single
   * outliers the largest one, for a push the rate times the time since the change, otherwise the
   * mean absolute change in the newer three quarters of the frames. It is unknown for categories,
   * for roots that are held or drawn from another distribution, and for other changes of equations
   * that use earlier frames.
   *
   * <p>O(frames d p^2).
   *
   * @param reference of this model
   * @param graph of this model
   * @param scales of its latents, for the summary
   * @param frames at least {@link MechanismReference#MIN_WINDOW}, at most {@link
   *     MechanismWindow#size}
   * @param history last frames under equations that use earlier frames; null if none does
   * @param alarmed means of the residuals over the frames of the chart that leads
   * @param minimums smallest effects that matter
   * @throws IllegalArgumentException if the parts do not belong together or there are too few
   *     frames
   */
  public static Diagnosis of(
      MechanismReference reference,
      CausalGraph graph,
      FactorScales scales,
      MechanismWindow window,
      int frames,
      @Nullable DynamicHistory history,
      AlarmedMeans alarmed,
      EffectMinimums minimums) {
    if (!reference.fits(graph) || window.latents() != graph.size()) {
      throw new IllegalArgumentException(
          "reference of %d latents, graph '%s' and window of %d latents do not belong together"
              .formatted(reference.latents(), graph, window.latents()));
    }
    if (frames < MechanismReference.MIN_WINDOW || frames > window.size()) {
      throw new IllegalArgumentException(
          "a diagnosis needs %d to %d frames but was asked for %d"
              .formatted(MechanismReference.MIN_WINDOW, window.size(), frames));
    }
    return new Diagnoser(reference, graph, scales, window, frames, history, alarmed, minimums)
        .run();
  }

  /** Diagnoses without the means of an alarm and without minimums. */
  public static Diagnosis of(
      MechanismReference reference,
      CausalGraph graph,
      FactorScales scales,
      MechanismWindow window,
      int frames,
      @Nullable DynamicHistory history) {
    return of(
        reference, graph, scales, window, frames, history, AlarmedMeans.NONE, EffectMinimums.NONE);
  }

  /** Diagnoses latents without scales. */
  public static Diagnosis of(
      MechanismReference reference, CausalGraph graph, MechanismWindow window, int frames) {
    return of(reference, graph, FactorScales.NONE, window, frames, null);
  }

  /** Kind of the intervention that a change of an equation over time is. */
  public static InterventionKind kind(DynamicChange.Kind change) {
    return switch (change) {
      case PUSH -> InterventionKind.BALANCE_CHANGE;
      case OFFSET -> InterventionKind.OFFSET;
      case GAIN -> InterventionKind.MECHANISM_CHANGE;
      case RESPONSE -> InterventionKind.RESPONSE_CHANGE;
      case DELAY -> InterventionKind.DELAY_CHANGE;
      case HELD -> InterventionKind.HARD_INTERVENTION;
    };
  }
}
