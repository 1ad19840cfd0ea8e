package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.DeConv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.factory.Nd4j;

/** The slow twin is the same network in SameDiff, differentiated automatically, in double. */
@Tag("slow")
class AutoencoderTest {
  private static final int D = 3;
  private static final int BATCH = 4;
  private static final int COUNTED = 3;
  private static final int EXTRA = 2;
  private static final double EXTRA_WEIGHT = 0.7;
  private static final int SECOND_EXTRA = 1;
  private static final int SECOND_EXTRA_FIRST = 3;
  private static final double SECOND_EXTRA_WEIGHT = 1.3;
  private static final int EXTRAS = EXTRA + SECOND_EXTRA;

  private NetworkLayout layout = layout(2);
  private NetworkWeights weights = NetworkWeights.random(layout, new float[0], 1);
  private INDArray frames = normal(2, Blocks.shape(layout.image(), BATCH));
  private final INDArray extraLatents = normal(3, EXTRAS, D);
  private final INDArray byLogVariance = normal(4, BATCH, D);

  /** Two cells of the deepest picture. */
  private static NetworkLayout layout(int halvings) {
    int side = NetworkLayout.BLOCK << halvings;
    return new NetworkLayout(
        new ImageShape(2 * side, side, 3), D, true, OrderRelaxation.SOFT_SORT, halvings, false);
  }

  @ParameterizedTest
  @CsvSource({"2,false", "3,false", "4,false", "2,true", "4,true"})
  void shouldHaveTheLossesAndGradientsOfItsTwin(int halvings, boolean normalized) throws Exception {
    // Given
    layout = layout(halvings).withNormalized(normalized);
    weights = NetworkWeights.random(layout, new float[0], 1);
    frames = normal(2, Blocks.shape(layout.image(), BATCH));
    Autoencoder network =
        new Autoencoder(
            layout,
            frames,
            frames,
            List.of(
                new Autoencoder.Extra(0, EXTRA),
                new Autoencoder.Extra(SECOND_EXTRA_FIRST, SECOND_EXTRA)));
    network.values().forEach((name, array) -> array.data().asNioFloat().put(weights.get(name)));
    float[] counting = counting();
    network.weigh(1, counting, 0);
    Map<String, INDArray> expected = QuietOutput.during(this::twin);
    // When twice, since arrays are used again
    for (int round = 0; round < 2; round++) {
      float[] z = network.encode().data().asFloat();
      float[] logVariances = network.logVariances().data().asFloat();
      float[] decoded = new float[(BATCH + EXTRAS) * D];
      System.arraycopy(z, 0, decoded, 0, z.length);
      System.arraycopy(extraLatents.data().asFloat(), 0, decoded, z.length, EXTRAS * D);
      float[] gradient = new float[decoded.length];
      Autoencoder.Errors errors =
          network.decode(
              decoded, COUNTED, 1, new double[] {EXTRA_WEIGHT, SECOND_EXTRA_WEIGHT}, gradient);
      float[] byMean = new float[z.length];
      System.arraycopy(gradient, 0, byMean, 0, z.length);
      network.backward(byMean, byLogVariance.data().asFloat());
      // Then
      check("z", Nd4j.create(z), expected);
      check("logVariance", Nd4j.create(logVariances), expected);
      assertThat(errors.reconstruction())
          .isCloseTo(expected.get("reconstruction").getDouble(0), withinPercentage(5e-5));
      assertThat(errors.extras()).hasSize(2);
      assertThat(errors.extras()[0])
          .isCloseTo(expected.get("extra").getDouble(0), withinPercentage(5e-5));
      assertThat(errors.extras()[1])
          .isCloseTo(expected.get("secondExtra").getDouble(0), withinPercentage(5e-5));
      float[] byExtra = new float[EXTRAS * D];
      System.arraycopy(gradient, z.length, byExtra, 0, byExtra.length);
      check("extraLatents", Nd4j.create(byExtra), expected);
      network.gradients().forEach((name, array) -> check(name, array, expected));
    }
  }

  /** Every third value of the second block counts. */
  private float[] counting() {
    float[] counting = new float[SECOND_EXTRA * layout.image().size()];
    for (int k = 0; k < counting.length; k += 3) {
      counting[k] = 1;
    }
    return counting;
  }

