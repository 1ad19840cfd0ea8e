package dev.residua.drift;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.zip.CRC32C;

/**
 * Numbers of quiet streams for the drift detector: random frequencies, reference means, the null
 * tail of every chart at every scale, and run length as a function of the threshold. Belongs to one
 * model. Immutable, safe for use by several threads.
 */
public final class DriftReference {
  /** Smallest mean run length that can be asked for, in samples. */
  public static final double MIN_TARGET = 50;

  /** Largest. */
  public static final double MAX_TARGET = 1e9;

  /** Maximum latents of a model, and numbers of a picture. */
  private static final int MAX_LATENTS = 62;

  private static final int ANY = -1;
  private static final int MAGIC = 0x52455344; // "RESD"
  private static final int VERSION = 2;

  /** Slow charts hold no more than this many times the threshold of the largest target. */
  private static final float SLOW_CAP = 1.05f;

  private static final int HEADER_BYTES = 3 * Integer.BYTES;

  private final DriftSettings settings;
  private final FeatureMap features;
  private final List<Chart> charts;
  private final float[] tailStarts; // [charts][scales], then [plain charts][memories]
  private final float[] tailExcesses; // likewise
  private final RunLengthCurve curve;
  private final int samples;
  private final int blockLength;
  private final int order;
  private final int fingerprint;

  DriftReference(
      DriftSettings settings,
      FeatureMap features,
      float[] tailStarts,
      float[] tailExcesses,
      RunLengthCurve curve,
      int samples,
      int blockLength,
      int order) {
    this.settings = settings;
    this.features = features;
    this.charts = Chart.of(settings, features.latents);
    this.tailStarts = tailStarts;
    this.tailExcesses = tailExcesses;
    this.curve = curve;
    this.samples = samples;
    this.blockLength = blockLength;
    this.order = order;
    CRC32C crc = new CRC32C();
    crc.update(body());
    this.fingerprint = (int) crc.getValue();
  }

  /**
   * Learns a reference from samples of quiet streams and calibrates thresholds by simulation: quiet
   * streams are resampled from the reference and followed until they pass each level.
   *
   * <p>A vector autoregression is fitted first, its order by Bayes' information criterion (0 if
   * there is nothing to fit); its innovations are resampled with a little noise that keeps every
   * latent's distribution, so that values beyond the largest of the reference occur. Every fourth
   * simulated stream begins a new bootstrap replicate of the reference, so that the run length
   * includes the error of a reference of {@code n} samples. See {@link NullStreams}.
   *
   * <p>Run lengths are valid on average over references of this size, for streams that follow the
   * distribution of the reference; the error of a single reference is part of {@link Threshold}'s
   * interval. Uses all processors; the result does not depend on how many there are. Time grows
   * with streams, their length, features and scales.
   *
   * @param reference structural residuals of nominal frames in time order, shape {@code [n][d]},
   *     {@code n >= 256}, any units; 2,000 and more are better
   * @param seed of the random features and the simulation
   * @param progress receives the part done, in [0, 1]
   * @throws IllegalArgumentException if there are too few rows, their lengths differ, or a value is
   *     not finite
   */
  public static DriftReference calibrate(
      double[][] reference, DriftSettings settings, long seed, DoubleConsumer progress) {
    return new DriftCalibration(reference, settings, seed, progress).run();
  }

  public DriftSettings settings() {
    return settings;
  }

  /** Number of latents {@code d} of a sample. */
  public int latents() {
    return features.latents;
  }

  /** Number of reference samples {@code n}. */
  public int samples() {
    return samples;
  }

  /** Order of the autoregression that the simulation followed; 0 if none. */
  public int order() {
    return order;
  }

  /**
   * Mean length of the blocks in which the reference, or the innovations of its autoregression,
   * were resampled; 1 if they are independent.
   */
  public int blockLength() {
    return blockLength;
  }

  /** Identifies this reference; detector states name it. */
  public int fingerprint() {
    return fingerprint;
  }

  /** The threshold for the settings' target run length. */
  public Threshold threshold() {
    return threshold(settings.targetRunLength());
  }

  /**
   * The threshold at which quiet streams run for {@code targetRunLength} samples on average before
   * the first alarm, counted from the first sample.
   *
   * @throws IllegalArgumentException if the target is outside {@link #MIN_TARGET} to {@link
   *     #MAX_TARGET}
   */
  public Threshold threshold(double targetRunLength) {
    if (!(targetRunLength >= MIN_TARGET && targetRunLength <= MAX_TARGET)) {
      throw new IllegalArgumentException(
          "target run length must be in [%.0f, %.0e] samples but was %s"
              .formatted(MIN_TARGET, MAX_TARGET, targetRunLength));
    }
    return curve.threshold(targetRunLength);
  }

