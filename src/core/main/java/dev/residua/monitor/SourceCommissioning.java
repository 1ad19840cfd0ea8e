package dev.residua.monitor;

import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.drift.CalibrationPhase;
import dev.residua.source.SourceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Commissioning of one source under one model, in each of its contexts. Once the source has learned
 * in one context, few frames are enough for a first calibration in another. Mutable, for one
 * thread.
 */
final class SourceCommissioning {
  private final MonitorModel model;
  private final List<String> names = new ArrayList<>();
  private final List<ContextCommissioning> contexts = new ArrayList<>();
  private final ContextCommissioning none; // of a frame in one context too many
  private int current = -1;

  /**
   * Starts with a source that was never seen under this model.
   *
   * @param model with a reference for sources that learn
   */
  SourceCommissioning(MonitorModel model) {
    this.model = model;
    this.none = new ContextCommissioning(model);
  }

  /**
   * Changes to the context of the next frame.
   *
   * @return whether other thresholds may be in force
   */
  boolean enter(String context) {
    if (current >= 0 && names.get(current).equals(context)) {
      return false;
    }
    int before = current;
    current = names.indexOf(context);
    if (current < 0 && names.size() < SourceContext.MAX_LEARNED) {
      names.add(context);
      contexts.add(new ContextCommissioning(model));
      current = names.size() - 1;
    }
    now().enter();
    return current != before;
  }

  /** Returns the commissioning in the context of the last frame. */
  ContextCommissioning now() {
    return current < 0 ? none : contexts.get(current);
  }

  /** Returns true if there is a normal that can be shifted, and nothing needs a review. */
  boolean hasNormal() {
    return now().calibration().isPresent()
        && contexts.stream().noneMatch(ContextCommissioning::needsReview);
  }

  /** Returns the status of the present context, and of all that need a review. */
  CommissioningStatus status() {
    CommissioningStatus status = withoutProposals();
    List<RecalibrationProposal> proposals = new ArrayList<>();
    for (int i = 0; i < contexts.size() && status.phase() == CalibrationPhase.ARMED; i++) {
      contexts.get(i).addProposals(names.get(i), proposals);
    }
    return proposals.isEmpty() ? status : status.with(proposals);
  }

  private CommissioningStatus withoutProposals() {
    if (names.size() == 1 && current == 0) {
      return now().status();
    }
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < contexts.size(); i++) {
      if (contexts.get(i).needsReview()) {
        reasons.addAll(reasons(i));
      }
    }
    CommissioningStatus status = now().status();
    CalibrationPhase phase = reasons.isEmpty() ? status.phase() : CalibrationPhase.NEEDS_REVIEW;
    if (reasons.isEmpty() && current >= 0) {
      reasons.addAll(reasons(current));
    } else if (reasons.isEmpty()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "only %d contexts can be learned, and this is another",
              SourceContext.MAX_LEARNED));
    }
    return new CommissioningStatus(
        phase, status.revision(), status.progress(), status.provisional(), reasons);
  }

  private List<String> reasons(int context) {
    String name = names.get(context).isEmpty() ? "no context" : names.get(context);
    return contexts.get(context).status().reasons().stream().map(why -> name + ": " + why).toList();
  }

  boolean learn(ScoredFrame frame, float[] own, float @Nullable [] numbers, boolean leaveOut) {
    return current >= 0 && now().learn(frame, own, numbers, leaveOut, lent());
  }

  /**
   * Watches over a long time whether p-values are uniform.
   *
   * @param counts whether the last frame is to count: the source is armed, and it shows nothing
   *     that is not normal
   */
  void watchUniformity(Instant at, boolean counts) {
    if (counts) {
      now().countForUniformity(at);
    } else {
      contexts.forEach(ContextCommissioning::interruptUniformity);
    }
  }

  /** Returns the distribution of the innovations in the first other context that has one. */
  private @Nullable InnovationDistribution lent() {
    for (int i = 0; i < contexts.size(); i++) {
      InnovationDistribution distribution = i == current ? null : contexts.get(i).distribution();
      if (distribution != null) {
        return distribution;
      }
    }
    return null;
  }

  /** Accepts the calibrations that need a review in all contexts; true if there was one. */
  boolean accept() {
    boolean any = false;
    for (ContextCommissioning context : contexts) {
      any |= context.accept();
    }
    return any;
  }

  /**
   * Learns again in all contexts, compared with the calibration accepted last, which stays in force
   * meanwhile; true if another calibration is now in force.
   */
  boolean again() {
    boolean any = false;
    for (ContextCommissioning context : contexts) {
      any |= context.again();
    }
    return any;
  }

  /**
   * Learns again in all contexts. In the present one nothing of the parts with an alarm is in force
   * meanwhile: frames during an alarm would else be left out, and the alarm would never end.
   *
   * @param ofResiduals whether an alarm of the residuals is on
   * @param ofPicture whether one of the picture is on
   */
  void againUnwatched(boolean ofResiduals, boolean ofPicture) {
    for (int i = 0; i < contexts.size(); i++) {
      if (i == current) {
        contexts.get(i).againUnwatched(ofResiduals, ofPicture);
      } else {
        contexts.get(i).again();
      }
    }
  }

  void shifted() {
    contexts.forEach(ContextCommissioning::shifted);
  }

  CommissioningState state() {
    List<CommissioningState.Context> states = new ArrayList<>();
    for (int i = 0; i < contexts.size(); i++) {
      states.add(contexts.get(i).state(names.get(i)));
    }
    return new CommissioningState(states, current);
  }

  /** Continues from a state of the same model. */
  static SourceCommissioning restore(MonitorModel model, CommissioningState state) {
    SourceCommissioning restored = new SourceCommissioning(model);
    for (CommissioningState.Context context : state.contexts()) {
      restored.names.add(context.name());
      restored.contexts.add(ContextCommissioning.restore(model, context));
    }
    restored.current = state.current();
    return restored;
  }

  /** Continues from a state of the same model after frames that it has not seen. */
  static SourceCommissioning resume(MonitorModel model, CommissioningState state) {
    return restore(model, new CommissioningState(state.contexts(), -1));
  }
}
