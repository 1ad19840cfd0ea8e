package dev.residua.training.dynamics;

import dev.residua.dynamics.Memory;
import java.util.Arrays;

/**
 * Terms of an equation that is to be fitted.
 *
 * @param variable index of the effect
 * @param causes indices of the causes, each at most once
 * @param delays of the causes in steps, at least 0
 * @param straight set of the positions whose effects are straight lines, one bit each
 */
record CandidateEquation(int variable, Memory memory, int[] causes, int[] delays, int straight) {
  static CandidateEquation empty(int variable, Memory memory) {
    return new CandidateEquation(variable, memory, new int[0], new int[0], 0);
  }

  int size() {
    return causes.length;
  }

  /** Number of the first coefficient of the first cause. */
  int firstCause() {
    return switch (memory) {
      case NONE, INTEGRATOR -> 1;
      case SLOW_ERROR -> 2;
      case FIRST_ORDER -> 1 + SequenceBasis.OWN;
    };
  }

  /** Number of the first coefficient of the cause at a position. */
  int coefficient(int index) {
    return firstCause() + SequenceBasis.BASIS * index;
  }

  /** Numbers that a fit finds: see {@link FittedEquation#theta}. */
  int parameters() {
    return coefficient(causes.length) + (memory == Memory.NONE ? 0 : 1);
  }

  int indexOf(int cause) {
    for (int k = 0; k < causes.length; k++) {
      if (causes[k] == cause) {
        return k;
      }
    }
    return -1;
  }

  /** Appends a cause. */
  CandidateEquation with(int cause, int delay) {
    int[] more = Arrays.copyOf(causes, causes.length + 1);
    int[] later = Arrays.copyOf(delays, delays.length + 1);
    more[causes.length] = cause;
    later[causes.length] = delay;
    return new CandidateEquation(variable, memory, more, later, 0);
  }

  /** Removes the cause at a position. */
  CandidateEquation without(int index) {
    return new CandidateEquation(
        variable, memory, removed(causes, index), removed(delays, index), 0);
  }

  private static int[] removed(int[] all, int index) {
    int[] fewer = Arrays.copyOf(all, all.length - 1);
    System.arraycopy(all, index + 1, fewer, index, fewer.length - index);
    return fewer;
  }

  CandidateEquation withMemory(Memory other) {
    return new CandidateEquation(variable, other, causes, delays, straight);
  }

  CandidateEquation withStraight(int index) {
    return new CandidateEquation(variable, memory, causes, delays, straight | 1 << index);
  }

  /** Causes without delay, one bit each. */
  int instantaneous() {
    int set = 0;
    for (int k = 0; k < causes.length; k++) {
      set |= delays[k] == 0 ? 1 << causes[k] : 0;
    }
    return set;
  }
}
