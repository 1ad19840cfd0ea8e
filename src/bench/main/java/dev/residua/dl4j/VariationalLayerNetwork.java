package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.training.LatentHead;
import dev.residua.training.LatentLinearization;
import dev.residua.training.Mechanisms;
import dev.residua.training.StepTimes;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained variational layer of Deeplearning4j. Its latents are the means of the encoder, mapped
 * by {@link LatentNaming}. For one thread at a time.
 */
final class VariationalLayerNetwork implements TrainedNetwork {
  private final MultiLayerNetwork network;
  private final INDArray input;
  private final ImageShape image;
  private final float[] mean;
  private final LatentNaming naming;
  private final LossCurve curve;
  private final StepTimes times;

  /**
   * @param input of one batch, shape {@code [batch, pixels]}
   * @param mean image that is subtracted, {@code [height][width][channels]}, in [0, 1]
   */
  VariationalLayerNetwork(
      MultiLayerNetwork network,
      INDArray input,
      ImageShape image,
      float[] mean,
      int latents,
      LossCurve curve,
      StepTimes times) {
    this(network, input, image, mean, LatentNaming.none(latents), curve, times);
  }

  private VariationalLayerNetwork(
      MultiLayerNetwork network,
      INDArray input,
      ImageShape image,
      float[] mean,
      LatentNaming naming,
      LossCurve curve,
      StepTimes times) {
    this.network = network;
    this.input = input;
    this.image = image;
    this.mean = mean;
    this.naming = naming;
    this.curve = curve;
    this.times = times;
  }

  /**
   * The same network with latents that predict the labels of some frames.
   *
   * @throws TrainingFailedException if the labels do not give as many directions as latents
   */
  VariationalLayerNetwork named(TrainingData data, int[] labelled, LabelScale labels)
      throws TrainingFailedException {
    int size = image.size();
    byte[] pixels = new byte[labelled.length * size];
    double[][] known = new double[labelled.length][labels.factors()];
    for (int i = 0; i < labelled.length; i++) {
      data.read(labelled[i], pixels, i * size);
      double[] values = LabelScale.factors(data, labelled[i]);
      for (int f = 0; f < labels.factors(); f++) {
        known[i][f] = labels.standardize(f, values[f]);
      }
    }
    return new VariationalLayerNetwork(
        network,
        input,
        image,
        mean,
        LatentNaming.fit(means(pixels, labelled.length), known),
        curve,
        times);
  }

  /** Squared error summed over a frame, mean over the batch, of decoding the means. */
  static double error(MultiLayerNetwork network, INDArray batch) {
    VariationalAutoencoder layer = (VariationalAutoencoder) network.getLayer(0);
    return layer.reconstructionError(batch).meanNumber().doubleValue();
  }

  @Override
  public int latents() {
    return naming.size();
  }

  @Override
  public float[] encode(byte[] pixels, int frames) {
    int d = naming.size();
    float[] latents = new float[frames * d];
    double[][] means = means(pixels, frames);
    for (int r = 0; r < frames; r++) {
      double[] named = naming.apply(means[r]);
      for (int i = 0; i < d; i++) {
        latents[r * d + i] = (float) named[i];
      }
    }
    return latents;
  }

  private double[][] means(byte[] pixels, int frames) {
    int size = image.size();
    int batch = Math.toIntExact(input.size(0));
    float[] blocks = new float[batch * size];
    double[][] means = new double[frames][];
    for (int from = 0; from < frames; from += batch) {
      int count = Math.min(batch, frames - from);
      for (int r = 0; r < count; r++) {
        Blocks.put(image, pixels, (from + r) * size, mean, blocks, r * size);
      }
      input.data().asNioFloat().put(blocks);
      INDArray encoded = network.output(input);
      for (int r = 0; r < count; r++) {
        means[from + r] = encoded.getRow(r).toDoubleVector();
      }
    }
    return means;
  }

