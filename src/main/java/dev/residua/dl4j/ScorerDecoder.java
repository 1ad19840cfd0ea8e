package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.Map;
import onnx.Onnx;

/**
 * Cuts the decoder out of a scorer that {@link OnnxExport} wrote, so that it reads latents as the
 * scorer gives them: standardised, and corrected where the model has a correction.
 *
 * <p>The decoder itself reads latents before their correction {@code z' = z + c(z)}. They are found
 * by {@code z <- z + (z' - z - c(z)) / 2}, {@value #STEPS} times from {@code z'}. The error is
 * multiplied by {@code (1 - slope of c) / 2} each time: it ends at 1/4000 of the correction where
 * that is flat, and settles for every slope between -1 and 3.
 */
public final class ScorerDecoder {
  private static final int STEPS = 12;
  private static final String LATENTS = "latents";
  private static final String HALF = "half";
  private static final String MEAN_IMAGE = "mean.image";

  private final GraphCut cut;

  private ScorerDecoder(GraphCut cut) {
    this.cut = cut;
  }

  /**
   * The decoder as an ONNX graph: input {@code latents} ({@code [n, d]}), output {@code pictures}
   * ({@code [n, height, width, channels]}), intensities that are not cut to [0, 1].
   *
   * @param scorer bytes of {@code scorer.onnx}
   * @param image shape of the scorer's pictures
   * @param latents number of latents
   * @throws IllegalArgumentException if the bytes are no such scorer
   */
  public static byte[] of(byte[] scorer, ImageShape image, int latents) {
    return new ScorerDecoder(GraphCut.of(scorer, "decoder")).cut(image, latents);
  }

  private byte[] cut(ImageShape image, int latents) {
    Onnx.GraphProto.Builder graph = cut.target();
    graph.addInput(OnnxExport.value(LATENTS, Onnx.TensorProto.DataType.FLOAT, latents));
    String code = LATENTS;
    if (corrects()) {
      OnnxExport.floats(graph, HALF, new float[] {0.5f}, 1);
      for (int step = 1; step <= STEPS; step++) {
        String suffix = "@" + step;
        cut.copy(LATENTS, Map.of(OnnxExport.CODE, code), suffix);
        OnnxExport.node(graph, "Sub", "missing" + suffix, LATENTS, LATENTS + suffix);
        OnnxExport.node(graph, "Mul", "step" + suffix, "missing" + suffix, HALF);
        OnnxExport.node(graph, "Add", "code" + suffix, code, "step" + suffix);
        code = "code" + suffix;
      }
    }
    cut.copy(OnnxExport.DECODED, Map.of(OnnxExport.CODE, code), "");
    cut.constant(MEAN_IMAGE);
    OnnxExport.pictures(graph, image);
    return OnnxExport.bytes(graph);
  }

  private boolean corrects() {
    Onnx.NodeProto node = cut.producer(LATENTS);
    return node != null && !node.getInput(0).equals(OnnxExport.CODE);
  }
}