  /** Estimated mean run length of a quiet stream at a threshold, in samples. */
  public double runLengthAt(double threshold) {
    return curve.runLengthAt(threshold);
  }

  /**
   * Returns the changes of means that are detected at a threshold.
   *
   * @return empty without a chart of means
   */
  public Optional<DetectableMean> detectableMean(double threshold) {
    if (!settings.mean()) {
      return Optional.empty();
    }
    int scales = settings.scales().length;
    int memories = settings.memories().length;
    int plain = settings.linear() ? 1 : 0; // number of the chart of means among the plain ones
    int window = (settings.bandwidths().length + plain) * scales;
    int slow = settings.charts() * scales + plain * memories;
    double[] levels = new double[scales + memories];
    for (int i = 0; i < levels.length; i++) {
      int cell = i < scales ? window + i : slow + i - scales;
      levels[i] = Math.sqrt(Math.max(0, tailStarts[cell] + threshold * tailExcesses[cell]));
    }
    return Optional.of(DetectableMean.of(settings, levels));
  }

  /** Returns the standard deviation of a number in the reference, in its unit, above 0. */
  public double deviation(int latent) {
    return features.scale[latent];
  }

  /** Name of a chart that {@link DriftReading#chart} counts. */
  public String chartName(int chart) {
    return chart(chart).name();
  }

  Chart chart(int chart) {
    return charts.get(chart);
  }

  FeatureMap newFeatures() {
    return features.copy(settings);
  }

  ChartMaximum newMaximum() {
    return new ChartMaximum(settings, tailStarts, tailExcesses, slowCap());
  }

  /** Follows simulated streams as a detector with this reference does. */
  public StreamMaxima newStreamMaxima() {
    return new StreamMaxima(
        new StreamBatch(settings, features, StreamMaxima.STREAMS),
        settings,
        tailStarts,
        tailExcesses,
        slowCap());
  }

  private float slowCap() {
    return SLOW_CAP * curve.threshold(MAX_TARGET).value();
  }

  /** Fewer than 20 kB for 4 latents and the default settings, big-endian. */
  public byte[] toBytes() {
    byte[] body = body();
    return ByteBuffer.allocate(HEADER_BYTES + body.length)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(fingerprint)
        .put(body)
        .array();
  }

