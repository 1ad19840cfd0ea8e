package dev.residua.teaching;

import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtHold;
import java.util.ArrayList;
import java.util.List;

/**
 * One change of the teaching. Each states its expected former state, so of two people who change
 * one thing at the same time the second one is refused.
 */
public sealed interface TeachingChange {
  /**
   * The state after the change.
   *
   * @throws TeachingConflictException if the state is not the expected one
   * @throws IllegalArgumentException if the change names a frame or a factor that does not exist
   */
  TeachingState applyTo(TeachingState state) throws TeachingConflictException;

  /** The change that undoes this one. */
  TeachingChange inverse();

  /** Description of the change, such as {@code 45 answers on level}. */
  String description();

  /**
   * A new factor.
   *
   * @param at its place among the factors; the end if there are fewer
   */
  record FactorAdded(int at, TaughtFactor factor) implements TeachingChange {
    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      if (state.factors().stream().anyMatch(f -> f.name().equalsIgnoreCase(factor.name()))) {
        throw new TeachingConflictException(
            "there is a factor '%s' already".formatted(factor.name()));
      }
      List<TaughtFactor> factors = new ArrayList<>(state.factors());
      factors.add(Math.min(at, factors.size()), factor);
      return state.withFactors(factors);
    }

    @Override
    public TeachingChange inverse() {
      return new FactorRemoved(at, factor);
    }

