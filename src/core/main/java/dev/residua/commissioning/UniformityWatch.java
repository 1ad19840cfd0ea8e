package dev.residua.commissioning;

import dev.residua.causal.Normal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tests over long times whether the p-values of one source are still uniform. Constant time per
 * frame; about 70 bytes per latent. Mutable, for one thread; the same frames give the same results.
 *
 * <p><b>Test.</b> A sample is the rank {@code u} of an innovation among those that the source
 * learned from. One frame in as many as the autocorrelation time of the calibration is a sample.
 * Each latent has blocks of its own; a block ends with {@value #BLOCK_SAMPLES} samples, or after a
 * day of capture time if that is later. Then a chi-square test of homogeneity compares the {@code
 * n} samples with the {@code m} innovations learned from: with the parts {@code q_i} of the samples
 * in ten equal ranges of {@code u}, {@code sum_i 10 (q_i - 0.1)^2 / (1 / n + 1 / m)} has nine
 * degrees of freedom. So finite learning is paid for.
 *
 * <p><b>Null hypothesis.</b> The samples and the innovations learned from are independent and have
 * one distribution. That is not so if a day differs from those that the source learned from, or if
 * innovations depend on each other over longer times than the calibration knows.
 *
 * <p><b>Odds.</b> A block gives a false finding in any latent with a probability of at most {@value
 * #LEVEL}, on average over calibrations with 1,000 innovations or more. With fewer the chi-square
 * distribution is less exact, but such a source has few blocks per year. There are at most 365
 * blocks per latent, context and year: so at most 0.04 false findings per source, context and year.
 *
 * <p><b>Size.</b> A large sample finds every small difference. So Cohen's w, minus the part that
 * chance adds, must be {@value #LEAST_DISTANCE} too: a shift by a fifth of a standard deviation, or
 * a spread that differs by a fifth. A finding stays until a later block is without one.
 */
public final class UniformityWatch {
  /** Effective samples of a block at least. */
  public static final int BLOCK_SAMPLES = 4_000;

  /** Min capture time of a block: the time that a calibration covers. */
  public static final Duration BLOCK_TIME = Commissioning.DAY;

  /** Probability of a false finding per block, all latents together. */
  public static final double LEVEL = 1e-4;

  /** Smallest distance that is found. */
  public static final double LEAST_DISTANCE = 0.2;

  /** Frames that are held before they count: an alarm that they lead to drops them. */
  static final int HELD_FRAMES = 100;

  private static final int BINS = 10;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private final InnovationDistribution distribution;
  private final int[] stride; // frames per sample, [d]
  private final double[] learned; // innovations behind the distribution, [d]

  private final int[] skip; // frames until the next sample, [d]
  private final int[] counts; // samples of the block per range, [d][BINS]
  private final byte[] held; // those of the frames held, [d][BINS]
  private final @Nullable Instant[] began; // of the block, [d]
  private final @Nullable NonUniformity[] found; // [d]
  private int heldFrames;
  private @Nullable Instant heldSince;

  /**
   * A watch that has seen no frame.
   *
   * @param calibration in force
   * @param distribution distribution of the innovations learned from
   */
  public UniformityWatch(SourceCalibration calibration, InnovationDistribution distribution) {
    int latents = calibration.latents().size();
    this.distribution = distribution;
    this.stride = new int[latents];
    this.learned = new double[latents];
    this.skip = new int[latents];
    this.counts = new int[latents * BINS];
    this.held = new byte[latents * BINS];
    this.began = new @Nullable Instant[latents];
    this.found = new @Nullable NonUniformity[latents];
    for (int k = 0; k < latents; k++) {
      LatentCalibration latent = calibration.latents().get(k);
      double time = calibration.frames() / latent.effectiveSamples();
      stride[k] = (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(time)));
      learned[k] = Math.min(distribution.weight(k), latent.innovations());
    }
  }

  /**
   * Takes a frame that counts.
   *
   * @param at its capture time
   * @param innovations of the frame, shape {@code [d]}; one that is not finite does not count
   * @return whether the findings changed
   */
  public boolean next(Instant at, double[] innovations) {
    for (int k = 0; k < stride.length; k++) {
      if (skip[k] > 0) {
        skip[k]--;
      } else if (Double.isFinite(innovations[k])) {
        skip[k] = stride[k] - 1;
        double rank = distribution.rank(k, innovations[k], GOLDEN * samples(k) % 1);
        held[k * BINS + Math.min(BINS - 1, (int) (BINS * rank))]++;
      }
    }
    heldSince = heldSince == null ? at : heldSince;
    heldFrames++;
    return heldFrames == HELD_FRAMES && count(heldSince, at);
  }

  /** Drops the frames that are held, as after a frame that does not count. */
  public void interrupt() {
    Arrays.fill(held, (byte) 0);
    heldFrames = 0;
    heldSince = null;
  }

  /** Forgets all frames and findings. */
  public void restart() {
    interrupt();
    Arrays.fill(skip, 0);
    Arrays.fill(counts, 0);
    Arrays.fill(began, null);
    Arrays.fill(found, null);
  }

  /** The last finding of a latent; empty if its p-values are uniform, as far as is known. */
  public Optional<NonUniformity> found(int latent) {
    return Optional.ofNullable(found[latent]);
  }

  /** Returns true if the p-values of any latent are found not to be uniform. */
  public boolean anyFound() {
    for (NonUniformity one : found) {
      if (one != null) {
        return true;
      }
    }
    return false;
  }

  private int samples(int latent) {
    int samples = 0;
    for (int i = latent * BINS; i < (latent + 1) * BINS; i++) {
      samples += counts[i] + held[i];
    }
    return samples;
  }

  /** Counts the frames that are held; true if the findings changed. */
  private boolean count(Instant since, Instant at) {
    boolean changed = false;
    for (int k = 0; k < stride.length; k++) {
      for (int i = k * BINS; i < (k + 1) * BINS; i++) {
        counts[i] += held[i];
        held[i] = 0;
      }
      int samples = samples(k);
      Instant start = began[k];
      if (start == null && samples > 0) {
        began[k] = since;
      } else if (start != null
          && samples >= BLOCK_SAMPLES
          && !at.isBefore(start.plus(BLOCK_TIME))) {
        NonUniformity before = found[k];
        found[k] = test(k, samples, before == null ? start : before.since());
        changed |= before != null || found[k] != null;
        Arrays.fill(counts, k * BINS, (k + 1) * BINS, 0);
        began[k] = null;
      }
    }
    interrupt();
    return changed;
  }

  private @Nullable NonUniformity test(int latent, int samples, Instant since) {
    double squares = 0;
    double small = 0;
    double mean = 0;
    for (int i = 0; i < BINS; i++) {
      double part = (double) counts[latent * BINS + i] / samples;
      squares += (part - 1.0 / BINS) * (part - 1.0 / BINS) * BINS;
      small += i == 0 || i == BINS - 1 ? part : 0;
      mean += part * (i + 0.5) / BINS;
    }
    double variance = 1.0 / samples + 1 / learned[latent];
    double pValue = beyond(squares / variance);
    double distance = Math.sqrt(Math.max(0, squares - (BINS - 1) * variance));
    return pValue <= LEVEL / stride.length && distance >= LEAST_DISTANCE
        ? new NonUniformity(since, samples, small, mean, distance, pValue)
        : null;
  }

  /** Probability that a chi-square variable with nine degrees of freedom is at least {@code x}. */
  static double beyond(double x) {
    double root = Math.sqrt(x);
    double rest = root * (1 + x / 3 + x * x / 15 + x * x * x / 105);
    return Math.min(1, Normal.twoSided(root) + Math.sqrt(2 / Math.PI) * Math.exp(-x / 2) * rest);
  }

  /**
   * State between two frames.
   *
   * @param heldFrames frames held
   * @param heldSince capture time of the first of them; null without one
   * @param skip frames until the next sample, shape {@code [d]}
   * @param counts samples of the block per range, shape {@code [d][10]}
   * @param held those of the frames held, the same shape
   * @param began capture time of the first frame of each latent's block; empty before it
   * @param found findings of the latents
   */
  @SuppressWarnings("ArrayRecordComponent") // stored once per frame
  public record State(
      int heldFrames,
      @Nullable Instant heldSince,
      int[] skip,
      int[] counts,
      byte[] held,
      List<Optional<Instant>> began,
      List<Optional<NonUniformity>> found) {
    public State {
      began = List.copyOf(began);
      found = List.copyOf(found);
      int latents = skip.length;
      if (heldFrames < 0
          || heldFrames >= HELD_FRAMES
          || (heldFrames == 0) != (heldSince == null)
          || counts.length != latents * BINS
          || held.length != latents * BINS
          || began.size() != latents
          || found.size() != latents) {
        throw new IllegalArgumentException(
            "uniformity of %d latents has %d and %d counts, %d blocks, %d findings and %d frames held since %s"
                .formatted(
                    latents,
                    counts.length,
                    held.length,
                    began.size(),
                    found.size(),
                    heldFrames,
                    heldSince));
      }
    }
  }

  /** The present state, a copy. */
  public State state() {
    return new State(
        heldFrames,
        heldSince,
        skip.clone(),
        counts.clone(),
        held.clone(),
        optional(began),
        optional(found));
  }

  private static <T> List<Optional<T>> optional(@Nullable T[] values) {
    List<Optional<T>> all = new ArrayList<>(values.length);
    for (T value : values) {
      all.add(Optional.ofNullable(value));
    }
    return Collections.unmodifiableList(all);
  }

  /**
   * Continues from a state.
   *
   * @throws IllegalArgumentException if the state has another number of latents
   */
  public void restore(State state) {
    if (state.skip().length != stride.length) {
      throw new IllegalArgumentException(
          "uniformity has %d latents, the calibration %d"
              .formatted(state.skip().length, stride.length));
    }
    heldFrames = state.heldFrames();
    heldSince = state.heldSince();
    System.arraycopy(state.skip(), 0, skip, 0, skip.length);
    System.arraycopy(state.counts(), 0, counts, 0, counts.length);
    System.arraycopy(state.held(), 0, held, 0, held.length);
    for (int k = 0; k < stride.length; k++) {
      began[k] = state.began().get(k).orElse(null);
      found[k] = state.found().get(k).orElse(null);
    }
  }
}
