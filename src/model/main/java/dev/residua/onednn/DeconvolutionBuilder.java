package dev.residua.onednn;

import dev.residua.model.NetworkLayer;
import dev.residua.onednn.OperationBuilder.Values;
import java.util.List;
import org.bytedeco.dnnl.deconvolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;

/** Builds transposed convolutions. */
final class DeconvolutionBuilder {
  private final OperationBuilder operations;

  DeconvolutionBuilder(OperationBuilder operations) {
    this.operations = operations;
  }

  /**
   * Adds a transposed convolution.
   *
   * @param kept precision of weights and inputs
   * @param next precision that the following layer reads
   */
  Values add(
      List<Step> into,
      Values from,
      NetworkLayer.Deconvolution layer,
      Precision kept,
      Precision next) {
    NetworkLayer.Size size = layer.output(from.size());
    memory.desc target = operations.picture(size, OperationBuilder.produced(kept, next));
    try (Natives local = new Natives()) {
      post_ops after = local.own(new post_ops());
      OperationBuilder.relu(layer, after);
      long[] padding = OperationBuilder.dims(layer.padding(), layer.padding());
      long[] shape = OperationBuilder.dims(layer.out(), layer.in(), layer.kernel(), layer.kernel());
      deconvolution_forward.primitive_desc description =
          local.own(
              new deconvolution_forward.primitive_desc(
                  operations.processor(),
                  dnnl.prop_kind.forward_inference,
                  dnnl.algorithm.deconvolution_direct,
                  from.slot().description(),
                  OperationBuilder.any(local, shape, kept),
                  OperationBuilder.bias(local, layer.out()),
                  target,
                  OperationBuilder.dims(layer.stride(), layer.stride()),
                  padding,
                  padding,
                  OperationBuilder.attributes(local, after),
                  false));
      Slot out = operations.slot(target);
      into.add(
          operations.step(
              operations.own(new deconvolution_forward(description)),
              description,
              List.of(
                  operations.weights(
                      layer.weights(),
                      shape,
                      memory.format_tag.iohw,
                      local.own(description.weights_desc())),
                  operations.perChannel(dnnl.DNNL_ARG_BIAS, layer.bias())),
              List.of(
                  new Step.Variable(OperationBuilder.SOURCE, from.slot()),
                  new Step.Variable(OperationBuilder.TARGET, out))));
      return new Values(
          operations.converted(into, out, kept, next, () -> operations.picture(size, next)), size);
    }
  }
}