    @Override
    public String description() {
      return "factor " + factor.name();
    }
  }

  /** A factor without answers, holds and labels is removed. */
  record FactorRemoved(int at, TaughtFactor factor) implements TeachingChange {
    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      if (!state.factors().contains(factor)) {
        throw new TeachingConflictException(
            "factor '%s' was changed or removed".formatted(factor.name()));
      }
      if (state.isTaught(factor.name())) {
        throw new TeachingConflictException(
            "something was taught about '%s': undo that first".formatted(factor.name()));
      }
      List<TaughtFactor> factors = new ArrayList<>(state.factors());
      factors.remove(factor);
      return state.withFactors(factors);
    }

    @Override
    public TeachingChange inverse() {
      return new FactorAdded(at, factor);
    }

    @Override
    public String description() {
      return "removal of factor " + factor.name();
    }
  }

  /** Another range of a slider. */
  record RangeChanged(TaughtFactor before, TaughtFactor after) implements TeachingChange {
    public RangeChanged {
      if (!before.name().equals(after.name())) {
        throw new IllegalArgumentException(
            "a range is changed of %s, not of %s".formatted(before.name(), after.name()));
      }
    }

    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      int at = state.factors().indexOf(before);
      if (at < 0) {
        throw new TeachingConflictException(
            "the range of '%s' was changed by somebody else".formatted(before.name()));
      }
      List<TaughtFactor> factors = new ArrayList<>(state.factors());
      factors.set(at, after);
      return state.withFactors(factors);
    }

    @Override
    public TeachingChange inverse() {
      return new RangeChanged(after, before);
    }

    @Override
    public String description() {
      return "range of " + before.name();
    }
  }

  /** Answers on one factor, of one comparison or of a sorted series. */
  record AnswersAdded(List<TaughtAnswer> answers) implements TeachingChange {
    public AnswersAdded {
      answers = List.copyOf(answers);
      checkOneFactor(answers);
    }

    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      for (TaughtAnswer answer : answers) {
        checkFrame(state, Math.max(answer.frameA(), answer.frameB()));
      }
      checkFactor(state, answers.get(0).factor());
      List<TaughtAnswer> all = new ArrayList<>(state.answers());
      all.addAll(answers);
      return state.withAnswers(all);
    }

    @Override
    public TeachingChange inverse() {
      return new AnswersRemoved(answers);
    }

    @Override
    public String description() {
      return describe(answers);
    }
  }

  /** Answers are taken back. */
  record AnswersRemoved(List<TaughtAnswer> answers) implements TeachingChange {
    public AnswersRemoved {
      answers = List.copyOf(answers);
      checkOneFactor(answers);
    }

    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      List<TaughtAnswer> all = new ArrayList<>(state.answers());
      for (TaughtAnswer answer : answers) {
        int last = all.lastIndexOf(answer);
        if (last < 0) {
          throw new TeachingConflictException("the answer was removed already");
        }
        all.remove(last);
      }
      return state.withAnswers(all);
    }

    @Override
    public TeachingChange inverse() {
      return new AnswersAdded(answers);
    }

    @Override
    public String description() {
      return "removal of " + describe(answers);
    }
  }

  /** A run in which a factor was fixed. */
  record HoldAdded(TaughtHold hold) implements TeachingChange {
    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      checkFrame(state, hold.last());
      checkFactor(state, hold.factor());
      for (TaughtHold other : state.holds()) {
        if (other.factor().equals(hold.factor())
            && other.first() <= hold.last()
            && hold.first() <= other.last()) {
          throw new TeachingConflictException(
              "%s is marked as held in frames %d to %d already"
                  .formatted(hold.factor(), other.first(), other.last()));
        }
      }
      List<TaughtHold> holds = new ArrayList<>(state.holds());
      holds.add(hold);
      return state.withHolds(holds);
    }

    @Override
    public TeachingChange inverse() {
      return new HoldRemoved(hold);
    }

    @Override
    public String description() {
      return "%s held in frames %d to %d".formatted(hold.factor(), hold.first(), hold.last());
    }
  }

  /** A run is no longer marked. */
  record HoldRemoved(TaughtHold hold) implements TeachingChange {
    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      List<TaughtHold> holds = new ArrayList<>(state.holds());
      if (!holds.remove(hold)) {
        throw new TeachingConflictException("the run is no longer marked");
      }
      return state.withHolds(holds);
    }

    @Override
    public TeachingChange inverse() {
      return new HoldAdded(hold);
    }

    @Override
    public String description() {
      return "removal of " + inverse().description();
    }
  }

  /**
   * A number for a factor in a frame.
   *
   * @param before the number that the person saw, NaN for none
   * @param after the new one, NaN for none
   */
  record Labelled(int frame, String factor, double before, double after) implements TeachingChange {
    public Labelled {
      if (Double.isInfinite(before) || Double.isInfinite(after)) {
        throw new IllegalArgumentException("a label is a finite number");
      }
    }

    @Override
    public TeachingState applyTo(TeachingState state) throws TeachingConflictException {
      checkFrame(state, frame);
      checkFactor(state, factor);
      double now = state.labels().value(frame, factor);
      if (Double.compare(now, before) != 0) {
        throw new TeachingConflictException(
            "%s of frame %d was changed to %s by somebody else"
                .formatted(factor, frame, Double.isNaN(now) ? "nothing" : now));
      }
      return state.withLabels(state.labels().with(frame, factor, after));
    }

    @Override
    public TeachingChange inverse() {
      return new Labelled(frame, factor, after, before);
    }

    @Override
    public String description() {
      return Double.isNaN(after)
          ? "removal of %s of frame %d".formatted(factor, frame)
          : "%s of frame %d".formatted(factor, frame);
    }
  }

  private static void checkFrame(TeachingState state, int frame) {
    if (frame < 0 || frame >= state.labels().frames()) {
      throw new IllegalArgumentException(
          "there is no frame %d, the set has the frames 0 to %d"
              .formatted(frame, state.labels().frames() - 1));
    }
  }

  private static void checkFactor(TeachingState state, String factor) {
    if (state.factor(factor).isEmpty()) {
      throw new IllegalArgumentException(
          "there is no factor '%s': name it first".formatted(factor));
    }
  }

  private static void checkOneFactor(List<TaughtAnswer> answers) {
    if (answers.stream().map(TaughtAnswer::factor).distinct().count() != 1) {
      throw new IllegalArgumentException("a change has answers on exactly one factor");
    }
  }

  private static String describe(List<TaughtAnswer> answers) {
    return "%d answer%s on %s"
        .formatted(answers.size(), answers.size() == 1 ? "" : "s", answers.get(0).factor());
  }
}