  private byte[] body() {
    double[] bandwidths = settings.bandwidths();
    int[] scales = settings.scales();
    int[] memories = settings.memories();
    float[][] arrays = {
      features.location,
      features.scale,
      features.bound,
      flat(features.turns),
      features.whitening,
      features.spreadClip,
      features.spreadScale,
      features.centre,
      tailStarts,
      tailExcesses,
      curve.levels(),
      curve.logRunLength(),
      curve.error(),
      new float[] {curve.slope(), curve.slopeEvents()}
    };
    int bytes =
        Integer.BYTES * (10 + scales.length + memories.length)
            + Double.BYTES * (1 + bandwidths.length)
            + 4;
    for (float[] array : arrays) {
      bytes += Integer.BYTES + Float.BYTES * array.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.putInt(features.latents).putInt(samples).putInt(blockLength).putInt(order);
    out.putInt(scales.length);
    for (int scale : scales) {
      out.putInt(scale);
    }
    out.putInt(bandwidths.length);
    for (double bandwidth : bandwidths) {
      out.putDouble(bandwidth);
    }
    out.putInt(settings.frequencies());
    out.put((byte) (settings.linear() ? 1 : 0));
    out.put((byte) (settings.mean() ? 1 : 0));
    out.put((byte) (settings.spread() ? 1 : 0));
    out.put((byte) (settings.energy() ? 1 : 0));
    out.putInt(memories.length);
    for (int memory : memories) {
      out.putInt(memory);
    }
    out.putDouble(settings.targetRunLength());
    out.putInt(settings.simulatedStreams()).putInt(settings.streamLength());
    for (float[] array : arrays) {
      out.putInt(array.length);
      for (float value : array) {
        out.putFloat(value);
      }
    }
    return out.array();
  }

  /**
   * Decodes bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static DriftReference fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not a drift reference".formatted(bytes.length));
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "drift reference has version %d, this code reads %d".formatted(version, VERSION));
    }
    int fingerprint = in.getInt();
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    if ((int) crc.getValue() != fingerprint) {
      throw new IllegalArgumentException(
          "drift reference of %d bytes is damaged or cut short: its checksum is wrong"
              .formatted(bytes.length));
    }
    try {
      return body(in);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "drift reference of %d bytes is cut short".formatted(bytes.length), e);
    }
  }

  private static DriftReference body(ByteBuffer in) {
    int latents = in.getInt();
    int samples = in.getInt();
    int blockLength = in.getInt();
    int order = in.getInt();
    if (latents < 1 || latents > MAX_LATENTS || samples < 1 || blockLength < 1 || order < 0) {
      throw new IllegalArgumentException(
          "drift reference has %d latents, %d samples, blocks of %d and order %d, expected 1 to %d, at least 1, 1 and 0"
              .formatted(latents, samples, blockLength, order, MAX_LATENTS));
    }
    int[] scales = new int[count(in, Integer.BYTES, "scales")];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = in.getInt();
    }
    double[] bandwidths = new double[count(in, Double.BYTES, "bandwidths")];
    for (int i = 0; i < bandwidths.length; i++) {
      bandwidths[i] = in.getDouble();
    }
    int frequencies = in.getInt();
    boolean linear = in.get() == 1;
    boolean mean = in.get() == 1;
    boolean spread = in.get() == 1;
    boolean energy = in.get() == 1;
    int[] memories = new int[count(in, Integer.BYTES, "memories")];
    for (int i = 0; i < memories.length; i++) {
      memories[i] = in.getInt();
    }
    double target = in.getDouble();
    DriftSettings settings =
        new DriftSettings(
            scales,
            bandwidths,
            frequencies,
            linear,
            mean,
            spread,
            energy,
            memories,
            target,
            in.getInt(),
            in.getInt());
    int m = bandwidths.length * frequencies;
    int cells = settings.cells();
    FeatureMap features =
        new FeatureMap(
            settings,
            array(in, latents, "location"),
            positive(array(in, latents, "scale"), "scale"),
            array(in, latents, "bound"),
            rows(array(in, latents * m, "frequencies"), latents),
            array(in, latents * latents, "whitening"),
            array(in, latents, "spread clip"),
            array(in, latents, "spread scale"),
            array(in, FeatureMap.size(settings, latents), "centre"));
    float[] starts = array(in, cells, "tail starts");
    float[] excesses = array(in, cells, "tail excesses");
    float[] levels = array(in, ANY, "levels");
    for (int i = 0; i < levels.length; i++) {
      if (i > 0 && !(levels[i] > levels[i - 1])) {
        throw new IllegalArgumentException(
            "drift reference has level %s after %s, expected a larger one"
                .formatted(levels[i], levels[i - 1]));
      }
    }
    if (levels.length == 0) {
      throw new IllegalArgumentException("drift reference has no levels, expected at least one");
    }
    float[] logs = array(in, levels.length, "run lengths");
    float[] errors = array(in, levels.length, "errors");
    float[] slope = array(in, 2, "slope");
    return new DriftReference(
        settings,
        features,
        starts,
        excesses,
        new RunLengthCurve(levels, logs, errors, slope[0], slope[1]),
        samples,
        blockLength,
        order);
  }

  private static float[] positive(float[] values, String name) {
    for (float value : values) {
      if (!(value > 0)) {
        throw new IllegalArgumentException(
            "drift reference has the %s %s, expected one above 0".formatted(name, value));
      }
    }
    return values;
  }

  private static float[] flat(float[][] rows) {
    int columns = rows[0].length;
    float[] values = new float[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, values, i * columns, columns);
    }
    return values;
  }

  private static float[][] rows(float[] values, int count) {
    int columns = values.length / count;
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  /** A number of values that follow; what it claims is not allocated before they are there. */
  private static int count(ByteBuffer in, int valueBytes, String name) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / valueBytes) {
      throw new IllegalArgumentException(
          "drift reference has %d %s, but only %d bytes follow"
              .formatted(count, name, in.remaining()));
    }
    return count;
  }

  private static float[] array(ByteBuffer in, int expected, String name) {
    int length = count(in, Float.BYTES, "values of " + name);
    if (expected != ANY && length != expected) {
      throw new IllegalArgumentException(
          "drift reference has %d values of %s, expected %d".formatted(length, name, expected));
    }
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = in.getFloat();
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "drift reference has %s for %s %d, expected a finite number"
                .formatted(values[i], name, i));
      }
    }
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DriftReference that && Arrays.equals(body(), that.body());
  }

  @Override
  public int hashCode() {
    return fingerprint;
  }
}
