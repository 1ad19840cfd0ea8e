package dev.residua.dl4j;

import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.training.LatentHead;
import dev.residua.training.LatentLinearization;
import dev.residua.training.Mechanisms;
import dev.residua.training.MonotoneMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Builds the network plan of trained weights and structural equations. Scaling by 1/255 is folded
 * into the first and last convolution, standardisation of latents into the layers around them.
 */
public final class PlanBuilder {
  static final double WHITE = 255;

  private static final MonotoneMap SAME =
      new MonotoneMap(new double[] {-1, 0, 1}, new double[] {-1, 0, 1});

  private final NetworkWeights weights;
  private final ImageShape image;
  private final int d;

  private PlanBuilder(NetworkWeights weights) {
    this.weights = weights;
    this.image = weights.image();
    this.d = weights.latents();
  }

  /**
   * Returns the plan of a model.
   *
   * @param mean subtracted from each latent, shape {@code [d]}
   * @param scale divides each latent afterwards, shape {@code [d]}, above 0
   * @param linearization maps the standardised latents, and back before the decoder
   * @param head corrects the mapped latents, while the decoder reads them uncorrected; null
   *     corrects nothing
   * @param mechanisms equations of the corrected latents, and of the variables behind them; null
   *     expects 0 everywhere
   */
  static NetworkPlan model(
      NetworkWeights weights,
      double[] mean,
      double[] scale,
      LatentLinearization linearization,
      @Nullable LatentHead head,
      @Nullable Mechanisms mechanisms) {
    PlanBuilder builder = new PlanBuilder(weights.folded());
    return new NetworkPlan(
        builder.image,
        builder.d,
        NetworkLayout.BLOCK,
        meanImage(builder.image, weights.meanImage()),
        builder.encoder(mean, scale, linearization),
        head == null ? null : head.correction(),
        equations(mechanisms, builder.d),
        builder.decoder(mean, scale, linearization),
        errorScale(builder.image));
  }

  /** Factor from the sum of squared grey levels of a frame to mean squared intensities. */
  static float errorScale(ImageShape image) {
    return (float) (1 / (WHITE * WHITE * image.size()));
  }

  /**
   * Returns the plan of the network alone: latents are neither standardised nor corrected, and 0 is
   * expected of each.
   *
   * @param weights from {@link dev.residua.training.TrainedNetwork#weights}
   * @throws IllegalArgumentException if the bytes are something else
   */
  public static NetworkPlan network(byte[] weights) {
    NetworkWeights read = NetworkWeights.fromBytes(weights);
    double[] ones = new double[read.latents()];
    Arrays.fill(ones, 1);
    return model(
        read,
        new double[read.latents()],
        ones,
        LatentLinearization.none(read.latents()),
        null,
        null);
  }

