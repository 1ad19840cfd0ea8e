package dev.residua.intervention;

import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * Means of the residuals over the frames of the chart that leads while an alarm lasts.
 *
 * @param byLatent one per latent; empty if the residuals have no alarm
 * @param frames of the chart: the length of its window, or its memory
 * @param above whether the chart is above the threshold of the alarm now
 */
public record AlarmedMeans(List<Mean> byLatent, int frames, boolean above) {
  /** The residuals have no alarm. */
  public static final AlarmedMeans NONE = new AlarmedMeans(List.of(), 0, false);

  /** Standard errors from which an alarm names a latent. */
  public static final double NAMED = 3;

  public AlarmedMeans {
    byLatent = List.copyOf(byLatent);
  }

  /**
   * Mean of one latent.
   *
   * @param standardErrors from normal
   * @param change from normal, in units of the latent
   */
  public record Mean(double standardErrors, double change) {
    double distance() {
      return Math.abs(standardErrors);
    }
  }

  /** Returns true if the alarm names a latent, or names none at all. */
  boolean allows(int latent) {
    return byLatent.stream().noneMatch(mean -> mean.distance() >= NAMED)
        || byLatent.get(latent).distance() >= NAMED;
  }

  /**
   * Returns the latent with the largest mean in standard errors.
   *
   * @throws NoSuchElementException if the residuals have no alarm
   */
  int largest() {
    return IntStream.range(0, byLatent.size())
        .boxed()
        .max(Comparator.comparingDouble(k -> byLatent.get(k).distance()))
        .orElseThrow();
  }
}
