package dev.residua.training;

/**
 * Two frames with one factor fixed, as if clamped, while everything else varied as usual. The
 * factor is known, its value is not.
 *
 * @param first index of a frame
 * @param second index of another
 * @param factor index into {@link TrainingData#factorNames}
 */
public record HeldPair(int first, int second, int factor) {
  public HeldPair {
    if (first < 0 || second < 0 || first == second) {
      throw new IllegalArgumentException(
          "a held pair needs two different frames from 0 on but has %d and %d"
              .formatted(first, second));
    }
    if (factor < 0) {
      throw new IllegalArgumentException(
          "the factor of a held pair must be at least 0 but was " + factor);
    }
  }
}
