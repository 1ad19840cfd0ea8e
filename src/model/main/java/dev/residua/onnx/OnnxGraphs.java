package dev.residua.onnx;

import dev.residua.causal.LatentCorrection;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxModelWriter.Attribute;
import java.util.List;

/**
 * Builds the ONNX graphs of a network plan. Frames enter as unsigned bytes and are cut into blocks
 * before they become floats, four times larger.
 */
public final class OnnxGraphs {
  /** Input: unsigned bytes, {@code [n, height, width, channels]}. */
  public static final String FRAMES = "frames";

  /** Standardised latents, corrected if the model has a correction, {@code [n, d]}. */
  public static final String LATENTS = "latents";

  /** Expected values of the latents, {@code [n, d]}. */
  public static final String EXPECTED = "expected";

  /**
   * Input of exported graphs of a model with variables: their standardised values, {@code [n, k]}.
   */
  public static final String VARIABLES = "variables";

  /** Latents minus their expected values, {@code [n, d]}. */
  public static final String RESIDUALS = "residuals";

  /** Latents before their correction, which the decoder reads, {@code [n, d]}. */
  public static final String CODE = "code";

  /**
   * Input of the graphs that give the error: what differences count for, {@code [1 or n, 1 or
   * channels, ...]} of blocks.
   */
  static final String WEIGHTS = "weights";

  /** Mean squared error of intensities in [0, 1], {@code [n]}. */
  public static final String ERROR = "reconstruction_error";

  /** Squared differences in grey levels, {@code [n, channels, rows, columns]} of blocks. */
  static final String SQUARES = "squared_differences";

  /** Intensities that are not cut to [0, 1], {@code [n, height, width, channels]}. */
  public static final String RECONSTRUCTION = "reconstruction";

  /** Constant: the mean image in blocks, in grey levels. */
  public static final String MEAN_IMAGE = "mean.image";

  private static final float WHITE = 255;

  /**
   * Steps of {@code z <- z + (z' - z - c(z)) / 2} from {@code z'}, which find the code of corrected
   * latents {@code z' = z + c(z)}. The error is multiplied by {@code (1 - slope of c) / 2} each
   * time: it ends at 1/4000 of the correction if that is flat, and settles for every slope between
   * -1 and 3.
   */
  private static final int STEPS = 12;

  private final NetworkPlan plan;
  private final ImageShape image;
  private final int d;
  private final OnnxModelWriter graph;

  private OnnxGraphs(NetworkPlan plan, String name) {
    this.plan = plan;
    this.image = plan.image();
    this.d = plan.latents();
    this.graph = new OnnxModelWriter(name);
  }

  /**
   * From {@link #FRAMES} and {@link #WEIGHTS} to {@link #CODE} and {@link #ERROR}, and to {@link
   * #SQUARES} if the plan has regions.
   */
  static byte[] scorer(NetworkPlan plan) {
    OnnxGraphs graphs = new OnnxGraphs(plan, "scorer");
    graphs.encode();
    graphs.graph.output(CODE, graphs.d);
    graphs.weights();
    graphs.reconstruct("weighed");
    if (plan.readability() != null) {
      graphs.node("Mul", SQUARES, "weighed", "weighed");
      NetworkLayer.Size blocks = plan.blocks();
      graphs.graph.output(SQUARES, blocks.channels(), blocks.rows(), blocks.columns());
    }
    return graphs.graph.toBytes();
  }

  /** From {@link #FRAMES} to {@link #CODE}. */
  static byte[] encoder(NetworkPlan plan) {
    OnnxGraphs graphs = new OnnxGraphs(plan, "encoder");
    graphs.encode();
    graphs.graph.output(CODE, graphs.d);
    return graphs.graph.toBytes();
  }

  /** From {@link #FRAMES} and {@link #CODE} to the error. */
  static byte[] reconstruction(NetworkPlan plan) {
    OnnxGraphs graphs = new OnnxGraphs(plan, "reconstruction");
    graphs.frames();
    graphs.graph.input(CODE, OnnxModelWriter.FLOAT, graphs.d);
    graphs.weights();
    graphs.reconstruct("weighed");
    return graphs.graph.toBytes();
  }

