package dev.residua.dl4j;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A linear map with bias of a fixed batch, and its rectifier, in native arrays that are made once:
 * recorded operations are run again and again, so a step allocates nothing.
 *
 * <p>SameDiff would differentiate this as well, but its gradient of the rectifier alone costs as
 * much as all convolutions, and its bookkeeping as much again.
 */
final class Layer {
  private static final int PADDING = 1;

  /** Result, {@code [batch, ...]}; the backward pass of a rectified layer destroys it. */
  final INDArray output;

  /** Gradient of the loss by {@link #output}, to be filled before {@link #backward}. */
  final INDArray outputGradient;

  final INDArray weight;
  final INDArray bias;
  final INDArray weightGradient;
  final INDArray biasGradient;
  private final boolean rectified;
  private final boolean dense;
  private final @Nullable BatchNormalization normalization;
  private final CustomOp forward;
  private final CustomOp backward;

  private Layer(
      INDArray input,
      INDArray inputGradient,
      INDArray weight,
      INDArray bias,
      long[] outputShape,
      boolean rectified,
      boolean normalized,
      String operation,
      int... arguments) {
    this.output = Nd4j.create(DataType.FLOAT, outputShape);
    this.outputGradient = Nd4j.create(DataType.FLOAT, outputShape);
    this.weight = weight;
    this.bias = bias;
    this.weightGradient = Nd4j.create(DataType.FLOAT, weight.shape());
    this.biasGradient = Nd4j.create(DataType.FLOAT, bias.shape());
    this.rectified = rectified;
    this.dense = operation.equals("matmul");
    this.normalization =
        normalized
            ? new BatchNormalization(
                Math.toIntExact(output.length()),
                Math.toIntExact(outputShape[outputShape.length - 1]))
            : null;
    // Normalised values get the bias afterwards, and the convolution one that stays 0.
    INDArray added = normalized ? bias.ulike() : bias;
    INDArray byAdded = normalized ? bias.ulike() : biasGradient;
    this.forward =
        DynamicCustomOp.builder(operation)
            .addInputs(
                dense ? new INDArray[] {input, weight} : new INDArray[] {input, weight, added})
            .addOutputs(output)
            .addIntegerArguments(arguments)
            .build();
    this.backward =
        DynamicCustomOp.builder(dense ? "xw_plus_b_bp" : operation + "_bp")
            .addInputs(input, weight, added, outputGradient)
            .addOutputs(inputGradient, weightGradient, byAdded)
            .addIntegerArguments(arguments)
            .build();
  }

  /** {@code [batch, in]} to {@code [batch, out]}. */
  static Layer dense(
      INDArray input, INDArray inputGradient, INDArray weight, INDArray bias, boolean rectified) {
    return new Layer(
        input,
        inputGradient,
        weight,
        bias,
        new long[] {input.size(0), weight.size(1)},
        rectified,
        false,
        "matmul");
  }

  /**
   * {@code [batch, H, W, in]} to {@code [batch, H / stride, W / stride, out]}, padded by 1.
   *
   * @param normalized whether a {@link BatchNormalization} comes before the bias
   */
  static Layer convolution(
      INDArray input,
      INDArray inputGradient,
      INDArray weight,
      INDArray bias,
      int stride,
      boolean rectified,
      boolean normalized) {
    int kernel = Math.toIntExact(weight.size(0));
    return new Layer(
        input,
        inputGradient,
        weight,
        bias,
        new long[] {input.size(0), input.size(1) / stride, input.size(2) / stride, weight.size(3)},
        rectified,
        normalized,
        "conv2d",
        arguments(kernel, stride));
  }

  /** {@code [batch, H, W, in]} to {@code [batch, 2 H, 2 W, out]} with a kernel of 4. */
  static Layer deconvolution(
      INDArray input, INDArray inputGradient, INDArray weight, INDArray bias) {
    return new Layer(
        input,
        inputGradient,
        weight,
        bias,
        new long[] {input.size(0), 2 * input.size(1), 2 * input.size(2), weight.size(2)},
        true,
        false,
        "deconv2d",
        arguments(4, 2));
  }

  /** Kernel, stride, padding, dilation, explicit padding, channels last, usual weight layout. */
  private static int[] arguments(int kernel, int stride) {
    return new int[] {kernel, kernel, stride, stride, PADDING, PADDING, 1, 1, 0, 1, 0};
  }

  void forward() {
    Nd4j.exec(forward);
    if (normalization != null) {
      normalization.forward(output.data().asNioFloat());
    }
    if (dense || normalization != null) {
      channels(output).addiRowVector(bias);
    }
    if (rectified) {
      Nd4j.exec(new RectifiedLinear(output, output, 0));
    }
  }

  /** From {@link #outputGradient} to the gradients by weight, bias and input. */
  void backward() {
    if (rectified) {
      Nd4j.exec(new Step(output, output, 0)); // 1 if it let a value through
      outputGradient.muli(output);
    }
    if (normalization != null) {
      normalization.backward(outputGradient.data().asNioFloat(), biasGradient.data().asNioFloat());
    }
    Nd4j.exec(backward);
  }

  /** A view of an array whose last dimension is the channels, {@code [values, channels]}. */
  private static INDArray channels(INDArray array) {
    long channels = array.size(array.rank() - 1);
    return array.reshape('c', array.length() / channels, channels);
  }

  /** Normalisation of the results before the bias; null if there is none. */
  @Nullable BatchNormalization normalization() {
    return normalization;
  }
}
