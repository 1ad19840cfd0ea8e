package dev.residua.training;

import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameTimes;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.testing.AdditiveNoise;
import dev.residua.testing.TestEngine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Frames whose first pixels are the bits of the factors of {@link AdditiveNoise}, and a trainer
 * whose network reads them: what comes after the network can be tested without one.
 */
final class KnownLatents implements TrainingData {
  private static final ImageShape IMAGE = new ImageShape(16, 16, 1);
  private static final int D = 4;

  private final double[][] z;
  private final FrameTimes times;
  private final int[][] broken;
  private final int labelEvery;
  private int labelsOff;
  private double labelsRaised;
  private double labelsBlurred;
  private int labelsEnd = Integer.MAX_VALUE;

  private final List<OrderAnswer> answers = new ArrayList<>();

  KnownLatents(int n, int labelEvery, long seed) {
    this(AdditiveNoise.latents(n, seed), FrameTimes.NONE, labelEvery);
  }

  /**
   * @param z factors, shape {@code [n][4]}
   */
  KnownLatents(double[][] z, FrameTimes times, int labelEvery) {
    this.z = z;
    this.times = times;
    this.broken = new int[z.length][0];
    this.labelEvery = labelEvery;
  }

  @Override
  public FrameTimes times() {
    return times;
  }

  /** Gives every frame the labels of a later one. */
  void mislabel() {
    labelsOff = 7;
  }

  /** Adds a number to all labels. */
  void raiseLabels(double by) {
    labelsRaised = by;
  }

  /** Adds normal errors to all labels. */
  void blurLabels(double deviation) {
    labelsBlurred = deviation;
  }