  /** From {@link #LATENTS} to {@link #RECONSTRUCTION}. */
  static byte[] decoder(NetworkPlan plan) {
    OnnxGraphs graphs = new OnnxGraphs(plan, "decoder");
    graphs.graph.input(LATENTS, OnnxModelWriter.FLOAT, graphs.d);
    String code = graphs.uncorrected();
    graphs.meanImage();
    graphs.pictures(graphs.decode(code));
    return graphs.graph.toBytes();
  }

  /**
   * Returns the whole network for other programs: all outputs, reconstructed frames included. That
   * of a model with variables has the further input {@link #VARIABLES}, and expectations and
   * residuals of all nodes.
   */
  public static byte[] export(NetworkPlan plan) {
    OnnxGraphs graphs = new OnnxGraphs(plan, "residua");
    graphs.encode();
    graphs.latents();
    graphs.pictures(graphs.reconstruct("difference"));
    return graphs.graph.toBytes();
  }

  private void encode() {
    frames();
    layers("enc", plan.encoder(), "centred", CODE);
  }

  /** From {@link #CODE} to latents, and from these and variables to expectations and residuals. */
  private void latents() {
    LatentCorrection correction = plan.correction();
    if (correction == null) {
      node("Identity", LATENTS, CODE);
    } else {
      correctionConstants(correction);
      correct(correction, CODE, LATENTS, "");
    }
    graph.output(LATENTS, d);
    int n = plan.equations().latents();
    String nodes = LATENTS;
    if (plan.variables() > 0) {
      nodes = "nodes";
      graph.input(VARIABLES, OnnxModelWriter.FLOAT, plan.variables());
      graph.node("Concat", nodes, new String[] {LATENTS, VARIABLES}, Attribute.number("axis", 1));
    }
    equations(nodes, n);
    graph.output(EXPECTED, n);
    graph.output(RESIDUALS, n);
    graph.output(CODE, d);
  }

  /** From {@link #FRAMES} to {@code centred}: blocks less the mean image, in grey levels. */
  private void frames() {
    int block = plan.block();
    int c = image.channels();
    NetworkLayer.Size blocks = plan.blocks();
    graph.input(FRAMES, OnnxModelWriter.UINT8, image.height(), image.width(), c);
    graph.longs("shape.split", -1, blocks.rows(), block, blocks.columns(), block, c);
    node("Reshape", "split", FRAMES, "shape.split");
    graph.node(
        "Transpose", "moved", new String[] {"split"}, Attribute.numbers("perm", 0, 2, 4, 5, 1, 3));
    graph.longs("shape.blocks", -1, blocks.channels(), blocks.rows(), blocks.columns());
    node("Reshape", "blocks", "moved", "shape.blocks");
    graph.node(
        "Cast", "raw", new String[] {"blocks"}, Attribute.number("to", OnnxModelWriter.FLOAT));
    meanImage();
    node("Sub", "centred", "raw", MEAN_IMAGE);
  }

  private void meanImage() {
    NetworkLayer.Size blocks = plan.blocks();
    graph.floats(
        MEAN_IMAGE, plan.meanImage(), 1, blocks.channels(), blocks.rows(), blocks.columns());
  }

  private void weights() {
    graph.freeInput(WEIGHTS, 4);
  }

  /**
   * From {@link #CODE} and {@code centred} to the error; returns the output of the decoder.
   *
   * @param difference whose squares are the error: weighed or not
   */
  private String reconstruct(String difference) {
    String decoded = decode(CODE);
    node("Sub", "difference", "centred", decoded);
    if (!difference.equals("difference")) {
      node("Mul", difference, "difference", WEIGHTS);
    }
    graph.node(
        "ReduceSumSquare",
        "squares",
        new String[] {difference},
        Attribute.numbers("axes", 1, 2, 3),
        Attribute.number("keepdims", 0));
    graph.floats("error.scale", new float[] {plan.errorScale()}, 1);
    node("Mul", ERROR, "squares", "error.scale");
    graph.output(ERROR);
    return decoded;
  }

