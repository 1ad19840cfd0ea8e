package dev.residua.cli.model;

import dev.residua.causal.FactorScales;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.runtime.BundleOpener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model whatif}: what a frame would show if some latents had other values. */
@Command(
    name = "whatif",
    description = {
      "Shows what a frame would show if some latents had other values.",
      "Each is set from outside; its effects follow by their equations, and all residuals stay those"
          + " of the frame. Values are in the unit of the factor if labels gave one, else in"
          + " standard deviations. Valid if the graph is right, within the values of the training."
    })
final class ModelWhatIfCommand extends JsonCommand {
  @Mixin ModelOption model = new ModelOption();
  @Mixin SceneOption scene = new SceneOption();
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--set",
      required = true,
      paramLabel = "NAME=VALUE",
      description = "A latent and its value; may be given several times.")
  Map<String, Double> set = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data set of the frame (default: a frame with the mean of every latent).")
  @Nullable Path data;

  @Option(names = "--frame", paramLabel = "N", description = "Its number in the set, from 0.")
  int frame;

  @Option(
      names = "--out",
      paramLabel = "FILE.png",
      description =
          "Writes two pictures side by side: of the frame as the model draws it, and of the other one.")
  @Nullable Path out;

  @Override
  public Integer call() throws IOException, BadBundleException {
    ModelBundle bundle = model.read(kafka, () -> scene.scene);
    List<String> names = bundle.manifest().nodeNames();
    FactorScales scales = FactorScales.of(bundle.manifest().nodes());
    Map<Integer, Float> values = new LinkedHashMap<>();
    set.forEach(
        (name, value) -> {
          int node = names.indexOf(name);
          if (node < 0) {
            throw new CommandFailedException(
                "the model has no latent '%s', only %s".formatted(name, String.join(", ", names)));
          }
          values.put(
              node,
              (float)
                  scales.of(node).map(scale -> scale.latent(value)).orElse(value).doubleValue());
        });
    float[] before = latents(bundle);
    float[] after = BundleOpener.whatIf(bundle, before, values);
    if (out != null) {
      draw(bundle, before, after, out);
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      rows.add(
          Json.map(
              "latent",
              names.get(i),
              "set",
              values.containsKey(i),
              "before",
              inUnit(scales, i, before[i]),
              "after",
              inUnit(scales, i, after[i]),
              "unit",
              scales.of(i).isPresent() ? "factor" : "standard deviations"));
    }
    print(
        Json.map("model", bundle.id(), "latents", rows),
        () -> {
          print("%-20s %12s %12s", "latent", "is", "would be");
          rows.forEach(
              row ->
                  print(
                      "%-20s %12.3f %12.3f%s%s",
                      row.get("latent"),
                      row.get("before"),
                      row.get("after"),
                      "factor".equals(row.get("unit")) ? "" : "  standard deviations",
                      Boolean.TRUE.equals(row.get("set")) ? "  set" : ""));
          if (out != null) {
            print("pictures in %s", out);
          }
        });
    return 0;
  }

  private static double inUnit(FactorScales scales, int node, float value) {
    return scales.of(node).map(scale -> scale.of(value)).orElse((double) value);
  }

  private float[] latents(ModelBundle bundle) throws IOException, BadBundleException {
    Path folder = data;
    if (folder == null) {
      return new float[bundle.graph().size()];
    }
    FrameDataset set = FrameDataset.open(folder).reducedTo(bundle.manifest().image());
    if (frame < 0 || frame >= set.size()) {
      throw new CommandFailedException(
          "--frame must be from 0 to %d but was %d".formatted(set.size() - 1, frame));
    }
    byte[] pixels = new byte[set.shape().size()];
    set.read(frame, pixels, 0);
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      LatentBatch batch =
          scorer.encode(scorer.atMeans(FrameInputs.of(pixels, 1).masked(List.of(set.mask()))));
      return Arrays.copyOf(batch.observed(), bundle.graph().size());
    }
  }

  private static void draw(ModelBundle bundle, float[] before, float[] after, Path file)
      throws IOException, BadBundleException {
    int d = bundle.manifest().latents().size();
    float[] both = Arrays.copyOf(before, 2 * d);
    System.arraycopy(after, 0, both, d, d);
    ImageShape shape = bundle.manifest().image();
    int row = shape.width() * shape.channels();
    try (LatentDecoder decoder = new OnnxLatentDecoder(bundle.network())) {
      float[] decoded = decoder.decode(both, 2);
      float[] beside = new float[decoded.length];
      for (int y = 0; y < shape.height(); y++) {
        System.arraycopy(decoded, y * row, beside, 2 * y * row, row);
        System.arraycopy(decoded, shape.size() + y * row, beside, (2 * y + 1) * row, row);
      }
      Files.write(
          file,
          PictureFiles.picture(
              beside, 0, new ImageShape(2 * shape.width(), shape.height(), shape.channels())));
    }
  }
}
