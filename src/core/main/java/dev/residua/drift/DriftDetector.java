package dev.residua.drift;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Watches one stream of structural residuals for a change of their distribution against a fixed
 * reference.
 *
 * <p>With random features {@code psi}, {@code c_t = c_(t-1) + psi(e_t) - mu_ref} and {@code D_w(t)
 * = |c_t - c_(t-w)|^2 / w} for every scale {@code w} and kernel length; over the same windows also
 * the squared norm of the whitened mean, the largest squared standardised mean and the largest
 * squared standardised second moment, the squared energy. The last four are also charted on
 * exponentially weighted means with longer memories, for slow ramps. Each is put in units of its
 * own null tail; the statistic is their maximum. A window longer than the stream so far is left
 * out, in calibration as here, so the run-length contract is valid from the first sample.
 *
 * <p>Constant time and memory per sample: a few us and 0.4 MB for 4 latents with the default
 * settings. The state to persist is small, see {@link #state}. Mutable, for one thread.
 */
public final class DriftDetector {
  /** Samples that a state holds. */
  public static final int KEPT = 2 * WindowSums.BLOCK;

  private final DriftReference reference;
  private final FeatureMap features;
  private final WindowSums sums;
  private final SlowCharts slow;
  private final ChartMaximum maximum;
  private final float[] samples; // [KEPT][d], sample t at row t % KEPT
  private final float[] vector;

  /** A detector that has seen nothing. */
  public DriftDetector(DriftReference reference) {
    DriftSettings settings = reference.settings();
    this.reference = reference;
    this.features = reference.newFeatures();
    this.sums = new WindowSums(settings, reference.latents());
    this.slow = new SlowCharts(settings, reference.latents());
    this.maximum = reference.newMaximum();
    this.samples = new float[KEPT * reference.latents()];
    this.vector = new float[features.size];
  }

  /** Drops all samples. */
  public void restart() {
    Arrays.fill(samples, 0);
    slow.reset();
    sums.reset(0);
  }

  public DriftReference reference() {
    return reference;
  }

  /** Samples seen. */
  public long count() {
    return sums.count();
  }

  /** A reading for {@link #update(float[], DriftReading)}. */
  public DriftReading newReading() {
    return new DriftReading(reference.settings().scales().length);
  }

  /** Takes one sample; see {@link #update(float[], DriftReading)}. */
  public DriftReading update(float[] residuals) {
    DriftReading reading = newReading();
    update(residuals, reading);
    return reading;
  }

  /**
   * Takes one sample without allocating.
   *
   * @param residuals in the units of the reference, shape {@code [d]}
   * @param into receives the reading
   * @throws IllegalArgumentException if the sample has another length or a value that is not
   *     finite; the detector is then unchanged
   */
  public void update(float[] residuals, DriftReading into) {
    int d = reference.latents();
    if (residuals.length != d) {
      throw new IllegalArgumentException(
          "drift sample has %d latents, the reference %d".formatted(residuals.length, d));
    }
    for (int k = 0; k < d; k++) {
      if (!Float.isFinite(residuals[k])) {
        throw new IllegalArgumentException(
            "latent %d of drift sample %d is %s, expected a finite number"
                .formatted(k, sums.count(), residuals[k]));
      }
    }
    int at = (int) (sums.count() % KEPT) * d;
    System.arraycopy(residuals, 0, samples, at, d);
    features.apply(residuals, 0, vector);
    sums.push(vector);
    slow.push(vector);
    maximum.read(sums, slow, into);
  }

  /**
   * Restarts the charts with a memory. For the end of an alarm: what they saw of the fault must not
   * raise the next one. The windows need no restart, because old samples leave them.
   */
  public void restartMemories() {
    slow.reset();
  }

  /**
   * Deviations of the samples of one chart from the reference, in standard errors of independent
   * samples. They name the latent that changed; they do not decide that one did.
   *
   * @param means of each latent's mean, shape {@code [d]}
   * @param spreads of each latent's second moment, with values clipped at {@link
   *     DriftSettings#SPREAD_CLIP} standard deviations or fewer, shape {@code [d]}: below 0 for a
   *     latent that varies less than usual; zeros if the reference has no chart of the spread
   * @param samples number of independent samples whose plain mean has this standard error: the
   *     length of a window, and about twice that of a memory
   * @param frames of the chart: the length of its window, or its memory, if there are so many
   */
  @SuppressWarnings("ArrayRecordComponent") // for one reading
  public record Shifts(float[] means, float[] spreads, double samples, int frames) {}

  /**
   * Returns the deviations over the samples of the chart that leads.
   *
   * @param reading of the last sample
   * @return zeros if the reading names no chart
   */
  public Shifts shifts(DriftReading reading) {
    float[] means = new float[reference.latents()];
    float[] spreads = new float[reference.latents()];
    if (!reading.named()) {
      return new Shifts(means, spreads, 0, 0);
    }
    int frames = (int) Math.min(count(), reference.chart(reading.chart()).span(reading.scale()));
    int m = reading.memoryIndex;
    if (!reading.remembers() || !features.mean || !features.spread) {
      meanShifts(reading.scale(), means);
      spreadShifts(reading.scale(), spreads);
      return new Shifts(means, spreads, reading.scale(), frames);
    }
    slow.shifts(m, features.meanAt - features.plainAt, means);
    slow.shifts(m, features.spreadAt - features.plainAt, spreads);
    return new Shifts(means, spreads, 1.0 / slow.variance(m), frames);
  }

  /**
   * Deviation of each latent's mean over the last {@code w} samples.
   *
   * @param w at least 1, at most {@link DriftSettings#MAX_SCALE} and {@link #count}
   */
  void meanShifts(int w, float[] into) {
    check(w);
    int d = reference.latents();
    for (int k = 0; k < d; k++) {
      double sum = 0;
      for (int back = 1; back <= w; back++) {
        int row = (int) ((count() - back) % KEPT);
        sum += (samples[row * d + k] - features.location[k]) / features.scale[k];
      }
      into[k] = (float) (sum / Math.sqrt(w));
    }
  }

  /**
   * Deviation of each latent's second moment over the last {@code w} samples.
   *
   * @param w at least 1, at most {@link DriftSettings#MAX_SCALE} and {@link #count}
   */
  void spreadShifts(int w, float[] into) {
    check(w);
    int d = reference.latents();
    for (int k = 0; k < d; k++) {
      double sum = 0;
      for (int back = 1; features.spread && back <= w; back++) {
        int row = (int) ((count() - back) % KEPT);
        float z = (samples[row * d + k] - features.location[k]) / features.scale[k];
        z = Math.max(-features.spreadClip[k], Math.min(features.spreadClip[k], z));
        sum += z * z * features.spreadScale[k] - features.centre[features.spreadAt + k];
      }
      into[k] = (float) (sum / Math.sqrt(w));
    }
  }

  /**
   * Means of the last {@code w} samples as they came in.
   *
   * @param w at least 1, at most {@link DriftSettings#MAX_SCALE} and {@link #count}
   * @return one value per latent, in the units of the samples, shape {@code [d]}
   */
  public float[] sampleMeans(int w) {
    check(w);
    int d = reference.latents();
    float[] means = new float[d];
    for (int k = 0; k < d; k++) {
      double sum = 0;
      for (int back = 1; back <= w; back++) {
        sum += samples[(int) ((count() - back) % KEPT) * d + k];
      }
      means[k] = (float) (sum / w);
    }
    return means;
  }

  /**
   * Deviation of the mean of the last samples from that of the reference, in units of the samples.
   *
   * @param w at least 1, at most {@link DriftSettings#MAX_SCALE} and {@link #count}
   * @return shape {@code [d]}
   */
  public float[] meanDeviations(int w) {
    float[] means = sampleMeans(w);
    for (int k = 0; k < means.length; k++) {
      means[k] -= features.location[k];
    }
    return means;
  }

  /**
   * Returns a copy of a recent sample.
   *
   * @param back 1 for the last one, at most {@link DriftSettings#MAX_SCALE} and {@link #count}
   * @return shape {@code [d]}
   */
  public float[] sample(int back) {
    check(back);
    int d = reference.latents();
    int row = (int) ((count() - back) % KEPT) * d;
    return Arrays.copyOfRange(samples, row, row + d);
  }

  /**
   * When the change that a reading reports began: a scan of the leading chart's features over the
   * samples kept, see {@link ChangePointScan}. For when an alarm starts; O(kept samples x
   * features).
   *
   * @param reading of the last sample, with a {@link DriftReading#named} chart
   * @throws IllegalArgumentException if the reading names no chart or is not of the last sample
   */
  public ChangePointEstimate changePoint(DriftReading reading) {
    if (!reading.named() || reading.samples() != count()) {
      throw new IllegalArgumentException(
          "change point needs a reading of sample %d that names a chart but got one of sample %d%s"
              .formatted(count(), reading.samples(), reading.named() ? "" : " that names none"));
    }
    int n = (int) Math.min(count(), KEPT);
    Chart chart = reference.chart(reading.chart());
    int window = Math.min(n, chart.span(reading.scale()));
    float[] row = new float[features.size];
    float[] total = new float[features.size];
    float[][] rows = new float[n][];
    for (int t = 0; t < n; t++) {
      features.apply(samples, (int) ((count() - n + t) % KEPT) * reference.latents(), row);
      rows[t] = row.clone();
      for (int j = 0; t >= n - window && j < row.length; j++) {
        total[j] += row[j];
      }
    }
    int[] part = chart.part(total);
    double[][] vectors = new double[n][part.length];
    for (int t = 0; t < n; t++) {
      for (int j = 0; j < part.length; j++) {
        vectors[t][j] = rows[t][part[j]];
      }
    }
    return ChangePointScan.of(vectors, window);
  }

  private void check(int w) {
    if (w < 1 || w > Math.min(count(), DriftSettings.MAX_SCALE)) {
      throw new IllegalArgumentException(
          "window of %d samples is outside 1 to %d after %d samples"
              .formatted(w, DriftSettings.MAX_SCALE, count()));
    }
  }

  /**
   * All that is needed to continue. It leaves out the sums, which {@link #restore} computes again
   * to the same bits.
   *
   * @param reference fingerprint of the drift reference
   * @param count samples seen
   * @param samples the last 256 samples, sample t at row {@code t % 256}; the detector's own array
   * @param slowCount samples seen by the charts with a memory
   * @param slow variances and means of these charts
   */
  @SuppressWarnings("ArrayRecordComponent") // stored once per frame: copies would cost more
  public record State(int reference, long count, float[] samples, long slowCount, float[] slow) {
    /** Size of the numbers. */
    public int bytes() {
      return Integer.BYTES + 2 * Long.BYTES + Float.BYTES * (samples.length + slow.length);
    }
  }

  /** The present state, to be used before the next {@link #update(float[])}. */
  public State state() {
    return new State(reference.fingerprint(), sums.count(), samples, slow.count(), slow.state());
  }

  /**
   * Restores a detector: every later reading equals, bit for bit, that of an uninterrupted
   * detector. Replays at most 256 samples.
   *
   * @throws IllegalArgumentException if the state belongs to another reference or has another size
   */
  public static DriftDetector restore(DriftReference reference, State state) {
    return restore(reference, state, null);
  }

  /**
   * Restores in the memory of an unused detector, which spares 0.3 MB of garbage.
   *
   * @param spare of the same reference; must not be used afterwards
   */
  public static DriftDetector restore(
      DriftReference reference, State state, @Nullable DriftDetector spare) {
    int d = reference.latents();
    if (state.reference() != reference.fingerprint()) {
      throw new IllegalArgumentException(
          "drift state belongs to reference %08x, not to %08x: start a new detector after a model swap"
              .formatted(state.reference(), reference.fingerprint()));
    }
    if (state.samples().length != KEPT * d || state.count() < 0) {
      throw new IllegalArgumentException(
          "drift state has %d numbers after %d samples, expected %d numbers for %d latents"
              .formatted(state.samples().length, state.count(), KEPT * d, d));
    }
    DriftDetector detector = spare == null ? new DriftDetector(reference) : spare;
    System.arraycopy(state.samples(), 0, detector.samples, 0, detector.samples.length);
    detector.slow.restore(state.slowCount(), state.slow());
    long count = state.count();
    long start = Math.max(0, (count - 1) / WindowSums.BLOCK - 1) * WindowSums.BLOCK;
    detector.sums.reset(start);
    for (long t = start; t < count; t++) {
      detector.features.apply(detector.samples, (int) (t % KEPT) * d, detector.vector);
      detector.sums.push(detector.vector);
    }
    return detector;
  }
}