  private String decode(String code) {
    layers("dec", plan.decoder(), code, "decoded");
    return "decoded";
  }

  /** Adds layers, between which vectors become pictures and pictures vectors. */
  private void layers(String prefix, List<NetworkLayer> layers, String from, String to) {
    String at = from;
    for (int i = 0; i < layers.size(); i++) {
      NetworkLayer layer = layers.get(i);
      String name = prefix + (i + 1);
      boolean dense = layer instanceof NetworkLayer.Dense;
      boolean denseBefore = i > 0 && layers.get(i - 1) instanceof NetworkLayer.Dense;
      if (dense && i > 0 && !denseBefore) {
        String flat = name + ".flat";
        graph.node("Flatten", flat, new String[] {at}, Attribute.number("axis", 1));
        at = flat;
      } else if (!dense && denseBefore) {
        NetworkLayer.Size picture = plan.decoderPicture();
        graph.longs("shape.deep", -1, picture.channels(), picture.rows(), picture.columns());
        node("Reshape", name + ".deep", at, "shape.deep");
        at = name + ".deep";
      }
      String end = i + 1 == layers.size() ? to : name + ".a";
      String sum = layer.relu() ? name + ".y" : end;
      layer(layer, name, at, sum);
      if (layer.relu()) {
        node("Relu", end, sum);
      }
      at = end;
    }
  }

  private void layer(NetworkLayer layer, String name, String from, String to) {
    String w = name + ".w";
    String b = name + ".b";
    String[] inputs = {from, w, b};
    graph.floats(b, layer.bias(), layer.out());
    if (layer instanceof NetworkLayer.Convolution c) {
      graph.floats(w, c.weights(), c.out(), c.in(), c.kernel(), c.kernel());
      graph.node("Conv", to, inputs, geometry(c.kernel(), c.stride(), c.padding()));
    } else if (layer instanceof NetworkLayer.Deconvolution c) {
      graph.floats(w, c.weights(), c.in(), c.out(), c.kernel(), c.kernel());
      graph.node("ConvTranspose", to, inputs, geometry(c.kernel(), c.stride(), c.padding()));
    } else {
      graph.floats(w, layer.weights(), layer.in(), layer.out());
      graph.node("Gemm", to, inputs);
    }
  }

  private static Attribute[] geometry(int kernel, int stride, int padding) {
    return new Attribute[] {
      Attribute.numbers("kernel_shape", kernel, kernel),
      Attribute.numbers("strides", stride, stride),
      Attribute.numbers("pads", padding, padding, padding, padding)
    };
  }

  private void correctionConstants(LatentCorrection correction) {
    int count = correction.centres();
    float[] centres = new float[count * d];
    for (int i = 0; i < d; i++) {
      float[] own = correction.centres(i);
      for (int c = 0; c < count; c++) {
        centres[c * d + i] = own[c];
      }
    }
    graph.floats("head.centres", centres, 1, count, d);
    graph.longs("head.shape", -1, 1, d);
    graph.floats("head.bias", correction.biases(), d);
    for (int i = 0; i < d; i++) {
      float[] own = correction.weights(i);
      if (own.length > 0) {
        float[] weights = new float[count * d];
        for (int c = 0; c < count; c++) {
          weights[c * d + i] = own[c];
        }
        String name = "head." + (i + 1);
        graph.floats(name + ".scale", new float[] {correction.scales()[i]}, 1);
        graph.floats(name + ".weight", weights, count, d);
      }
    }
  }

