package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;

/**
 * A scorer that {@link OnnxExport} wrote, whole and cut in two, so that frames can be encoded
 * without being reconstructed. What passes between the two is the code, which the decoder reads:
 * standardised latents before their correction. Arrays are owned by this record.
 *
 * @param whole the scorer, with the code as output {@code code} ({@code [n, d]})
 * @param encoder from {@code frames} to {@code latents}, {@code expected}, {@code residuals} and
 *     {@code code}
 * @param reconstruction from {@code frames} and {@code code} to {@code reconstruction_error}
 */
public record ScorerParts(byte[] whole, byte[] encoder, byte[] reconstruction) {
  private static final String FRAMES = "frames";
  private static final Set<String> LATENT_OUTPUTS =
      Set.of("latents", "expected", "residuals", OnnxExport.CODE);
  private static final String ERROR = "reconstruction_error";

  /**
   * @param scorer bytes of {@code scorer.onnx}
   * @param image shape of the scorer's pictures
   * @param latents number of latents
   * @throws IllegalArgumentException if the bytes are no such scorer
   */
  public static ScorerParts of(byte[] scorer, ImageShape image, int latents) {
    Onnx.ModelProto.Builder whole = GraphCut.parse(scorer).toBuilder();
    whole.getGraphBuilder().addOutput(latentsLike(OnnxExport.CODE, latents));

    GraphCut encoder = GraphCut.of(scorer, "encoder");
    encoder.target().addInput(frames(image));
    encoder.copy(LATENT_OUTPUTS, Map.of(FRAMES, FRAMES), "");
    LATENT_OUTPUTS.stream()
        .sorted()
        .forEach(name -> encoder.target().addOutput(latentsLike(name, latents)));

    GraphCut reconstruction = GraphCut.of(scorer, "reconstruction");
    reconstruction.target().addInput(frames(image));
    reconstruction.target().addInput(latentsLike(OnnxExport.CODE, latents));
    reconstruction.copy(ERROR, Map.of(FRAMES, FRAMES, OnnxExport.CODE, OnnxExport.CODE), "");
    reconstruction.target().addOutput(OnnxExport.value(ERROR, Onnx.TensorProto.DataType.FLOAT));

    return new ScorerParts(
        whole.build().toByteArray(),
        OnnxExport.bytes(encoder.target()),
        OnnxExport.bytes(reconstruction.target()));
  }

  private static Onnx.ValueInfoProto frames(ImageShape image) {
    return OnnxExport.value(
        FRAMES, Onnx.TensorProto.DataType.UINT8, image.height(), image.width(), image.channels());
  }

  private static Onnx.ValueInfoProto latentsLike(String name, int latents) {
    return OnnxExport.value(name, Onnx.TensorProto.DataType.FLOAT, latents);
  }
}
