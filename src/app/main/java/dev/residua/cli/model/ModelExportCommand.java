package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.registry.RegistryFollower;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model export}: writes a bundle, or its network as ONNX. */
@Command(
    name = "export",
    description =
        "Writes a model to a bundle file, or its network to a standard ONNX file for other"
            + " programs, with a JSON file next to it that describes inputs and outputs.")
final class ModelExportCommand extends RegistryCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE|ID",
      description =
          "Model bundle, or id of a model in the registry (default: the active one of the scene).")
  @Nullable String model;

  @Mixin SceneOption scene = new SceneOption();

  @Option(names = "--out", paramLabel = "FILE.residua", description = "Bundle to write.")
  @Nullable Path out;

  @Option(
      names = "--onnx",
      paramLabel = "FILE.onnx",
      description = "ONNX file to write; the JSON file has the same name.")
  @Nullable Path onnx;

  @Override
  public Integer call() throws IOException, BadBundleException {
    if (out == null && onnx == null) {
      throw wrongUsage("Give --out FILE.residua, --onnx FILE.onnx, or both.");
    }
    ModelBundle bundle = model == null ? registry.use(this::active) : registry.bundle(model);
    if (out != null) {
      bundle.write(out);
    }
    Path description = onnx == null ? null : OnnxFile.write(bundle, onnx);
    print(
        Json.map(
            "model", bundle.id(), "out", name(out), "onnx", name(onnx), "json", name(description)),
        () -> {
          if (out != null) {
            print("wrote %s to %s", bundle.id(), out);
          }
          if (onnx != null) {
            print("wrote the network of %s to %s and %s", bundle.id(), onnx, description);
          }
        });
    return 0;
  }

  private static @Nullable String name(@Nullable Path file) {
    return file == null ? null : file.toString();
  }

  private ModelBundle active(RegistryFollower follower) throws IOException, BadBundleException {
    return follower.bundle(
        follower
            .registry()
            .scene(scene.scene)
            .active()
            .map(Activation::modelId)
            .orElseThrow(
                () ->
                    new BadBundleException(
                        "the registry has no active model in the scene '%s'"
                            .formatted(scene.scene))));
  }
}
