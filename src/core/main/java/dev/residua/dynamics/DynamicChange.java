package dev.residua.dynamics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The change of one equation with memory or delay that explains its newest innovations best: a
 * generalized likelihood ratio among changes of one number, and readings at one value.
 *
 * <p>Source: Willsky and Jones, A Generalized Likelihood Ratio Approach to the Detection and
 * Estimation of Jumps in Linear Systems, IEEE Transactions on Automatic Control (1976). The
 * signature of a change is taken from the filter by a finite difference.
 *
 * @param kind kind of change
 * @param cause index of the cause among those of the equation, for {@link Kind#GAIN} and {@link
 *     Kind#DELAY}; else -1
 * @param size see {@link Kind}
 * @param nats logarithm of the likelihood ratio, at least 0
 */
public record DynamicChange(Kind kind, int cause, double size, double nats) {
  /** Kind of a change. */
  public enum Kind {
    /** A constant push of the state, in units per second. */
    PUSH,
    /** A constant that is added to the readings, in units. */
    OFFSET,
    /** A cause acts more or less; its new influence over the trained one. */
    GAIN,
    /** All rates of change differ: their ratio to the trained ones. */
    RESPONSE,
    /** A cause acts earlier or later: its new delay, in seconds. */
    DELAY,
    /** The readings stay at one value, in units. */
    HELD
  }

  /** Longest delay that is tried, in steps of the training. */
  private static final int MAX_DELAY_STEPS = 30;

  /** Part of a deviation, or of an influence, for finite differences. */
  private static final double SMALL = 1e-3;

  /** Nats for the spread of held readings, the second number of that change. */
  private static final double OF_SPREAD = 2;

  /** Nats by which another kind must explain later frames better than the kind found first. */
  private static final double TO_REVISE = 8;

  /**
   * Finds the best explanation.
   *
   * @param history ends with the frame of the diagnosis
   * @param variable with memory or delayed causes
   * @param frames number of newest frames that show the change, at most those of the history
   * @param before kind that explained earlier frames of this change, which is kept if it explains
   *     these nearly as well: once the variable has settled, a push, a slower response and a weaker
   *     cause look much the same; null if there is none
   * @return empty if no frame has a known innovation
   */
  public static Optional<DynamicChange> of(
      DynamicModel model, DynamicState history, int variable, int frames, @Nullable Kind before) {
    int shown = Math.min(frames, history.times().length);
    List<DynamicChange> found = new Search(model, history, variable, shown).candidates();
    Comparator<DynamicChange> byNats = Comparator.comparingDouble(DynamicChange::nats);
    Optional<DynamicChange> best = found.stream().max(byNats);
    Optional<DynamicChange> same = found.stream().filter(c -> c.kind() == before).max(byNats);
    return same.filter(c -> c.nats() >= best.orElse(c).nats() - TO_REVISE).or(() -> best);
  }

  private static final class Search {
    private final DynamicModel model;
    private final DynamicState history;
    private final int variable;
    private final int frames;
    private final DynamicEquation trained;
    private final double[][] now;
    private final List<DynamicChange> found = new ArrayList<>();

    Search(DynamicModel model, DynamicState history, int variable, int frames) {
      this.model = model;
      this.history = history;
      this.variable = variable;
      this.frames = frames;
      this.trained = model.equations().get(variable);
      this.now = model.again(history, variable, trained, 0, frames);
    }

    List<DynamicChange> candidates() {
      double deviation = model.regularDeviation(variable);
      if (trained.memory().actsOnRate()) {
        double push = SMALL * deviation / model.stepSeconds();
        linear(Kind.PUSH, -1, 0, push, size -> changed(trained.pushed(size)));
      }
      double offset = SMALL * deviation;
      linear(
          Kind.OFFSET,
          -1,
          0,
          offset,
          size -> model.again(history, variable, trained, size, frames));
      for (int k = 0; k < trained.causes().size(); k++) {
        DelayedCause cause = trained.causes().get(k);
        int index = k;
        linear(
            Kind.GAIN,
            k,
            1,
            SMALL,
            size ->
                changed(
                    trained.withCause(
                        index,
                        new DelayedCause(
                            cause.variable(),
                            cause.delaySeconds(),
                            cause.effect().times(1 + size)))));
        delays(k, cause);
      }
      held(SMALL * deviation);
      if (trained.memory().actsOnRate()) {
        linear(Kind.RESPONSE, -1, 1, SMALL, size -> changed(trained.faster(1 + size)));
      }
      return found;
    }

    private double[][] changed(DynamicEquation equation) {
      return model.again(history, variable, equation, 0, frames);
    }

    /**
     * A change whose effect on innovations is proportional to its size, to first order.
     *
     * @param nominal size without a change
     */
    private void linear(
        Kind kind, int cause, double nominal, double small, DoubleFunction<double[][]> with) {
      double[][] moved = with.apply(small);
      double product = 0;
      double square = 0;
      for (int t = 0; t < frames; t++) {
        double signature = (now[0][t] - moved[0][t]) / (small * now[1][t]);
        double innovation = now[0][t] / now[1][t];
        if (!Double.isNaN(signature) && !Double.isNaN(innovation)) {
          product += signature * innovation;
          square += signature * signature;
        }
      }
      if (square > 0) {
        found.add(
            new DynamicChange(
                kind, cause, nominal + product / square, product * product / (2 * square)));
      }
    }

    private void delays(int index, DelayedCause cause) {
      double step = model.stepSeconds();
      DynamicChange best = null;
      for (int k = 0; k <= MAX_DELAY_STEPS && k * step <= DelayedCause.MAX_DELAY; k++) {
        DelayedCause other = new DelayedCause(cause.variable(), k * step, cause.effect());
        double saved = saved(changed(trained.withCause(index, other)));
        if (Math.abs(k * step - cause.delaySeconds()) > step / 2
            && (best == null || saved > best.nats())) {
          best = new DynamicChange(Kind.DELAY, index, k * step, Math.max(0, saved));
        }
      }
      if (best != null) {
        found.add(best);
      }
    }

    /** Normal readings around one value, against the innovations as they are. */
    private void held(double smallest) {
      int from = history.times().length - frames;
      int n = 0;
      double sum = 0;
      double square = 0;
      double before = 0;
      for (int t = 0; t < frames; t++) {
        double innovation = now[0][t] / now[1][t];
        if (!Double.isNaN(innovation)) {
          double reading = history.reading(from + t, variable);
          n++;
          sum += reading;
          square += reading * reading;
          before += innovation * innovation / 2 + Math.log(now[1][t]);
        }
      }
      if (n > 2) {
        double mean = sum / n;
        double spread = Math.max(smallest * smallest, square / n - mean * mean);
        double saved = before - n * (1 + Math.log(spread)) / 2 - OF_SPREAD;
        found.add(new DynamicChange(Kind.HELD, -1, mean, Math.max(0, saved)));
      }
    }

    private double saved(double[][] changed) {
      double saved = 0;
      for (int t = 0; t < frames; t++) {
        double before = now[0][t] / now[1][t];
        double after = changed[0][t] / changed[1][t];
        if (!Double.isNaN(before) && !Double.isNaN(after)) {
          saved += (before * before - after * after) / 2;
        }
      }
      return saved;
    }
  }
}
