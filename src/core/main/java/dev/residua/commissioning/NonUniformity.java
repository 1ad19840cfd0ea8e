package dev.residua.commissioning;

import java.time.Instant;

/**
 * Deviation of the p-values of one latent from the uniform distribution of its calibration. A
 * p-value is two-sided: twice the smaller of {@code u} and {@code 1 - u}, where {@code u} is the
 * rank of the innovation among those that the source learned from, in [0, 1].
 *
 * @param since capture time of the first frame of the first of the blocks that differ without a
 *     block in between that does not
 * @param samples effective samples of the last block
 * @param smallShare part of them with a p-value of at most {@value #SMALL}, in [0, 1]; {@value
 *     #SMALL} is promised
 * @param meanRank mean of {@code u}, in [0, 1]; 0.5 is promised
 * @param distance from the uniform distribution: Cohen's w over ten equal ranges of {@code u},
 *     minus the part that chance adds; 0.1 counts as small, 0.3 as medium, 0.5 as large
 * @param pValue of the test of homogeneity, see {@link UniformityWatch}
 */
public record NonUniformity(
    Instant since,
    long samples,
    double smallShare,
    double meanRank,
    double distance,
    double pValue) {
  /** A p-value up to which a sample counts as small. */
  public static final double SMALL = 0.2;

  /** Direction of the deviation. */
  public enum Direction {
    /** Alarms are more frequent than promised. */
    TOO_SMALL,

    /** Alarms are less frequent than promised, and faults are found late. */
    TOO_LARGE
  }

  public NonUniformity {
    if (samples < 1) {
      throw new IllegalArgumentException("samples must be at least 1 but was " + samples);
    }
    if (!(smallShare >= 0 && smallShare <= 1 && meanRank >= 0 && meanRank <= 1)) {
      throw new IllegalArgumentException(
          "small share and mean rank must be in [0, 1] but were %s and %s"
              .formatted(smallShare, meanRank));
    }
    if (!(distance >= 0 && pValue >= 0 && pValue <= 1)) {
      throw new IllegalArgumentException(
          "distance must be at least 0 and the p-value in [0, 1] but were %s and %s"
              .formatted(distance, pValue));
    }
  }

  /** Which way the p-values are off: by the part of them that is small. */
  public Direction direction() {
    return smallShare > SMALL ? Direction.TOO_SMALL : Direction.TOO_LARGE;
  }
}
