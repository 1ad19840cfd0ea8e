package dev.residua.training;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.GeoLocation;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.causal.TimeVariable;
import dev.residua.causal.Variables;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.testing.Scorers;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A tank that is filled by a pump and emptied by a leak: {@code level = 0.8 p - 0.5 leak + 0.3 e}
 * with {@code p}, {@code leak} and {@code e} uniform with mean 0 and variance 1, and the pump's
 * speed {@code 1000 + 200 p} in revolutions per minute. The picture shows the leak in its left half
 * and the level in its right half, as brightness; the speed of the pump is a variable.
 *
 * <p>A yard has the elevation of the sun in place of the pump, {@code 20 + 20 p} degrees, and
 * frames through whole days; its frames do not bring the elevation.
 */
final class PumpedTank implements TrainingData {
  static final ImageShape IMAGE = new ImageShape(8, 8, 1);
  static final String PUMP = "pump_speed";
  static final TimeVariable SUN = TimeVariable.SUN_ELEVATION;
  static final double PER_PUMP = 0.8;
  static final double PER_LEAK = -0.5;
  static final double NOISE = 0.3;

  /** Grey levels per unit; 128 is 0. */
  private static final double GREY = 20;

  private static final int D = 2;
  private static final int HALF = 32;
  private static final double SPREAD = Math.sqrt(3);

  private final List<String> variables;
  private final double[][] z; // leak, level
  private final double[] pump; // NaN if missing
  private Instant start = Instant.parse("2026-03-01T12:00:00Z");
  private Duration step = Duration.ofMillis(50);
  private final double[] noise;

  /**
   * @param observed whether the speed of the pump is a variable of the data
   */
  PumpedTank(int n, boolean observed, long seed) {
    this(n, observed ? List.of(PUMP) : List.of(), seed);
  }

  private PumpedTank(int n, List<String> variables, long seed) {
    this.variables = variables;
    this.z = new double[n][];
    this.pump = new double[n];
    this.noise = new double[n];
    Random random = new Random(seed);
    for (int i = 0; i < n; i++) {
      double p = uniform(random);
      double leak = uniform(random);
      noise[i] = uniform(random);
      z[i] = new double[] {leak, PER_PUMP * p + PER_LEAK * leak + NOISE * noise[i]};
      pump[i] = 1000 + 200 * p;
    }
  }

  /** A yard at a place, from a time on. */
  static PumpedTank yard(int n, GeoLocation place, Instant start, Duration step, long seed) {
    PumpedTank yard = new PumpedTank(n, List.of(SUN.variable()), seed);
    yard.start = start;
    yard.step = step;
    for (int i = 0; i < n; i++) {
      yard.z[i][1] -= PER_PUMP * (yard.pump[i] - 1000) / 200;
      yard.pump[i] = SUN.at(yard.time(i), place, null);
      yard.z[i][1] += PER_PUMP * (yard.pump[i] - 20) / 20;
    }
    return yard;
  }

  private Instant time(int index) {
    return start.plus(step.multipliedBy(index));
  }

  private static double uniform(Random random) {
    return SPREAD * (2 * random.nextDouble() - 1);
  }

  /** Moves the pump by some of its standard deviations from a frame on; the level follows it. */
  PumpedTank movePump(int from, double by) {
    for (int i = from; i < z.length; i++) {
      pump[i] += 200 * by;
      z[i][1] += PER_PUMP * by;
    }
    return this;
  }

  /** Lets the level no longer follow the pump from a frame on. */
  PumpedTank disconnectPump(int from) {
    for (int i = from; i < z.length; i++) {
      z[i][1] -= PER_PUMP * (pump[i] - 1000) / 200;
    }
    return this;
  }

  /** Lowers the level from a frame on, by a part that nothing explains. */
  PumpedTank dim(int from, double by) {
    for (int i = from; i < z.length; i++) {
      z[i][1] -= by;
    }
    return this;
  }

  /** Leaves the speed of the pump out of a frame. */
  PumpedTank lose(int frame) {
    pump[frame] = Double.NaN;
    return this;
  }

  /** The noise of the level in a frame, before its factor. */
  double noise(int index) {
    return noise[index];
  }

  /** A frame with the speed of the pump as an attribute, if it has one. */
  Frame frame(int index) {
    byte[] pixels = new byte[IMAGE.size()];
    read(index, pixels, 0);
    return new Frame(
        "tank",
        index,
        time(index),
        IMAGE.width(),
        IMAGE.height(),
        PixelFormat.GRAY8,
        pixels,
        Double.isNaN(pump[index]) || !variables.contains(PUMP)
            ? Map.of()
            : Map.of(Variables.PREFIX + PUMP, Double.toString(pump[index])));
  }

  @Override
  public String name() {
    return "pumped tank";
  }