  /**
   * The mean image in blocks, in grey levels.
   *
   * @param picture intensities in [0, 1], {@code [height][width][channels]}
   */
  static float[] meanImage(ImageShape image, float[] picture) {
    int block = NetworkLayout.BLOCK;
    int c = image.channels();
    int rows = image.height() / block;
    int columns = image.width() / block;
    float[] mean = new float[image.size()];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        for (int k = 0; k < c; k++) {
          int channel = (y % block * block + x % block) * c + k;
          int at = (channel * rows + y / block) * columns + x / block;
          mean[at] = (float) (WHITE * picture[(y * image.width() + x) * c + k]);
        }
      }
    }
    return mean;
  }

  private List<NetworkLayer> encoder(
      double[] mean, double[] scale, LatentLinearization linearization) {
    int blocks = NetworkLayout.BLOCK * NetworkLayout.BLOCK * image.channels();
    int flat = weights.layout().flat();
    int n = NetworkLayout.DENSE;
    List<NetworkLayer> layers = new ArrayList<>();
    layers.add(convolution("enc1", 3, 1, blocks, NetworkLayout.FIRST, 1 / WHITE, 1, true));
    layers.add(convolution("enc2", 4, 2, NetworkLayout.FIRST, NetworkLayout.DEEP, 1, 1, true));
    layers.add(convolution("enc3", 4, 2, NetworkLayout.DEEP, NetworkLayout.DEEP, 1, 1, true));
    for (String name : weights.layout().furtherConvolutions()) {
      layers.add(convolution(name, 4, 2, NetworkLayout.DEEP, NetworkLayout.DEEP, 1, 1, true));
    }
    float[] first = weights.get("enc4.w");
    float[] moved = new float[first.length];
    int[] position =
        channelsFirst(
            weights.layout().deepRows() * weights.layout().deepColumns(), NetworkLayout.DEEP);
    for (int row = 0; row < flat; row++) {
      System.arraycopy(first, row * n, moved, position[row] * n, n);
    }
    layers.add(new NetworkLayer.Dense(flat, n, moved, weights.get("enc4.b"), true));
    layers.add(dense("enc5", n));
    float[] w = weights.get("enc6.w").clone();
    float[] b = weights.get("enc6.b").clone();
    for (int i = 0; i < d; i++) {
      for (int row = 0; row < n; row++) {
        w[row * d + i] = (float) (w[row * d + i] / scale[i]);
      }
      b[i] = (float) ((b[i] - mean[i]) / scale[i]);
    }
    layers.add(new NetworkLayer.Dense(n, d, w, b, false));
    layers.addAll(mapped(linearization::map, linearization.isNone()));
    return layers;
  }

  /**
   * Two layers that apply a piecewise linear function to each latent: {@code y_1 - s_1 relu(x_1 -
   * x) + s_2 relu(x - x_1) + sum_k (s_(k+1) - s_k) relu(x - x_k)} with inner points {@code x_k} and
   * slopes {@code s_k}.
   */
  private List<NetworkLayer> mapped(IntFunction<Optional<MonotoneMap>> maps, boolean none) {
    if (none) {
      return List.of();
    }
    List<MonotoneMap> all = new ArrayList<>();
    int hinges = 0;
    for (int i = 0; i < d; i++) {
      MonotoneMap map = maps.apply(i).orElse(SAME);
      all.add(map);
      hinges += map.segments();
    }
    float[] in = new float[d * hinges];
    float[] inBias = new float[hinges];
    float[] out = new float[hinges * d];
    float[] outBias = new float[d];
    int at = 0;
    for (int i = 0; i < d; i++) {
      MonotoneMap map = all.get(i);
      outBias[i] = (float) map.y()[1];
      for (int k = 0; k < map.segments(); k++) {
        int sign = k == 0 ? -1 : 1;
        in[i * hinges + at] = sign;
        inBias[at] = (float) (-sign * map.x()[Math.max(1, k)]);
        out[at * d + i] =
            (float) (k == 0 ? -map.slope(0) : map.slope(k) - (k == 1 ? 0 : map.slope(k - 1)));
        at++;
      }
    }
    return List.of(
        new NetworkLayer.Dense(d, hinges, in, inBias, true),
        new NetworkLayer.Dense(hinges, d, out, outBias, false));
  }

  /** Equations of a model; without mechanisms they expect 0 of each of the {@code d} latents. */
  static StructuralEquations equations(@Nullable Mechanisms mechanisms, int d) {
    return mechanisms == null
        ? new StructuralEquations(
            new float[d], new float[d * d], new float[0], new float[0], new float[0])
        : mechanisms.equations();
  }

  private List<NetworkLayer> decoder(
      double[] mean, double[] scale, LatentLinearization linearization) {
    int n = NetworkLayout.DENSE;
    float[] original = weights.get("dec1.w");
    float[] w = original.clone();
    float[] b = weights.get("dec1.b").clone();
    for (int column = 0; column < n; column++) {
      double shift = b[column];
      for (int i = 0; i < d; i++) {
        shift += mean[i] * original[i * n + column];
        w[i * n + column] = (float) (original[i * n + column] * scale[i]);
      }
      b[column] = (float) shift;
    }
    List<NetworkLayer> layers = new ArrayList<>();
    layers.addAll(
        mapped(i -> linearization.map(i).map(MonotoneMap::inverse), linearization.isNone()));
    layers.add(new NetworkLayer.Dense(d, n, w, b, true));
    layers.add(dense("dec2", n));
    int flat = weights.layout().flat();
    int[] position =
        channelsFirst(
            weights.layout().deepRows() * weights.layout().deepColumns(), NetworkLayout.DEEP);
    float[] last = weights.get("dec3.w");
    float[] lastBias = weights.get("dec3.b");
    float[] moved = new float[last.length];
    float[] movedBias = new float[flat];
    for (int column = 0; column < flat; column++) {
      movedBias[position[column]] = lastBias[column];
      for (int row = 0; row < n; row++) {
        moved[row * flat + position[column]] = last[row * flat + column];
      }
    }
    layers.add(new NetworkLayer.Dense(n, flat, moved, movedBias, true));
    for (String name : weights.layout().furtherDeconvolutions()) {
      layers.add(deconvolution(name, NetworkLayout.DEEP, NetworkLayout.DEEP));
    }
    layers.add(deconvolution("dec4", NetworkLayout.DEEP, NetworkLayout.DEEP));
    layers.add(deconvolution("dec5", NetworkLayout.DEEP, NetworkLayout.FIRST));
    int blocks = NetworkLayout.BLOCK * NetworkLayout.BLOCK * image.channels();
    layers.add(convolution("dec6", 3, 1, NetworkLayout.FIRST, blocks, WHITE, WHITE, false));
    return layers;
  }

  /** Position in {@code [c, h, w]} of each value of the flat {@code [h, w, c]} layout. */
  static int[] channelsFirst(int area, int channels) {
    int[] position = new int[area * channels];
    for (int cell = 0; cell < area; cell++) {
      for (int c = 0; c < channels; c++) {
        position[cell * channels + c] = c * area + cell;
      }
    }
    return position;
  }

  private NetworkLayer convolution(
      String name,
      int kernel,
      int stride,
      int in,
      int out,
      double weightScale,
      double biasScale,
      boolean relu) {
    float[] source = weights.get(name + ".w"); // [kH, kW, in, out]
    float[] target = new float[source.length]; // [out, in, kH, kW]
    int area = kernel * kernel;
    for (int k = 0; k < area; k++) {
      for (int i = 0; i < in; i++) {
        for (int o = 0; o < out; o++) {
          target[(o * in + i) * area + k] = (float) (weightScale * source[(k * in + i) * out + o]);
        }
      }
    }
    float[] bias = weights.get(name + ".b").clone();
    for (int o = 0; o < out; o++) {
      bias[o] = (float) (biasScale * bias[o]);
    }
    return new NetworkLayer.Convolution(in, out, kernel, stride, 1, target, bias, relu);
  }

  private NetworkLayer deconvolution(String name, int in, int out) {
    int kernel = 4;
    float[] source = weights.get(name + ".w"); // [kH, kW, out, in]
    float[] target = new float[source.length]; // [in, out, kH, kW]
    int area = kernel * kernel;
    for (int k = 0; k < area; k++) {
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          target[(i * out + o) * area + k] = source[(k * out + o) * in + i];
        }
      }
    }
    return new NetworkLayer.Deconvolution(
        in, out, kernel, 2, 1, target, weights.get(name + ".b"), true);
  }

  private NetworkLayer dense(String name, int n) {
    return new NetworkLayer.Dense(n, n, weights.get(name + ".w"), weights.get(name + ".b"), true);
  }
}