  private static void check(String name, INDArray actual, Map<String, INDArray> expected) {
    float[] a = actual.dup('c').data().asFloat();
    double[] e = expected.get(name).dup('c').data().asDouble();
    assertThat(a).as(name).hasSameSizeAs(e);
    double largest = 0;
    for (double value : e) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).as(name).isPositive();
    for (int k = 0; k < a.length; k++) {
      assertThat((double) a[k]).as(name).isCloseTo(e[k], within(1e-5 * largest + 1e-9));
    }
  }

  private Map<String, INDArray> twin() {
    SameDiff sd = SameDiff.create();
    List<String> names = new ArrayList<>();
    for (Parameter parameter : layout.parameters()) {
      if (parameter.group() == Parameter.Group.AUTOENCODER) {
        sd.var(
            parameter.name(),
            Nd4j.create(weights.get(parameter.name()).clone(), parameter.shape(), 'c')
                .castTo(DataType.DOUBLE));
        names.add(parameter.name());
      }
    }
    SDVariable x = sd.constant("frames", frames.castTo(DataType.DOUBLE));
    SDVariable h = encoding(sd, "enc1", x, 3, 1);
    h = encoding(sd, "enc2", sd.nn().relu(h, 0), 4, 2);
    h = encoding(sd, "enc3", sd.nn().relu(h, 0), 4, 2);
    for (int i = 1; i <= layout.halvings() - 2; i++) {
      h = encoding(sd, "encDeep" + i, sd.nn().relu(h, 0), 4, 2);
    }
    h = sd.nn().relu(h, 0).reshape(BATCH, 2 * NetworkLayout.DEEP);
    h = sd.nn().relu(dense(sd, "enc4", h), 0);
    h = sd.nn().relu(dense(sd, "enc5", h), 0);
    SDVariable z = dense(sd, "enc6", h).rename("z");
    SDVariable logVariance = dense(sd, "enc7", h).rename("logVariance");
    SDVariable extraInput = sd.var("extraLatents", extraLatents.castTo(DataType.DOUBLE));
    names.add("extraLatents");
    SDVariable g = sd.concat(0, z, extraInput);
    for (int i = 1; i <= 3; i++) {
      g = sd.nn().relu(dense(sd, "dec" + i, g), 0);
    }
    g = g.reshape(BATCH + EXTRAS, 1, 2, NetworkLayout.DEEP);
    for (int i = 1; i <= layout.halvings() - 2; i++) {
      g = sd.nn().relu(deconvolution(sd, "decDeep" + i, g), 0);
    }
    g = sd.nn().relu(deconvolution(sd, "dec4", g), 0);
    g = sd.nn().relu(deconvolution(sd, "dec5", g), 0);
    g = convolution(sd, "dec6", g, sd.getVariable("dec6.b"), 3, 1);
    long[] shape = frames.shape();
    SDVariable difference =
        g.sub(
            sd.concat(
                0,
                x,
                rows(sd, x, 0, EXTRA, shape),
                rows(sd, x, SECOND_EXTRA_FIRST, SECOND_EXTRA, shape))); // [batch + extras, ...]
    SDVariable counted = rows(sd, difference, 0, COUNTED, shape);
    SDVariable more = rows(sd, difference, BATCH, EXTRA, shape);
    SDVariable reconstruction = counted.mul(counted).sum().div(COUNTED).rename("reconstruction");
    SDVariable extra = more.mul(more).sum().div(EXTRA).rename("extra");
    INDArray counting =
        Nd4j.create(counting())
            .reshape(SECOND_EXTRA, shape[1], shape[2], shape[3])
            .castTo(DataType.DOUBLE);
    SDVariable further =
        rows(sd, difference, BATCH + EXTRA, SECOND_EXTRA, shape).mul(sd.constant(counting));
    SDVariable secondExtra = further.mul(further).sum().div(SECOND_EXTRA).rename("secondExtra");
    reconstruction
        .add(extra.mul(EXTRA_WEIGHT))
        .add(secondExtra.mul(SECOND_EXTRA_WEIGHT))
        .mul(Math.min(1, 64 * 64 * 3.0 / layout.image().size()))
        .add(logVariance.mul(sd.constant(byLogVariance.castTo(DataType.DOUBLE))).sum())
        .rename("loss");
    sd.setLossVariables("loss");
    Map<String, INDArray> all =
        new java.util.HashMap<>(
            sd.output(Map.of(), "z", "logVariance", "reconstruction", "extra", "secondExtra"));
    all.putAll(sd.calculateGradients(Map.of(), names));
    return all;
  }

  private static SDVariable rows(SameDiff sd, SDVariable x, int from, int count, long[] shape) {
    return sd.slice(
        x, new int[] {from, 0, 0, 0}, count, (int) shape[1], (int) shape[2], (int) shape[3]);
  }

  private static SDVariable dense(SameDiff sd, String name, SDVariable x) {
    return sd.mmul(x, sd.getVariable(name + ".w")).add(sd.getVariable(name + ".b"));
  }

  private SDVariable encoding(SameDiff sd, String name, SDVariable x, int kernel, int stride) {
    SDVariable b = sd.getVariable(name + ".b");
    if (!layout.normalized()) {
      return convolution(sd, name, x, b, kernel, stride);
    }
    SDVariable h = convolution(sd, name, x, b.mul(0), kernel, stride);
    SDVariable centred = h.sub(h.mean(true, 0, 1, 2));
    SDVariable variance = centred.mul(centred).mean(true, 0, 1, 2);
    return centred.div(sd.math().sqrt(variance.add(1e-5))).add(b);
  }

  private static SDVariable convolution(
      SameDiff sd, String name, SDVariable x, SDVariable b, int kernel, int stride) {
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
    return sd.cnn().conv2d(x, sd.getVariable(name + ".w"), b, config);
  }

  private static SDVariable deconvolution(SameDiff sd, String name, SDVariable x) {
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

  private static INDArray normal(long seed, long... shape) {
    Random random = new Random(seed);
    int length = 1;
    for (long size : shape) {
      length *= (int) size;
    }
    float[] values = new float[length];
    for (int k = 0; k < length; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, shape, 'c');
  }
}
