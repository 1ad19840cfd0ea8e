package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.onednn.OperationBuilder.Values;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.jspecify.annotations.Nullable;

/** Builds convolutions: ordinary ones, the first one of the encoder and the last of the decoder. */
final class ConvolutionBuilder {
  private final OperationBuilder operations;
  private final NetworkPlan plan;

  ConvolutionBuilder(OperationBuilder operations, NetworkPlan plan) {
    this.operations = operations;
    this.plan = plan;
  }

  /**
   * Adds an ordinary convolution.
   *
   * @param kept precision of weights and inputs
   * @param next precision that the following layer reads
   */
  Values add(
      List<Step> into,
      Values from,
      NetworkLayer.Convolution layer,
      Precision kept,
      Precision next) {
    return add(into, from, layer, ConvolutionWeights.of(layer), kept, next, null, null);
  }

  /** Adds the first convolution, which reads pixels: its sums take the mean image into account. */
  Values addFirst(
      List<Step> into,
      Values from,
      NetworkLayer.Convolution layer,
      Precision kept,
      Precision next) {
    ConvolutionWeights weights =
        kept == Precision.INT8
            ? ConvolutionWeights.inEightBits(layer)
            : ConvolutionWeights.of(layer);
    float[] sums = firstSums(layer, weights, kept);
    return add(into, from, layer, weights, kept, next, sums, null);
  }

  /** Adds the last convolution, whose result becomes the squared difference from the blocks. */
  Values addLast(
      List<Step> into, Values from, NetworkLayer.Convolution layer, Precision kept, Slot blocks) {
    return add(
        into,
        from,
        layer,
        ConvolutionWeights.of(layer),
        kept,
        Precision.FP32,
        meanPlus(layer.bias()),
        blocks);
  }

  /**
   * @param sums added instead of a bias, shape {@code [row][column][channel]}; null for the bias
   * @param subtracted from the result before it is squared; null leaves it as it is
   */
  private Values add(
      List<Step> into,
      Values from,
      NetworkLayer.Convolution layer,
      ConvolutionWeights given,
      Precision kept,
      Precision next,
      float @Nullable [] sums,
      @Nullable Slot subtracted) {
    NetworkLayer.Size size = layer.output(from.size());
    memory.desc target = operations.picture(size, OperationBuilder.produced(kept, next));
    List<Step.Constant> constants = new ArrayList<>();
    List<Step.Variable> variables = new ArrayList<>();
    try (Natives local = new Natives()) {
      post_ops after = local.own(new post_ops());
      if (sums != null) {
        operations.add(after, constants, sums, size);
      }
      if (subtracted != null) {
        variables.add(new Step.Variable(OperationBuilder.postOperand(after.len()), subtracted));
        after.append_binary(dnnl.algorithm.binary_sub, subtracted.description());
        after.append_eltwise(dnnl.algorithm.eltwise_square, 0, 0);
      }
      OperationBuilder.relu(layer, after);
      long[] shape = OperationBuilder.dims(layer.out(), layer.in(), layer.kernel(), layer.kernel());
      memory.desc weights = OperationBuilder.any(local, shape, kept);
      primitive_attr attributes = OperationBuilder.attributes(local, after);
      if (given.scales() != null) {
        attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, 1);
        constants.add(
            operations.perChannel(
                dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, given.scales()));
      }
      convolution_forward.primitive_desc description =
          local.own(
              sums == null
                  ? withBias(local, from, layer, weights, target, attributes)
                  : withoutBias(from, layer, weights, target, attributes));
      if (sums == null) {
        constants.add(operations.perChannel(dnnl.DNNL_ARG_BIAS, layer.bias()));
      }
      constants.add(
          operations.weights(
              given.values(),
              shape,
              memory.format_tag.oihw,
              local.own(description.weights_desc())));
      Slot out = operations.slot(target);
      variables.add(new Step.Variable(OperationBuilder.SOURCE, from.slot()));
      variables.add(new Step.Variable(OperationBuilder.TARGET, out));
      into.add(
          operations.step(
              operations.own(new convolution_forward(description)),
              description,
              constants,
              variables));
      return new Values(
          operations.converted(into, out, kept, next, () -> operations.picture(size, next)), size);
    }
  }

  private convolution_forward.primitive_desc withBias(
      Natives local,
      Values from,
      NetworkLayer.Convolution layer,
      memory.desc weights,
      memory.desc target,
      primitive_attr attributes) {
    return new convolution_forward.primitive_desc(
        operations.processor(),
        dnnl.prop_kind.forward_inference,
        dnnl.algorithm.convolution_direct,
        from.slot().description(),
        weights,
        OperationBuilder.bias(local, layer.out()),
        target,
        OperationBuilder.dims(layer.stride(), layer.stride()),
        OperationBuilder.dims(layer.padding(), layer.padding()),
        OperationBuilder.dims(layer.padding(), layer.padding()),
        attributes,
        false);
  }

  private convolution_forward.primitive_desc withoutBias(
      Values from,
      NetworkLayer.Convolution layer,
      memory.desc weights,
      memory.desc target,
      primitive_attr attributes) {
    return new convolution_forward.primitive_desc(
        operations.processor(),
        dnnl.prop_kind.forward_inference,
        dnnl.algorithm.convolution_direct,
        from.slot().description(),
        weights,
        target,
        OperationBuilder.dims(layer.stride(), layer.stride()),
        OperationBuilder.dims(layer.padding(), layer.padding()),
        OperationBuilder.dims(layer.padding(), layer.padding()),
        attributes,
        false);
  }

  /**
   * Returns the first layer's bias less its response to the mean image, shape {@code
   * [row][column][channel]}.
   */
  private float[] firstSums(
      NetworkLayer.Convolution layer, ConvolutionWeights weights, Precision kept) {
    int rows = plan.blocks().rows();
    int columns = plan.blocks().columns();
    int k = layer.kernel();
    float[] values = new float[rows * columns * layer.out()];
    for (int o = 0; o < layer.out(); o++) {
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          double sum = layer.bias()[o];
          for (int c = 0; c < layer.in(); c++) {
            for (int dy = 0; dy < k; dy++) {
              int sy = y + dy - layer.padding();
              for (int dx = 0; dx < k; dx++) {
                int sx = x + dx - layer.padding();
                if (sy >= 0 && sy < rows && sx >= 0 && sx < columns) {
                  sum -=
                      (double) weights.effective(o, ((o * layer.in() + c) * k + dy) * k + dx, kept)
                          * plan.meanImage()[(c * rows + sy) * columns + sx];
                }
              }
            }
          }
          values[(y * columns + x) * layer.out() + o] = (float) sum;
        }
      }
    }
    return values;
  }

  /** Returns the last layer's bias and the mean image, shape {@code [row][column][channel]}. */
  private float[] meanPlus(float[] bias) {
    int area = plan.blocks().rows() * plan.blocks().columns();
    float[] sums = new float[area * bias.length];
    for (int c = 0; c < bias.length; c++) {
      for (int cell = 0; cell < area; cell++) {
        sums[cell * bias.length + c] = bias[c] + plan.meanImage()[c * area + cell];
      }
    }
    return sums;
  }
}
