package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.DeConv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.factory.Nd4j;

/**
 * LANCA as one SameDiff graph with its loss: a deterministic convolutional encoder and its mirror,
 * an additive noise model over the latents whose graph {@code A = P^T (gates o M) P} is learnt by
 * straight-through estimates, and a discrepancy that asks for independent residuals.
 *
 * <p>The batch is {@code rows} frames without labels followed by {@code labelled} frames with them;
 * only the first are reconstructed.
 */
final class LancaNetwork {
  static final String FRAMES = "frames";
  static final String LABELS = "labels";
  static final String TEMPERATURE = "temperature";
  static final String CAUSAL_WEIGHT = "causalWeight";
  static final String EDGE_WEIGHT = "edgeWeight";
  static final String ORDER_NOISE = "orderNoise";
  static final String HARD_ORDER = "hardOrder";
  static final String ORDER_DIFFERENCE = "orderDifference";
  static final String GATE_NOISE = "gateNoise";
  static final String GATE_DIFFERENCE = "gateDifference";
  static final String SHUFFLES = "shuffles";

  static final String LATENTS = "latents";
  static final String LOSS = "loss";
  static final String RECONSTRUCTION = "reconstruction";
  static final String LABEL_ERROR = "labelError";
  static final String MMD = "mmd";
  static final String STRUCTURAL = "structural";
  static final String EDGE_COUNT = "edgeCount";

  private static final double MMD_WEIGHT = 10;
  private static final double STRUCTURAL_WEIGHT = 0.3;
  private static final double STRUCTURAL_FLOOR = 1e-3;
  private static final double SCALE_PIN_WEIGHT = 0.1;
  private static final double EDGE_PRIOR = 0.05;

  private final ImageShape image;
  private final int d;
  private final int rows;
  private final int labelled;
  private final SameDiff sd = SameDiff.create();
  private final List<Parameter> parameters;

  /**
   * @param rows frames without labels of a batch
   * @param labelled frames with labels of a batch, may be 0
   * @param factors how many latents, from the first, are anchored to labels
   */
  LancaNetwork(NetworkWeights start, int rows, int labelled, int factors, double labelWeight) {
    this.image = start.image();
    this.d = start.latents();
    this.rows = rows;
    this.labelled = labelled;
    this.parameters = Parameter.of(image, d);
    for (Parameter parameter : parameters) {
      sd.var(
          parameter.name(),
          Nd4j.create(start.get(parameter.name()).clone(), parameter.shape(), 'c'));
    }
    build(factors, labelWeight);
  }

  int batch() {
    return rows + labelled;
  }

  long[] framesShape() {
    return new long[] {
      batch(),
      image.height() / Parameter.BLOCK,
      image.width() / Parameter.BLOCK,
      (long) Parameter.BLOCK * Parameter.BLOCK * image.channels()
    };
  }

  SameDiff graph() {
    return sd;
  }

  List<Parameter> parameters() {
    return parameters;
  }

  INDArray value(String parameter) {
    return sd.getVariable(parameter).getArr();
  }

