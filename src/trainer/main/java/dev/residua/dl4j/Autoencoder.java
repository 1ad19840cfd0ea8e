package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Convolutional encoder and its mirror for batches of one size, forward and back.
 *
 * <p>Pixel errors are summed over a frame. For frames of more than 64x64 pixels in colour, their
 * gradient is divided by the excess: otherwise they would outweigh the losses of the latents.
 *
 * <p>The decoder may carry rows of latents in addition to those of the batch, in blocks that are
 * each compared with consecutive frames of the batch. The encoder may carry probes in addition to
 * the batch: frames that are encoded and not reconstructed.
 */
final class Autoencoder {
  /** Values of a frame for which the weights of the losses were chosen. */
  private static final int USUAL_VALUES = 64 * 64 * 3;

  private final INDArray frames;
  private final INDArray targets;
  private final int batch;
  private final List<Extra> extras;
  private final int extra;
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final List<Layer> trunk = new ArrayList<>();
  private final List<Layer> decoder = new ArrayList<>();
  private final Layer meanHead;
  private final Layer logVarianceHead;
  private final boolean variational;
  private final INDArray hidden; // gradient by the trunk's last layer, from one head
  private final INDArray latents; // [batch + extra, d]
  private final INDArray latentGradient;
  private final INDArray reconstruction;

  /** Gradient by the frames, which the first convolution's gradient computes along with its own. */
  private final INDArray unused;

  private final ImageShape image;
  private final double pixelWeight;
  private @Nullable INDArray weights; // of differences; null if all count

  /** Those of each block of further rows, in addition; null if all count. */
  private final @Nullable INDArray[] extraWeights;

  private final Map<String, INDArray> parameters = new LinkedHashMap<>();

  /**
   * Rows that the decoder carries in addition to those of the batch.
   *
   * @param first frame of the batch that the first row is compared with
   * @param rows number of rows
   */
  record Extra(int first, int rows) {}

  /**
   * A network without probes.
   *
   * @param frames {@code [batch, H/4, W/4, 16 C]}, read at every {@link #encode}
   * @param targets pictures in the same layout that {@link #decode} compares with; may be the same
   *     array
   * @param extras further rows of the decoder, block after block
   */
  Autoencoder(NetworkLayout layout, INDArray frames, INDArray targets, List<Extra> extras) {
    this(layout, frames, targets, 0, extras, null);
  }

  /**
   * @param frames {@code [batch + probes, H/4, W/4, 16 C]}
   * @param targets {@code [batch or more, H/4, W/4, 16 C]}
   * @param other the network whose parameters this one has too, or null for parameters of its own;
   *     gradients are its own in any case
   */
  Autoencoder(
      NetworkLayout layout,
      INDArray frames,
      INDArray targets,
      int probes,
      List<Extra> extras,
      @Nullable Autoencoder other) {
    this.frames = frames;
    this.targets = targets;
    int encoded = Math.toIntExact(frames.size(0));
    this.batch = encoded - probes;
    this.extras = List.copyOf(extras);
    this.extraWeights = new INDArray[extras.size()];
    this.extra = extras.stream().mapToInt(Extra::rows).sum();
    this.variational = layout.variational();
    for (Parameter parameter : layout.parameters()) {
      if (parameter.group() == Parameter.Group.AUTOENCODER) {
        parameters.put(
            parameter.name(),
            other == null
                ? Nd4j.create(DataType.FLOAT, parameter.shape())
                : other.parameter(parameter.name()));
      }
    }
    this.image = layout.image();
    this.pixelWeight = Math.min(1, (double) USUAL_VALUES / image.size());
    this.unused = frames.ulike();
    INDArray x = frames;
    INDArray g = unused;
    for (String name : layout.convolutions()) {
      int stride = trunk.isEmpty() ? 1 : 2;
      Layer layer =
          Layer.convolution(x, g, weight(name), bias(name), stride, true, layout.normalized());
      add(trunk, name, layer);
      x = layer.output;
      g = layer.outputGradient;
    }
    x = x.reshape('c', encoded, layout.flat());
    g = g.reshape('c', encoded, layout.flat());
    for (int i = 4; i <= 5; i++) {
      Layer layer = Layer.dense(x, g, weight("enc" + i), bias("enc" + i), true);
      add(trunk, "enc" + i, layer);
      x = layer.output;
      g = layer.outputGradient;
    }
    this.hidden = g.ulike();
    this.meanHead = Layer.dense(x, g, weight("enc6"), bias("enc6"), false);
    layers.put("enc6", meanHead);
    if (variational) {
      this.logVarianceHead = Layer.dense(x, hidden, weight("enc7"), bias("enc7"), false);
      layers.put("enc7", logVarianceHead);
    } else {
      this.logVarianceHead = meanHead;
    }

    int rows = batch + extra;
    this.latents = Nd4j.create(DataType.FLOAT, rows, layout.latents());
    this.latentGradient = Nd4j.create(DataType.FLOAT, rows, layout.latents());
    x = latents;
    g = latentGradient;
    for (int i = 1; i <= 3; i++) {
      Layer layer = Layer.dense(x, g, weight("dec" + i), bias("dec" + i), true);
      add(decoder, "dec" + i, layer);
      x = layer.output;
      g = layer.outputGradient;
    }
    long[] deep = {rows, layout.deepRows(), layout.deepColumns(), NetworkLayout.DEEP};
    x = x.reshape('c', deep);
    g = g.reshape('c', deep);
    List<String> deconvolutions = new ArrayList<>(layout.furtherDeconvolutions());
    deconvolutions.addAll(List.of("dec4", "dec5"));
    for (String name : deconvolutions) {
      Layer layer = Layer.deconvolution(x, g, weight(name), bias(name));
      add(decoder, name, layer);
      x = layer.output;
      g = layer.outputGradient;
    }
    Layer last = Layer.convolution(x, g, weight("dec6"), bias("dec6"), 1, false, false);
    add(decoder, "dec6", last);
    this.reconstruction = last.output;
  }