  /**
   * Returns the network of a model. The plan's convolutions change the unit of the pixels only.
   *
   * @throws IllegalArgumentException if the linearization maps a latent
   */
  @Override
  public NetworkPlan plan(
      double[] mean,
      double[] scale,
      LatentLinearization linearization,
      @Nullable LatentHead head,
      @Nullable Mechanisms mechanisms) {
    if (!linearization.isNone()) {
      throw new IllegalArgumentException("latents of the variational layer are not straightened");
    }
    LatentNaming map = naming.standardized(mean, scale);
    int block = NetworkLayout.BLOCK;
    int channels = block * block * image.channels();
    int[] position = PlanBuilder.channelsFirst(image.size() / channels, channels);

    List<NetworkLayer> encoder = new ArrayList<>();
    encoder.add(scaled(channels, 1 / PlanBuilder.WHITE));
    NetworkLayer.Dense first = dense("e0", true);
    encoder.add(
        new NetworkLayer.Dense(
            first.in(), first.out(), rowsMoved(first, position), first.bias(), true));
    encoder.add(dense("e1", true));
    encoder.add(map.after(dense("pZXMean", false)));

    List<NetworkLayer> decoder = new ArrayList<>();
    decoder.add(map.before(dense("d0", true)));
    decoder.add(dense("d1", true));
    decoder.add(columnsMoved(dense("pXZ", false), position));
    decoder.add(scaled(channels, PlanBuilder.WHITE));
    return new NetworkPlan(
        image,
        naming.size(),
        block,
        PlanBuilder.meanImage(image, this.mean),
        encoder,
        head == null ? null : head.correction(),
        PlanBuilder.equations(mechanisms, naming.size()),
        decoder,
        PlanBuilder.errorScale(image));
  }

  /** A convolution of single pixels that multiplies every channel by a number. */
  private static NetworkLayer scaled(int channels, double factor) {
    float[] weights = new float[channels * channels];
    for (int c = 0; c < channels; c++) {
      weights[c * channels + c] = (float) factor;
    }
    return new NetworkLayer.Convolution(
        channels, channels, 1, 1, 0, weights, new float[channels], false);
  }

  /** Part of the layer by the prefix of its two parameters. */
  private NetworkLayer.Dense dense(String name, boolean relu) {
    INDArray weights = network.getParam("0_" + name + "W");
    return new NetworkLayer.Dense(
        Math.toIntExact(weights.size(0)),
        Math.toIntExact(weights.size(1)),
        weights.dup('c').data().asFloat(),
        network.getParam("0_" + name + "b").dup('c').data().asFloat(),
        relu);
  }

  private static float[] rowsMoved(NetworkLayer.Dense layer, int[] position) {
    float[] moved = new float[layer.weights().length];
    for (int row = 0; row < layer.in(); row++) {
      System.arraycopy(
          layer.weights(), row * layer.out(), moved, position[row] * layer.out(), layer.out());
    }
    return moved;
  }

  private static NetworkLayer columnsMoved(NetworkLayer.Dense layer, int[] position) {
    float[] weights = new float[layer.weights().length];
    float[] bias = new float[layer.out()];
    for (int column = 0; column < layer.out(); column++) {
      bias[position[column]] = layer.bias()[column];
      for (int row = 0; row < layer.in(); row++) {
        weights[row * layer.out() + position[column]] = layer.weights()[row * layer.out() + column];
      }
    }
    return new NetworkLayer.Dense(layer.in(), layer.out(), weights, bias, layer.relu());
  }

  /** The parameters of the layer in the order of Deeplearning4j, as big-endian floats. */
  @Override
  public byte[] weights() {
    float[] all = network.params().dup().data().asFloat();
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * all.length);
    bytes.asFloatBuffer().put(all);
    return bytes.array();
  }

  @Override
  public TrainingLosses finalLosses() {
    return curve.latest();
  }

  @Override
  public List<TrainingLosses> history() {
    return curve.points();
  }

  /** No edges: the layer learns no graph. */
  @Override
  public double[][] learntEdges() {
    return new double[naming.size()][naming.size()];
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public StepTimes stepTimes() {
    return times;
  }

  @Override
  public void close() {
    network.close();
    input.close();
  }
}
