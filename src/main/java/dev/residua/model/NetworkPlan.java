package dev.residua.model;

import dev.residua.causal.LatentCorrection;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scorer computes, layer by layer, for engines that do not read ONNX. Nothing is copied.
 *
 * <p>A frame is cut into blocks of {@code block x block} pixels, whose values become channels:
 * channel {@code (row in block * block + column in block) * colours + colour}. The mean image is
 * subtracted, in grey levels; scaling is inside the first layer. The encoder gives standardised
 * latents (the code); these are corrected, and the equations hold between corrected ones. The
 * decoder goes from the code to blocks above the mean image, again in grey levels.
 *
 * @param image shape of the frames
 * @param latents number of latents {@code d}
 * @param block pixels on a side of a block
 * @param meanImage grey levels, shape {@code [block * block * colours][rows of blocks][columns]}
 * @param encoder first layer a convolution, last one a dense layer with {@code d} outputs
 * @param correction from code to latents; null where they are the same
 * @param equations between latents
 * @param decoder first layer dense with {@code d} inputs, last one a convolution
 * @param errorScale what the sum of squared differences in grey levels is multiplied by
 */
public record NetworkPlan(
    ImageShape image,
    int latents,
    int block,
    float[] meanImage,
    List<NetworkLayer> encoder,
    @Nullable LatentCorrection correction,
    StructuralEquations equations,
    List<NetworkLayer> decoder,
    float errorScale) {
  public NetworkPlan {
    encoder = List.copyOf(encoder);
    decoder = List.copyOf(decoder);
    if (image.width() % block != 0
        || image.height() % block != 0
        || meanImage.length != image.size()) {
      throw new IllegalArgumentException(
          "network of %s frames has blocks of %d pixels and a mean image of %d values"
              .formatted(image, block, meanImage.length));
    }
    if (encoder.size() < 2
        || !(encoder.get(0) instanceof NetworkLayer.Convolution first)
        || first.in() != block * block * image.channels()
        || !(encoder.get(encoder.size() - 1) instanceof NetworkLayer.Dense code)
        || code.out() != latents) {
      throw new IllegalArgumentException(
          "an encoder goes from a convolution of %d channels to a dense layer of %d latents"
              .formatted(block * block * image.channels(), latents));
    }
    if (decoder.size() < 2
        || !(decoder.get(0) instanceof NetworkLayer.Dense start)
        || start.in() != latents
        || !(decoder.get(decoder.size() - 1) instanceof NetworkLayer.Convolution last)
        || last.out() != first.in()) {
      throw new IllegalArgumentException(
          "a decoder goes from a dense layer of %d latents to a convolution with %d channels"
              .formatted(latents, first.in()));
    }
  }

  /** Rows of blocks. */
  public int rows() {
    return image.height() / block;
  }

  /** Blocks in a row. */
  public int columns() {
    return image.width() / block;
  }
}
