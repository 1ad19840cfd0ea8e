package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import dev.residua.onednn.OperationBuilder.Values;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.jspecify.annotations.Nullable;

/**
 * Builds dense layers. Pictures have their channels last in memory: weights that read or give a
 * picture are reordered once, so that no value moves at run time.
 */
final class DenseBuilder {
  private final OperationBuilder operations;

  DenseBuilder(OperationBuilder operations) {
    this.operations = operations;
  }

  /**
   * Adds a dense layer.
   *
   * @param kept precision of weights and inputs
   * @param next precision that the following layer reads
   * @param picture that the result becomes; null leaves it a vector
   */
  Values add(
      List<Step> into,
      Values from,
      NetworkLayer.Dense layer,
      Precision kept,
      Precision next,
      NetworkLayer.@Nullable Size picture) {
    float[] weights = layer.weights();
    float[] bias = layer.bias();
    int inputArea = from.size().rows() * from.size().columns();
    if (inputArea > 1) {
      weights = rowsChannelsLast(weights, layer.out(), from.size().channels(), inputArea);
    }
    if (picture != null) {
      int area = picture.rows() * picture.columns();
      weights = columnsChannelsLast(weights, layer.in(), picture.channels(), area);
      bias = columnsChannelsLast(bias, 1, picture.channels(), area);
    }
    try (Natives local = new Natives()) {
      post_ops after = local.own(new post_ops());
      OperationBuilder.relu(layer, after);
      memory.desc source = operations.matrix(layer.in(), kept);
      memory.desc target = operations.matrix(layer.out(), OperationBuilder.produced(kept, next));
      long[] shape = OperationBuilder.dims(layer.in(), layer.out());
      memory.desc row =
          operations.own(
              new memory.desc(
                  OperationBuilder.dims(1, layer.out()),
                  memory.data_type.f32,
                  memory.format_tag.ab));
      matmul.primitive_desc description =
          local.own(
              new matmul.primitive_desc(
                  operations.processor(),
                  source,
                  OperationBuilder.any(local, shape, kept),
                  row,
                  target,
                  OperationBuilder.attributes(local, after),
                  false));
      Slot out = operations.slot(target);
      into.add(
          operations.step(
              operations.own(new matmul(description)),
              description,
              List.of(
                  operations.weights(
                      weights, shape, memory.format_tag.ab, local.own(description.weights_desc())),
                  new Step.Constant(dnnl.DNNL_ARG_BIAS, operations.constant(row, bias))),
              List.of(
                  new Step.Variable(
                      OperationBuilder.SOURCE, new Slot(from.slot().buffer(), source)),
                  new Step.Variable(OperationBuilder.TARGET, out))));
      out = operations.converted(into, out, kept, next, () -> operations.matrix(layer.out(), next));
      return picture == null
          ? new Values(out, layer.output(from.size()))
          : new Values(new Slot(out.buffer(), operations.picture(picture, next)), picture);
    }
  }

  /** Moves rows from the order [channel][cell] to [cell][channel]. */
  private static float[] rowsChannelsLast(float[] weights, int out, int channels, int area) {
    float[] moved = new float[weights.length];
    for (int c = 0; c < channels; c++) {
      for (int cell = 0; cell < area; cell++) {
        System.arraycopy(weights, (c * area + cell) * out, moved, (cell * channels + c) * out, out);
      }
    }
    return moved;
  }

  /** Moves columns from the order [channel][cell] to [cell][channel]. */
  private static float[] columnsChannelsLast(float[] weights, int in, int channels, int area) {
    float[] moved = new float[weights.length];
    for (int row = 0; row < in; row++) {
      int at = row * channels * area;
      for (int c = 0; c < channels; c++) {
        for (int cell = 0; cell < area; cell++) {
          moved[at + cell * channels + c] = weights[at + c * area + cell];
        }
      }
    }
    return moved;
  }
}