  /**
   * Adds {@code to = from + bias + sum_c w_c exp(scale |from - centre_c|^2)}. Differences are
   * squared as they are: the expanded square loses digits in single precision.
   *
   * @param suffix of the names of all values in between
   */
  private void correct(LatentCorrection correction, String from, String to, String suffix) {
    node("Reshape", "head.code" + suffix, from, "head.shape");
    node("Sub", "head.difference" + suffix, "head.code" + suffix, "head.centres");
    graph.node(
        "ReduceSumSquare",
        "head.squares" + suffix,
        new String[] {"head.difference" + suffix},
        Attribute.numbers("axes", 2),
        Attribute.number("keepdims", 0));
    String sum = "head.0" + suffix;
    node("Add", sum, from, "head.bias");
    for (int i = 0; i < d; i++) {
      if (correction.weights(i).length > 0) {
        String name = "head." + (i + 1);
        node("Mul", name + ".exponent" + suffix, "head.squares" + suffix, name + ".scale");
        node("Exp", name + ".kernel" + suffix, name + ".exponent" + suffix);
        node("Gemm", name + suffix, name + ".kernel" + suffix, name + ".weight", sum);
        sum = name + suffix;
      }
    }
    node("Identity", to, sum);
  }

  /** Returns the name of the code of {@link #LATENTS}. */
  private String uncorrected() {
    LatentCorrection correction = plan.correction();
    if (correction == null) {
      return LATENTS;
    }
    correctionConstants(correction);
    graph.floats("half", new float[] {0.5f}, 1);
    String code = LATENTS;
    for (int step = 1; step <= STEPS; step++) {
      String suffix = "@" + step;
      correct(correction, code, LATENTS + suffix, suffix);
      node("Sub", "missing" + suffix, LATENTS, LATENTS + suffix);
      node("Mul", "step" + suffix, "missing" + suffix, "half");
      node("Add", CODE + suffix, code, "step" + suffix);
      code = CODE + suffix;
    }
    return code;
  }

  /**
   * Adds all equations at once: {@code expected = cos(nodes Omega + phase) W + (nodes L +
   * intercept)}.
   *
   * @param nodes name of the values, {@code [n, size]}
   */
  private void equations(String nodes, int size) {
    StructuralEquations equations = plan.equations();
    int m = equations.features();
    graph.floats("equation.intercept", equations.intercepts(), size);
    graph.floats("equation.linear", equations.linear(), size, size);
    String straight = m == 0 ? EXPECTED : "equation.straight";
    node("Gemm", straight, nodes, "equation.linear", "equation.intercept");
    if (m > 0) {
      graph.floats("equation.frequency", equations.frequencies(), size, m);
      graph.floats("equation.phase", equations.phases(), m);
      graph.floats("equation.weight", equations.weights(), m, size);
      node("Gemm", "equation.angle", nodes, "equation.frequency", "equation.phase");
      node("Cos", "equation.features", "equation.angle");
      node("Gemm", EXPECTED, "equation.features", "equation.weight", straight);
    }
    node("Sub", RESIDUALS, nodes, EXPECTED);
  }

  /**
   * From blocks above the mean image to {@link #RECONSTRUCTION}, the inverse of {@link #frames}.
   */
  private void pictures(String decoded) {
    int block = plan.block();
    int c = image.channels();
    NetworkLayer.Size blocks = plan.blocks();
    node("Add", "levels", decoded, MEAN_IMAGE);
    graph.floats("white", new float[] {WHITE}, 1);
    node("Div", "intensities", "levels", "white");
    graph.longs("shape.join", -1, block, block, c, blocks.rows(), blocks.columns());
    node("Reshape", "joined", "intensities", "shape.join");
    graph.node(
        "Transpose", "rows", new String[] {"joined"}, Attribute.numbers("perm", 0, 4, 1, 5, 2, 3));
    graph.longs("shape.pictures", -1, image.height(), image.width(), c);
    node("Reshape", RECONSTRUCTION, "rows", "shape.pictures");
    graph.output(RECONSTRUCTION, image.height(), image.width(), c);
  }

  private void node(String operator, String output, String... inputs) {
    graph.node(operator, output, inputs);
  }
}