  /**
   * Adds answers about the factors in turn. Each compares two random frames.
   *
   * @param wrongEvery every how many answers one is wrong
   */
  void answer(int count, int wrongEvery, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      int first = random.nextInt(z.length);
      int second = (first + 1 + random.nextInt(z.length - 1)) % z.length;
      int sign = z[first][i % D] > z[second][i % D] ? 1 : -1;
      answers.add(
          new OrderAnswer(first, second, i % D, i % wrongEvery == wrongEvery - 1 ? -sign : sign));
    }
  }

  @Override
  public List<OrderAnswer> answers() {
    return List.copyOf(answers);
  }

  /** Leaves frames from an index on without labels. */
  void labelOnly(int frames) {
    labelsEnd = frames;
  }

  /** Sets a factor by hand and says so. */
  void intervene(int frame, int factor, double value) {
    z[frame][factor] = value;
    broken[frame] = new int[] {factor};
  }

  @Override
  public String name() {
    return "known latents";
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

  @Override
  public void read(int index, byte[] into, int offset) {
    Arrays.fill(into, offset, offset + IMAGE.size(), (byte) 100);
    ByteBuffer pixels = ByteBuffer.wrap(into, offset, IMAGE.size());
    for (double value : z[index]) {
      pixels.putFloat((float) value);
    }
  }

  @Override
  public List<String> factorNames() {
    return AdditiveNoise.NAMES;
  }

  @Override
  public double @Nullable [] factors(int index) {
    if (labelEvery == 0 || index >= labelsEnd || index % labelEvery != 0) {
      return null;
    }
    SplittableRandom random = new SplittableRandom(index);
    return Arrays.stream(z[(index + labelsOff) % z.length])
        .map(v -> v + labelsRaised + labelsBlurred * random.nextGaussian())
        .toArray();
  }

  @Override
  public int[] broken(int index) {
    return broken[index];
  }

  /** The factors in a frame. */
  private static double[] decode(byte[] pixels, int frame) {
    ByteBuffer bits = ByteBuffer.wrap(pixels, frame * IMAGE.size(), 4 * D);
    double[] values = new double[D];
    Arrays.setAll(values, i -> bits.getFloat());
    return values;
  }

  /**
   * A trainer whose networks give the factors, standardised by the labels and then warped; the
   * reconstruction error is {@code 1e-5 seed}.
   */
  static final class Reader implements Trainer {
    private LongFunction<UnaryOperator<double[]>> warps;
    private final Map<List<NetworkLayer>, Model> models = new IdentityHashMap<>(); // by encoder
    private int trainings;
    private @Nullable NetworkPlan last;

    Reader(UnaryOperator<double[]> warp) {
      this.warps = seed -> warp;
    }

    /**
     * @param warps by the seed of the training
     */
    static Reader bySeed(LongFunction<UnaryOperator<double[]>> warps) {
      Reader reader = new Reader(z -> z);
      reader.warps = warps;
      return reader;
    }

    int trainings() {
      return trainings;
    }

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
      trainings++;
      double[] mean = new double[D];
      double[] scale = new double[D];
      Arrays.fill(scale, 1);
      for (int i = 0; i < D && labelled.length > 0; i++) {
        int factor = i;
        double[] values =
            Arrays.stream(labelled)
                .mapToDouble(frame -> java.util.Objects.requireNonNull(data.factors(frame))[factor])
                .toArray();
        mean[i] = Arrays.stream(values).average().orElseThrow();
        scale[i] =
            Math.sqrt(
                Arrays.stream(values)
                    .map(value -> Math.pow(value - mean[factor], 2))
                    .average()
                    .orElseThrow());
      }
      return new Network(mean, scale, 1e-5f * settings.seed(), warps.apply(settings.seed()));
    }

    /** Opens the model of the last plan. */
    ResidualScorer openLast() {
      NetworkPlan plan = java.util.Objects.requireNonNull(last);
      return plan.scorer(open(plan));
    }

    /** Opens the models of the plans that {@link Network#plan} returned. */
    NetworkEngine open(NetworkPlan plan) {
      return java.util.Objects.requireNonNull(models.get(plan.encoder())).engine();
    }

    private final class Network implements TrainedNetwork {
      private final double[] labelMean;
      private final double[] labelScale;
      private final float error;
      private final UnaryOperator<double[]> warp;

      Network(double[] labelMean, double[] labelScale, float error, UnaryOperator<double[]> warp) {
        this.labelMean = labelMean;
        this.labelScale = labelScale;
        this.error = error;
        this.warp = warp;
      }

      @Override
      public int latents() {
        return D;
      }

      private double[] latents(byte[] pixels, int frame) {
        double[] values = decode(pixels, frame);
        for (int i = 0; i < D; i++) {
          values[i] = (values[i] - labelMean[i]) / labelScale[i];
        }
        return warp.apply(values);
      }

      @Override
      public float[] encode(byte[] pixels, int frames) {
        float[] out = new float[frames * D];
        for (int n = 0; n < frames; n++) {
          double[] z = latents(pixels, n);
          for (int i = 0; i < D; i++) {
            out[n * D + i] = (float) z[i];
          }
        }
        return out;
      }

      @Override
      public NetworkPlan plan(
          double[] mean,
          double[] scale,
          LatentLinearization linearization,
          @Nullable LatentHead head,
          @Nullable Mechanisms mechanisms) {
        NetworkPlan plan = RandomNetworks.of(IMAGE, D, 1);
        if (mechanisms != null) {
          plan =
              new NetworkPlan(
                  IMAGE,
                  D,
                  plan.block(),
                  plan.meanImage(),
                  plan.encoder(),
                  null,
                  mechanisms.equations(),
                  plan.decoder(),
                  plan.errorScale());
        }
        last = plan;
        models.put(
            plan.encoder(), new Model(this, mean.clone(), scale.clone(), linearization, head));
        return plan;
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
      public StepTimes stepTimes() {
        return new StepTimes(1, 1, 1, 0);
      }

      @Override
      public List<String> warnings() {
        return List.of("said by the network");
      }

      @Override
      public void close() {}
    }

    private record Model(
        Network network,
        double[] mean,
        double[] scale,
        LatentLinearization linearization,
        @Nullable LatentHead head) {
      NetworkEngine engine() {
        return new TestEngine(IMAGE, D, (pixels, offset, code) -> 0) {
          @Override
          public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
            float[] codes = new float[frames * D];
            float[] errors = new float[frames];
            for (int n = 0; n < frames; n++) {
              double[] z = network.latents(pixels, n);
              for (int i = 0; i < D; i++) {
                z[i] = (z[i] - mean[i]) / scale[i];
              }
              z = linearization.apply(z);
              z = head == null ? z : head.apply(z);
              for (int i = 0; i < D; i++) {
                codes[n * D + i] = (float) z[i];
              }
              errors[n] = network.error * (1 + 0.01f * (n % 10));
            }
            return new Encoded(codes, errors);
          }
        };
      }
    }
  }
}