  private INDArray weight(String layer) {
    return parameter(layer + ".w");
  }

  private INDArray bias(String layer) {
    return parameter(layer + ".b");
  }

  private INDArray parameter(String name) {
    INDArray found = parameters.get(name);
    if (found == null) {
      throw new IllegalArgumentException("the network has no parameter " + name);
    }
    return found;
  }

  private void add(List<Layer> part, String name, Layer layer) {
    part.add(layer);
    layers.put(name, layer);
  }

  /** Rows that the decoder carries in addition to those of the batch. */
  int extra() {
    return extra;
  }

  /** Arrays of the parameters, by name. */
  Map<String, INDArray> values() {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    layers.forEach(
        (name, layer) -> {
          arrays.put(name + ".w", layer.weight);
          arrays.put(name + ".b", layer.bias);
        });
    return arrays;
  }

  /** Arrays that {@link #backward} fills, by parameter name. */
  Map<String, INDArray> gradients() {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    layers.forEach(
        (name, layer) -> {
          arrays.put(name + ".w", layer.weightGradient);
          arrays.put(name + ".b", layer.biasGradient);
        });
    return arrays;
  }

  /** Normalisations of convolutions by name; empty if the layout has none. */
  Map<String, BatchNormalization> normalizations() {
    Map<String, BatchNormalization> found = new LinkedHashMap<>();
    layers.forEach(
        (name, layer) -> {
          BatchNormalization own = layer.normalization();
          if (own != null) {
            found.put(name, own);
          }
        });
    return found;
  }

  /**
   * Latents of the frames, {@code [batch + probes, d]}: values, or means of a variational encoder.
   */
  INDArray encode() {
    trunk.forEach(Layer::forward);
    meanHead.forward();
    return meanHead.output;
  }

  /** Log variances of the latents after {@link #encode}, {@code [batch + probes, d]}. */
  INDArray logVariances() {
    if (!variational) {
      throw new IllegalStateException("a deterministic encoder has no variances");
    }
    logVarianceHead.forward();
    return logVarianceHead.output;
  }

  /**
   * Leaves masked pixels out of the errors of the next decodings.
   *
   * @param masks of the batch's rows
   */
  void weigh(PixelMask[] masks) {
    if (PixelMask.areEmpty(Arrays.asList(masks))) {
      weights = null;
      return;
    }
    float[] all = new float[Math.toIntExact(frames.length())];
    Arrays.fill(all, 1);
    for (int row = 0; row < masks.length; row++) {
      Blocks.set(image, masks[row], 0, all, row * image.size());
    }
    INDArray kept = weights == null ? frames.ulike() : weights;
    kept.data().asNioFloat().put(all);
    weights = kept;
  }

