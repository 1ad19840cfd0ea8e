package dev.residua.cli.model;

import dev.residua.causal.FactorScale;
import dev.residua.causal.Latent;
import dev.residua.causal.StructuralEquations;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.frame.ImageShape;
import dev.residua.model.AtomicFile;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxGraphs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes the network of a model for other programs; the page models.md describes the files. */
final class OnnxFile {
  private static final String ONNX = ".onnx";
  private static final Object N = "n";

  private OnnxFile() {}

  /**
   * Writes the ONNX file and a JSON file of the same name.
   *
   * @return the JSON file
   * @throws BadBundleException if the network is damaged
   */
  static Path write(ModelBundle bundle, Path file) throws IOException, BadBundleException {
    NetworkPlan plan = bundle.network();
    if (!plan.distributions().isEmpty()) {
      throw new CommandFailedException(
          "model %s has categorical latents, whose distributions ONNX files cannot store"
              .formatted(bundle.id()));
    }
    String name = String.valueOf(file.getFileName());
    String stem = name.endsWith(ONNX) ? name.substring(0, name.length() - ONNX.length()) : name;
    Path side = file.resolveSibling(stem + ".json");
    byte[] json = (Json.of(description(bundle, plan)) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(OnnxGraphs.export(plan)));
    AtomicFile.write(side, out -> out.write(json));
    return side;
  }

  private static Map<String, Object> description(ModelBundle bundle, NetworkPlan plan) {
    BundleManifest manifest = bundle.manifest();
    ImageShape image = plan.image();
    List<Object> frames = List.of(N, image.height(), image.width(), image.channels());
    List<Object> vectors = List.of(N, plan.latents());
    List<Object> nodes = List.of(N, plan.equations().latents());
    String levels = image.channels() == 1 ? "grey levels" : "levels of red, green and blue";
    Map<String, Object> description =
        Json.map(
            "model", bundle.id(),
            "digest", bundle.digest(),
            "architecture", manifest.architecture(),
            "input",
                value(OnnxGraphs.FRAMES, "uint8", frames, levels + ", 0 to 255, rows from the top"),
            "outputs",
                List.of(
                    value(OnnxGraphs.LATENTS, "float", vectors, "see latents"),
                    value(
                        OnnxGraphs.EXPECTED,
                        "float",
                        nodes,
                        "units of the latents; values of the equations for the other latents of the frame"),
                    value(
                        OnnxGraphs.RESIDUALS,
                        "float",
                        nodes,
                        "units of the latents; latents - expected"),
                    value(
                        OnnxGraphs.CODE,
                        "float",
                        vectors,
                        "units of the latents; latents before their correction, which the decoder reads"),
                    value(
                        OnnxGraphs.ERROR,
                        "float",
                        List.of(N),
                        "mean squared difference of intensities, frames / 255 - reconstruction"),
                    value(
                        OnnxGraphs.RECONSTRUCTION,
                        "float",
                        frames,
                        "intensities, 0 (black) to 1 (white), not cut to that range")),
            "latents", manifest.latents().stream().map(l -> latent(l, manifest)).toList(),
            "graph", Map.of("edges", GraphFile.edges(bundle.graph())),
            "equations", equations(plan.equations()),
            "meanImage", meanImage(plan));
    if (!manifest.variables().isEmpty()) {
      description.put(
          "variablesInput",
          value(
              OnnxGraphs.VARIABLES,
              "float",
              List.of(N, plan.variables()),
              "see variables; the equations read them behind the latents"));
      description.put(
          "variables",
          manifest.nodes().stream()
              .skip(plan.latents())
              .map(node -> latent(node, manifest))
              .toList());
    }
    return description;
  }

  private static Map<String, Object> value(
      String name, String type, List<Object> shape, String unit) {
    return Json.map("name", name, "type", type, "shape", shape, "unit", unit);
  }

  private static Map<String, Object> latent(Latent latent, BundleManifest manifest) {
    boolean labelled = latent.anchored() && manifest.provenance().labelledFrames() > 0;
    Map<String, Object> values =
        Json.map(
            "index", latent.index(),
            "name", latent.name(),
            "anchored", latent.anchored(),
            "unit",
                labelled
                    ? "standard deviations of the factor's labels, from their mean"
                    : "standard deviations over the training frames, from the mean");
    FactorScale factor = latent.factor();
    if (factor != null) {
      values.put(
          "factor",
          Json.map(
              "formula", "offset + slope z",
              "offset", factor.offset(),
              "slope", factor.slope(),
              "usually", List.of(factor.low(), factor.high())));
    }
    return values;
  }

  private static Map<String, Object> equations(StructuralEquations equations) {
    int d = equations.latents();
    int m = equations.features();
    return Json.map(
        "formula",
            "expected[i] = intercepts[i] + sum_j slopes[j][i] z[j]"
                + " + sum_k weights[k][i] cos(phases[k] + sum_j frequencies[j][k] z[j])",
        "intercepts", equations.intercepts(),
        "slopes", rows(equations.linear(), d, d),
        "frequencies", rows(equations.frequencies(), d, m),
        "phases", equations.phases(),
        "weights", rows(equations.weights(), m, d));
  }

  private static float[][] rows(float[] values, int rows, int columns) {
    float[][] matrix = new float[rows][columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * columns, matrix[i], 0, columns);
    }
    return matrix;
  }

  private static Map<String, Object> meanImage(NetworkPlan plan) {
    NetworkLayer.Size blocks = plan.blocks();
    return Json.map(
        "constant",
        OnnxGraphs.MEAN_IMAGE,
        "shape",
        List.of(1, blocks.channels(), blocks.rows(), blocks.columns()),
        "unit",
        "grey levels, 0 to 255",
        "block",
        plan.block(),
        "layout",
        "channel = (row in block * block + column in block) * colours + colour; the graph subtracts it");
  }
}