  private void build(int factors, double labelWeight) {
    SDVariable frames = sd.placeHolder(FRAMES, DataType.FLOAT, framesShape());
    SDVariable latents = encoder(frames).rename(LATENTS); // [batch, d]
    SDVariable z = latents;
    SDVariable seen = frames;
    if (labelled > 0) {
      z = sd.slice(latents, new int[] {0, 0}, rows, d);
      long[] shape = framesShape();
      seen =
          sd.slice(
              frames, new int[] {0, 0, 0, 0}, rows, (int) shape[1], (int) shape[2], (int) shape[3]);
    }
    SDVariable difference = decoder(z).sub(seen);
    SDVariable reconstruction =
        difference.mul(difference).sum().mul(1.0 / rows).rename(RECONSTRUCTION);
    SDVariable loss = reconstruction;
    if (labelled > 0 && factors > 0) {
      SDVariable labels = sd.placeHolder(LABELS, DataType.FLOAT, labelled, factors);
      SDVariable error = sd.slice(latents, new int[] {rows, 0}, labelled, factors).sub(labels);
      SDVariable labelError = error.mul(error).mean().rename(LABEL_ERROR);
      loss = loss.add(labelError.mul(labelWeight));
    }
    SDVariable causalWeight = sd.placeHolder(CAUSAL_WEIGHT, DataType.FLOAT);
    SDVariable edgeWeight = sd.placeHolder(EDGE_WEIGHT, DataType.FLOAT);
    SDVariable residuals = residuals(LossTerms.standardized(sd, z)); // [rows, d]
    SDVariable structural =
        sd.math()
            .log(LossTerms.variance(residuals).add(STRUCTURAL_FLOOR))
            .mean()
            .rename(STRUCTURAL);
    SDVariable e = LossTerms.standardized(sd, residuals);
    SDVariable mmd = LossTerms.mmd(sd, e, shuffled(e), rows, d).rename(MMD);
    SDVariable mean = z.mean(true, 0);
    SDVariable logVariance = sd.math().log(LossTerms.variance(z).add(1e-6));
    SDVariable pin = mean.mul(mean).sum().add(logVariance.mul(logVariance).sum());
    SDVariable causal =
        mmd.mul(MMD_WEIGHT).add(structural.mul(STRUCTURAL_WEIGHT)).add(pin.mul(SCALE_PIN_WEIGHT));
    SDVariable gates = sd.nn().sigmoid(sd.getVariable("edges"));
    SDVariable offDiagonal = sd.constant("offDiagonal", offDiagonal());
    gates.mul(offDiagonal).sum().rename(EDGE_COUNT);
    SDVariable sparsity = LossTerms.edgeDivergence(sd, gates, offDiagonal, EDGE_PRIOR);
    loss = loss.add(causal.mul(causalWeight)).add(sparsity.mul(edgeWeight));
    loss.rename(LOSS);
    sd.setLossVariables(LOSS);
  }

  private SDVariable encoder(SDVariable frames) {
    SDVariable h = relu(convolution("enc1", frames, 3, 1)); // [batch, H/4, W/4, 32]
    h = relu(convolution("enc2", h, 4, 2)); // [batch, H/8, W/8, 64]
    h = relu(convolution("enc3", h, 4, 2)); // [batch, H/16, W/16, 64]
    h = h.reshape(batch(), Parameter.flat(image));
    h = relu(dense("enc4", h));
    h = relu(dense("enc5", h));
    return dense("enc6", h);
  }

  private SDVariable decoder(SDVariable z) {
    SDVariable h = relu(dense("dec1", z));
    h = relu(dense("dec2", h));
    h = relu(dense("dec3", h));
    h = h.reshape(rows, image.height() / 16, image.width() / 16, Parameter.DEEP);
    h = relu(deconvolution("dec4", h));
    h = relu(deconvolution("dec5", h));
    return convolution("dec6", h, 3, 1); // [rows, H/4, W/4, 16 C]
  }

  private SDVariable convolution(String name, SDVariable x, int kernel, int stride) {
    Conv2DConfig config =
        Conv2DConfig.builder()
            .kH(kernel)
            .kW(kernel)
            .sH(stride)
            .sW(stride)
            .pH(1)
            .pW(1)
            .dH(1)
            .dW(1)
            .paddingMode(PaddingMode.VALID)
            .dataFormat("NHWC")
            .build();
    return sd.cnn().conv2d(x, sd.getVariable(name + ".w"), sd.getVariable(name + ".b"), config);
  }

  private SDVariable deconvolution(String name, SDVariable x) {
    DeConv2DConfig config =
        DeConv2DConfig.builder()
            .kH(4)
            .kW(4)
            .sH(2)
            .sW(2)
            .pH(1)
            .pW(1)
            .dH(1)
            .dW(1)
            .isSameMode(false)
            .dataFormat("NHWC")
            .build();
    return sd.cnn().deconv2d(x, sd.getVariable(name + ".w"), sd.getVariable(name + ".b"), config);
  }