  /**
   * Leaves values of a block of further rows out of the errors of the next decodings.
   *
   * @param of has 1 for each value that counts and 0 for the others, in the layout of the frames
   * @param from position of the first
   */
  void weigh(int block, float[] of, int from) {
    INDArray kept = extraWeights[block];
    if (kept == null) {
      kept = Nd4j.create(DataType.FLOAT, Blocks.shape(image, extras.get(block).rows()));
      extraWeights[block] = kept;
    }
    kept.data().asNioFloat().put(of, from, Math.toIntExact(kept.length()));
  }

  /**
   * Squared pixel errors of a decoding, mean over the rows that count.
   *
   * @param extras one per block of further rows
   */
  record Errors(double reconstruction, double[] extras) {}

  /**
   * Decodes latents and passes the gradient of {@code weight reconstruction + sum_e extraWeights_e
   * extras_e} back to them, for large frames a part of it.
   *
   * @param values {@code [batch + extra, d]} row-major
   * @param counted rows of the batch, from the first, whose error counts
   * @param weight of their error
   * @param extraWeights one per block of further rows
   * @param gradient receives the gradient by {@code values}
   */
  Errors decode(
      float[] values, int counted, double weight, double[] extraWeights, float[] gradient) {
    latents.data().asNioFloat().put(values);
    decoder.forEach(Layer::forward);
    INDArray difference = decoder.get(decoder.size() - 1).outputGradient;
    difference.assign(reconstruction);
    INDArray ofBatch = rows(difference, 0, batch);
    ofBatch.subi(rows(targets, 0, batch));
    if (weights != null) {
      ofBatch.muli(rows(weights, 0, batch));
    }
    double error = 0;
    if (counted > 0) {
      INDArray seen = rows(difference, 0, counted);
      error = squares(seen) / counted;
      seen.muli(2 * pixelWeight * weight / counted);
    }
    if (counted < batch) {
      rows(difference, counted, batch).assign(0);
    }
    double[] extraErrors = new double[extras.size()];
    int at = batch;
    for (int e = 0; e < extraErrors.length; e++) {
      int first = extras.get(e).first();
      int count = extras.get(e).rows();
      INDArray more = rows(difference, at, at + count);
      more.subi(rows(targets, first, first + count));
      if (weights != null) {
        more.muli(rows(weights, first, first + count));
      }
      INDArray own = this.extraWeights[e];
      if (own != null) {
        more.muli(own);
      }
      extraErrors[e] = squares(more) / count;
      more.muli(2 * pixelWeight * extraWeights[e] / count);
      at += count;
    }
    for (int i = decoder.size() - 1; i >= 0; i--) {
      decoder.get(i).backward();
    }
    latentGradient.data().asNioFloat().get(gradient);
    return new Errors(error, extraErrors);
  }

  /**
   * Decodes latents without a comparison.
   *
   * @param values {@code [batch + extra, d]} row-major
   * @return pictures without the mean image, {@code [batch + extra, H/4, W/4, 16 C]}, valid until
   *     the next decoding
   */
  INDArray pictures(float[] values) {
    latents.data().asNioFloat().put(values);
    decoder.forEach(Layer::forward);
    return reconstruction;
  }

  private static INDArray rows(INDArray array, long from, long to) {
    return array.get(NDArrayIndex.interval(from, to));
  }

  private static double squares(INDArray array) {
    INDArray row = array.reshape('c', new long[] {array.length()});
    return Nd4j.getBlasWrapper().dot(row, row);
  }

  /**
   * Passes gradients by the latents back through the encoder.
   *
   * @param byMean {@code [batch + probes, d]} row-major
   * @param byLogVariance the same; not read for a deterministic encoder
   */
  void backward(float[] byMean, float[] byLogVariance) {
    meanHead.outputGradient.data().asNioFloat().put(byMean);
    meanHead.backward();
    if (variational) {
      logVarianceHead.outputGradient.data().asNioFloat().put(byLogVariance);
      logVarianceHead.backward();
      trunk.get(trunk.size() - 1).outputGradient.addi(hidden);
    }
    for (int i = trunk.size() - 1; i >= 0; i--) {
      trunk.get(i).backward();
    }
  }
}