  @Override
  public String sha256() {
    return "0123456789abcdef".repeat(4);
  }

  @Override
  public ImageShape shape() {
    return IMAGE;
  }

  @Override
  public int size() {
    return z.length;
  }

  /** Grey levels are rounded up in as many pixels of a half as brings its mean to the value. */
  @Override
  public void read(int index, byte[] into, int offset) {
    for (int pixel = 0; pixel < IMAGE.size(); pixel++) {
      double grey = 128 + GREY * z[index][pixel % 8 < 4 ? 0 : 1];
      int within = pixel / 8 * 4 + pixel % 4;
      into[offset + pixel] = (byte) (int) Math.floor(grey + (within + 0.5) / HALF);
    }
  }

  @Override
  public List<String> factorNames() {
    return List.of("leak", "level");
  }

  @Override
  public double[] factors(int index) {
    return z[index].clone();
  }

  @Override
  public List<String> variableNames() {
    return variables;
  }

  @Override
  public double[] variables(int index) {
    return variables.isEmpty() ? new double[0] : new double[] {pump[index]};
  }

  /**
   * A trainer whose network reads the brightness of both halves, standardised by the labels, with a
   * decoder that draws it.
   */
  static final class Reader implements Trainer {
    @Override
    public String architecture() {
      return "reader";
    }

    @Override
    public String preprocessing() {
      return "none";
    }

    @Override
    public TrainedNetwork train(
        TrainingData data,
        int frames,
        int[] labelled,
        TrainingSettings settings,
        byte @Nullable [] start,
        TrainingProgress progress) {
      double[] mean = new double[D];
      double[] sd = new double[D];
      for (int k = 0; k < D; k++) {
        int factor = k;
        double[] values =
            Arrays.stream(labelled)
                .mapToDouble(frame -> Objects.requireNonNull(data.factors(frame))[factor])
                .toArray();
        mean[k] = Arrays.stream(values).average().orElseThrow();
        sd[k] =
            Math.sqrt(
                Arrays.stream(values)
                    .map(value -> Math.pow(value - mean[factor], 2))
                    .average()
                    .orElseThrow());
      }
      return new Network(mean, sd);
    }
  }

  private record Network(double[] labelMean, double[] labelSd) implements TrainedNetwork {
    @Override
    public int latents() {
      return D;
    }

    @Override
    public float[] encode(byte[] pixels, int frames) {
      double[] ones = {1, 1};
      try (ResidualScorer scorer =
          Scorers.onnx(plan(new double[D], ones, LatentLinearization.none(D), null, null))) {
        return scorer.score(FrameInputs.of(pixels, frames)).observed();
      }
    }

    @Override
    public NetworkPlan plan(
        double[] mean,
        double[] scale,
        LatentLinearization linearization,
        @Nullable LatentHead head,
        @Nullable Mechanisms mechanisms) {
      int size = IMAGE.size();
      float[] read = new float[size * D];
      float[] readBias = new float[D];
      float[] draw = new float[D * size];
      float[] drawBias = new float[size];
      float[] meanImage = new float[size];
      Arrays.fill(meanImage, 128);
      for (int k = 0; k < D; k++) {
        double unit = labelSd[k] * scale[k];
        double centre = labelMean[k] + labelSd[k] * mean[k];
        readBias[k] = (float) (-centre / unit);
        for (int pixel = 0; pixel < size; pixel++) {
          if (pixel % 8 < 4 == (k == 0)) {
            read[pixel * D + k] = (float) (1 / (HALF * GREY * unit));
            draw[k * size + pixel] = (float) (GREY * unit);
            drawBias[pixel] = (float) (GREY * centre);
          }
        }
      }
      NetworkLayer same =
          new NetworkLayer.Convolution(1, 1, 1, 1, 0, new float[] {1}, new float[1], false);
      return new NetworkPlan(
          IMAGE,
          D,
          1,
          meanImage,
          List.of(same, new NetworkLayer.Dense(size, D, read, readBias, false)),
          head == null ? null : head.correction(),
          mechanisms == null
              ? new StructuralEquations(
                  new float[D], new float[D * D], new float[0], new float[0], new float[0])
              : mechanisms.equations(),
          List.of(new NetworkLayer.Dense(D, size, draw, drawBias, false), same),
          (float) (1 / (255.0 * 255.0 * size)));
    }

    @Override
    public byte[] weights() {
      return new byte[] {1};
    }

    @Override
    public TrainingLosses finalLosses() {
      return new TrainingLosses(0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public List<TrainingLosses> history() {
      return List.of();
    }

    @Override
    public double[][] learntEdges() {
      return new double[D][D];
    }

    @Override
    public List<String> warnings() {
      return List.of();
    }

    @Override
    public StepTimes stepTimes() {
      return new StepTimes(1, 1, 1, 0);
    }

    @Override
    public void close() {}
  }
}