  private SDVariable dense(String name, SDVariable x) {
    return sd.mmul(x, sd.getVariable(name + ".w")).add(sd.getVariable(name + ".b"));
  }

  private SDVariable relu(SDVariable x) {
    return sd.nn().relu(x, 0);
  }

  /** {@code z - f(A o z)}, roots centred by their own constant. */
  private SDVariable residuals(SDVariable z) {
    SDVariable edges = adjacency(); // [from, to]
    SDVariable masks = sd.transpose(edges).reshape(d, 1, d); // [to, 1, from]
    SDVariable h = sd.expandDims(z, 0).mul(masks); // [to, rows, from]
    h = sd.nn().swish(sd.mmul(h, sd.getVariable("mech1.w")).add(sd.getVariable("mech1.b")));
    h = sd.nn().swish(sd.mmul(h, sd.getVariable("mech2.w")).add(sd.getVariable("mech2.b")));
    h = sd.mmul(h, sd.getVariable("mech3.w")).add(sd.getVariable("mech3.b")); // [to, rows, 1]
    return z.sub(sd.transpose(h.reshape(d, rows)));
  }

  private SDVariable adjacency() {
    SDVariable temperature = sd.placeHolder(TEMPERATURE, DataType.FLOAT);
    SDVariable orderNoise = sd.placeHolder(ORDER_NOISE, DataType.FLOAT, 1, d);
    SDVariable hardOrder = sd.placeHolder(HARD_ORDER, DataType.FLOAT, d, d);
    SDVariable orderDifference = sd.placeHolder(ORDER_DIFFERENCE, DataType.FLOAT, d, d);
    SDVariable gateNoise = sd.placeHolder(GATE_NOISE, DataType.FLOAT, d, d);
    SDVariable gateDifference = sd.placeHolder(GATE_DIFFERENCE, DataType.FLOAT, d, d);
    SDVariable scores = sd.getVariable("order");
    SDVariable s =
        scores.sub(sd.math().log(sd.math().exp(scores).sum(true, 1))).add(orderNoise); // [1, d]
    SDVariable sorted = sd.mmul(hardOrder, s.reshape(d, 1)); // [d, 1]
    SDVariable soft =
        sd.nn().softmax(sd.math().abs(sorted.sub(s)).div(temperature).mul(-1.0), 1); // [rank, d]
    SDVariable order = soft.add(orderDifference);
    SDVariable upper = sd.constant("upper", strictUpper());
    SDVariable allowed = sd.mmul(sd.mmul(sd.transpose(order), upper), order);
    SDVariable gates =
        sd.nn()
            .sigmoid(sd.getVariable("edges").add(gateNoise).div(temperature))
            .add(gateDifference);
    return gates.mul(allowed);
  }

  /** Each column of {@code e} in its own random order, without gradient. */
  private SDVariable shuffled(SDVariable e) {
    SDVariable shuffles = sd.placeHolder(SHUFFLES, DataType.FLOAT, d, rows, rows);
    SDVariable columns = sd.transpose(e).reshape(d, rows, 1);
    SDVariable moved = sd.transpose(sd.mmul(shuffles, columns).reshape(d, rows)); // [rows, d]
    return new StopGradient(sd, moved).outputVariable();
  }

  private INDArray strictUpper() {
    float[] values = new float[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = i + 1; j < d; j++) {
        values[i * d + j] = 1;
      }
    }
    return Nd4j.create(values, new long[] {d, d}, 'c');
  }

  private INDArray offDiagonal() {
    float[] values = new float[d * d];
    for (int i = 0; i < d * d; i++) {
      values[i] = i % (d + 1) == 0 ? 0 : 1;
    }
    return Nd4j.create(values, new long[] {d, d}, 'c');
  }

  /** Names of what a training step is asked for. */
  List<String> reported() {
    List<String> names = new ArrayList<>(List.of(LOSS, RECONSTRUCTION, MMD, STRUCTURAL));
    if (sd.hasVariable(LABEL_ERROR)) {
      names.add(LABEL_ERROR);
    }
    return names;
  }
}
