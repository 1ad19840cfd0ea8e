package dev.residua.drift;

/**
 * When a change began, counted back from the last sample.
 *
 * @param samplesAgo estimated number of changed samples: 1 if only the last one is
 * @param lowAgo fewest samples in the interval, at least 1
 * @param highAgo most samples in the interval
 * @param coverage part of alarms whose change lies in the interval, nominal
 */
public record ChangePointEstimate(int samplesAgo, int lowAgo, int highAgo, double coverage) {
  public ChangePointEstimate {
    if (lowAgo < 1 || samplesAgo < lowAgo || highAgo < samplesAgo) {
      throw new IllegalArgumentException(
          "change point %d samples ago is outside its interval %d to %d"
              .formatted(samplesAgo, lowAgo, highAgo));
    }
  }
}
