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
import java.time.Duration;
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
          + " standard deviations. Valid if the graph is right, within the values of the training.",
      "With --ahead it forecasts all latents after a frame of a sequence, by equations that use earlier"
          + " frames, and says when they reach a limit; --set then holds a latent from there on."
    })
final class ModelWhatIfCommand extends JsonCommand {
  @Mixin ModelOption model = new ModelOption();
  @Mixin SceneOption scene = new SceneOption();
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A latent and its value; may be given several times.")
  Map<String, Double> set = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data set of the frame (default: a frame with the mean of every latent).")
  @Nullable Path data;

  @Option(
      names = "--frame",
      paramLabel = "N",
      description = "Its number in the set, from 0 (default: 0, with --ahead the last).")
  @Nullable Integer frame;

  @Option(
      names = "--ahead",
      paramLabel = "DURATION",
      description = "Length of the forecast, such as 10m: from one frame to 20,000 frames.")
  @Nullable Duration ahead;

  @Option(
      names = "--limit",
      paramLabel = "NAME=VALUE",
      description =
          "With --ahead, says when a latent reaches this value in its unit; may be given several"
              + " times.")
  Map<String, Double> limits = new LinkedHashMap<>();

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
    if (ahead != null) {
      return lookAhead(bundle, scales, ahead);
    }
    if (set.isEmpty() || !limits.isEmpty()) {
      throw new CommandFailedException(
          set.isEmpty() ? "give --set, or --ahead" : "--limit needs --ahead");
    }
    Map<Integer, Float> values = new LinkedHashMap<>();
    byNode(set, names, scales).forEach((node, value) -> values.put(node, value.floatValue()));
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
              scales.inUnit(i, before[i]),
              "after",
              scales.inUnit(i, after[i]),
              "unit",
              scales.unit(i)));
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

  /** Turns values in units of the latents into values of the latents, by their index. */
  private static Map<Integer, Double> byNode(
      Map<String, Double> given, List<String> names, FactorScales scales) {
    Map<Integer, Double> values = new LinkedHashMap<>();
    given.forEach(
        (name, value) -> {
          int node = names.indexOf(name);
          if (node < 0) {
            throw new CommandFailedException(
                "the model has no latent '%s', only %s".formatted(name, String.join(", ", names)));
          }
          values.put(node, scales.latent(node, value));
        });
    return values;
  }

  private int lookAhead(ModelBundle bundle, FactorScales scales, Duration length)
      throws IOException, BadBundleException {
    Path folder = data;
    if (folder == null || out != null) {
      throw new CommandFailedException(
          folder == null
              ? "--ahead needs --data: frames up to the one from which it looks ahead"
              : "--out shows one frame; leave it out with --ahead");
    }
    List<String> names = bundle.manifest().nodeNames();
    FrameDataset frames = FrameDataset.open(folder).reducedTo(bundle.manifest().image());
    int last = frameOf(frames, frames.size() - 1);
    LookAhead future =
        new LookAhead(
            bundle,
            frames,
            last,
            length,
            byNode(set, names, scales),
            byNode(limits, names, scales));
    Map<String, Object> result = Json.map("model", bundle.id(), "frame", last);
    result.put("latents", future.report().latents());
    result.put("limits", future.report().limits());
    print(result, () -> future.asText().forEach(line -> print("%s", line)));
    return 0;
  }

  private int frameOf(FrameDataset frames, int usual) {
    int chosen = frame == null ? usual : frame;
    if (chosen < 0 || chosen >= frames.size()) {
      throw new CommandFailedException(
          "--frame must be from 0 to %d but was %d".formatted(frames.size() - 1, chosen));
    }
    return chosen;
  }

  private float[] latents(ModelBundle bundle) throws IOException, BadBundleException {
    Path folder = data;
    if (folder == null) {
      return new float[bundle.graph().size()];
    }
    FrameDataset set = FrameDataset.open(folder).reducedTo(bundle.manifest().image());
    byte[] pixels = new byte[set.shape().size()];
    set.read(frameOf(set, 0), pixels, 0);
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
