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
    int rows = image.height() / block;
    int columns = image.width() / block;
    walk(encoder, new Size(first.in(), rows, columns));
    int deepRows = rows;
    int deepColumns = columns;
    for (NetworkLayer layer : decoder) {
      if (layer instanceof NetworkLayer.Deconvolution d) {
        deepRows = (deepRows + 2 * d.padding() - d.kernel()) / d.stride() + 1;
        deepColumns = (deepColumns + 2 * d.padding() - d.kernel()) / d.stride() + 1;
      }
    }
    int flat = 0;
    while (flat < decoder.size() && decoder.get(flat) instanceof NetworkLayer.Dense) {
      flat++;
    }
    Size dense = walk(decoder.subList(0, flat), new Size(latents, 1, 1));
    int area = deepRows * deepColumns;
    if (area < 1 || dense.channels() % area != 0) {
      throw new IllegalArgumentException(
          "a decoder's dense layers give %d values, which are no pictures of %dx%d"
              .formatted(dense.channels(), deepColumns, deepRows));
    }
    Size end =
        walk(
            decoder.subList(flat, decoder.size()),
            new Size(dense.channels() / area, deepRows, deepColumns));
    if (end.rows() != rows || end.columns() != columns) {
      throw new IllegalArgumentException(
          "a decoder gives %dx%d blocks, expected %dx%d"
              .formatted(end.columns(), end.rows(), columns, rows));
    }
  }

  /** What one layer hands to the next. */
  private record Size(int channels, int rows, int columns) {}

  /** Checks that each layer takes what the one before gives: engines rely on it. */
  private static Size walk(List<NetworkLayer> layers, Size start) {
    Size at = start;
    for (NetworkLayer layer : layers) {
      Size next;
      long in = at.channels();
      if (layer instanceof NetworkLayer.Convolution c) {
        next =
            new Size(
                c.out(),
                (at.rows() + 2 * c.padding() - c.kernel()) / c.stride() + 1,
                (at.columns() + 2 * c.padding() - c.kernel()) / c.stride() + 1);
      } else if (layer instanceof NetworkLayer.Deconvolution d) {
        next =
            new Size(
                d.out(),
                (at.rows() - 1) * d.stride() + d.kernel() - 2 * d.padding(),
                (at.columns() - 1) * d.stride() + d.kernel() - 2 * d.padding());
      } else {
        in = (long) at.channels() * at.rows() * at.columns();
        next = new Size(layer.out(), 1, 1);
      }
      if (layer.in() != in || next.rows() < 1 || next.columns() < 1) {
        throw new IllegalArgumentException(
            "a layer takes %d and gives %d of %dx%d, the one before gives %d of %dx%d"
                .formatted(
                    layer.in(),
                    next.channels(),
                    next.columns(),
                    next.rows(),
                    at.channels(),
                    at.columns(),
                    at.rows()));
      }
      at = next;
    }
    return at;
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
