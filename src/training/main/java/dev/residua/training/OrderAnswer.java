package dev.residua.training;

/**
 * A person's comparison of one factor in two frames.
 *
 * @param first index of a frame
 * @param second index of another
 * @param factor index into {@link TrainingData#factorNames}
 * @param sign 1 if the factor is higher in the first frame, -1 if in the second, 0 if it is equal
 */
public record OrderAnswer(int first, int second, int factor, int sign) {
  public OrderAnswer {
    if (first < 0 || second < 0 || first == second) {
      throw new IllegalArgumentException(
          "an answer compares two different frames from 0 on but has %d and %d"
              .formatted(first, second));
    }
    if (factor < 0) {
      throw new IllegalArgumentException(
          "the factor of an answer must be at least 0 but was " + factor);
    }
    if (sign < -1 || sign > 1) {
      throw new IllegalArgumentException(
          "the sign of an answer must be from -1 to 1 but was " + sign);
    }
  }
}
