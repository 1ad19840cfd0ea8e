package dev.residua.drift;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Arrays;

/**
 * Settings of the drift detector. All charts at all scales go into one maximum under one run-length
 * contract.
 *
 * @param scales window lengths in frames, ascending, in [1, {@link #MAX_SCALE}]
 * @param bandwidths kernel lengths in multiples of the median distance between reference samples,
 *     above 0; one bank of random features each; may be empty
 * @param frequencies random frequencies of each bank: a multiple of 4, at least 4
 * @param linear whether to chart the squared norm of the whitened window mean
 * @param mean whether to chart the largest squared standardised window mean over the latents
 * @param spread whether to chart the largest squared standardised window second moment over the
 *     latents, with samples clipped at {@link #SPREAD_CLIP} standard deviations or fewer
 * @param energy whether to chart the squared standardised window mean of the whitened sample's
 *     squared norm, each value clipped at 3: all variances at once
 * @param memories memories in frames of exponentially weighted versions of the four charts above
 *     (all but the kernels), ascending, in [{@link #MIN_MEMORY}, {@link #MAX_MEMORY}], at most
 *     {@link #MAX_MEMORIES}; they detect changes that are too slow or too small for the windows;
 *     may be empty
 * @param targetRunLength frames that pass on average between false alarms
 * @param simulatedStreams quiet streams that calibration simulates, at least 50
 * @param streamLength frames of each simulated stream, at least 512
 */
@RecordBuilder
public record DriftSettings(
    int[] scales,
    double[] bandwidths,
    int frequencies,
    boolean linear,
    boolean mean,
    boolean spread,
    boolean energy,
    int[] memories,
    double targetRunLength,
    int simulatedStreams,
    int streamLength)
    implements DriftSettingsBuilder.With {
  /** Longest window, in frames. */
  public static final int MAX_SCALE = 128;

  /** Standard deviations at which the energy chart clips a whitened sample. */
  static final float ENERGY_CLIP = 3;

  /**
   * Standard deviations at which the spread chart clips a normal latent; earlier in heavy tails.
   */
  public static final float SPREAD_CLIP = 4;

  /** Clip in the heaviest tails. */
  static final float MIN_SPREAD_CLIP = 2.5f;

  /** Most memories of slow charts. */
  public static final int MAX_MEMORIES = 3;

  /** Shortest memory, in frames. */
  public static final int MIN_MEMORY = 8;

  /** Longest memory, in frames. */
  public static final int MAX_MEMORY = 4_096;

  public static final DriftSettings DEFAULTS =
      new DriftSettings(
          new int[] {1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128},
          new double[] {0.5, 2},
          64,
          true,
          true,
          true,
          true,
          new int[] {32, 512},
          100_000,
          4_000,
          2_560);

  public DriftSettings {
    scales = scales.clone();
    bandwidths = bandwidths.clone();
    memories = memories.clone();
    if (scales.length == 0) {
      throw new IllegalArgumentException("drift scales must not be empty");
    }
    for (int i = 0; i < scales.length; i++) {
      if (scales[i] < 1 || scales[i] > MAX_SCALE || (i > 0 && scales[i] <= scales[i - 1])) {
        throw new IllegalArgumentException(
            "drift scales must ascend within 1 to %d but were %s"
                .formatted(MAX_SCALE, Arrays.toString(scales)));
      }
    }
    for (double bandwidth : bandwidths) {
      if (!(bandwidth > 0 && bandwidth < 1e6)) {
        throw new IllegalArgumentException(
            "drift bandwidths must be above 0 but were " + Arrays.toString(bandwidths));
      }
    }
    if (frequencies < 4 || frequencies % 4 != 0 || frequencies > 4096) {
      throw new IllegalArgumentException(
          "drift frequencies must be a multiple of 4 in 4 to 4096 but was " + frequencies);
    }
    if (bandwidths.length > 16) {
      throw new IllegalArgumentException(
          "drift bandwidths must be at most 16 but were " + bandwidths.length);
    }
    if (bandwidths.length == 0 && !linear && !mean && !spread && !energy) {
      throw new IllegalArgumentException("drift settings leave no chart at all");
    }
    if (memories.length > MAX_MEMORIES) {
      throw new IllegalArgumentException(
          "drift memories must be at most %d but were %s"
              .formatted(MAX_MEMORIES, Arrays.toString(memories)));
    }
    for (int i = 0; i < memories.length; i++) {
      if (memories[i] < MIN_MEMORY
          || memories[i] > MAX_MEMORY
          || (i > 0 && memories[i] <= memories[i - 1])) {
        throw new IllegalArgumentException(
            "drift memories must ascend within %d to %d but were %s"
                .formatted(MIN_MEMORY, MAX_MEMORY, Arrays.toString(memories)));
      }
    }
    if (!(targetRunLength >= DriftReference.MIN_TARGET
        && targetRunLength <= DriftReference.MAX_TARGET)) {
      throw new IllegalArgumentException(
          "drift target run length must be in [%.0f, %.0e] but was %s"
              .formatted(DriftReference.MIN_TARGET, DriftReference.MAX_TARGET, targetRunLength));
    }
    if (simulatedStreams < 50) {
      throw new IllegalArgumentException(
          "simulatedStreams must be at least 50 but was " + simulatedStreams);
    }
    if (streamLength < 4 * MAX_SCALE) {
      throw new IllegalArgumentException(
          "streamLength must be at least %d but was %d".formatted(4 * MAX_SCALE, streamLength));
    }
  }

  @Override
  public int[] scales() {
    return scales.clone();
  }

  @Override
  public double[] bandwidths() {
    return bandwidths.clone();
  }

  @Override
  public int[] memories() {
    return memories.clone();
  }

  public DriftSettings withSimulation(int streams, int length) {
    return withSimulatedStreams(streams).withStreamLength(length);
  }

  int charts() {
    return bandwidths.length + plainCharts();
  }

  /** Number of charts that are not the kernels', the ones that each memory has too. */
  int plainCharts() {
    return (linear ? 1 : 0) + (mean ? 1 : 0) + (spread ? 1 : 0) + (energy ? 1 : 0);
  }

  /** Number of cells with a null tail of their own: window charts, then slow charts. */
  int cells() {
    return charts() * scales.length + plainCharts() * memories.length;
  }
}
