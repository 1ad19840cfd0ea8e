package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.ModelBundle;
import dev.residua.model.OciLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model push}: adds a bundle to an OCI image layout. */
@Command(
    name = "push",
    description =
        "Adds a bundle to a folder that is an OCI image layout, which tools for container"
            + " registries copy.")
final class ModelPushCommand extends RegistryCommand {
  @Parameters(
      paramLabel = "FILE|ID",
      description = "Model bundle, or id of a model in the registry.")
  String model;

  @Option(
      names = "--layout",
      required = true,
      paramLabel = "DIR",
      description = "The folder; made if it does not exist.")
  Path layout;

  @Option(
      names = "--tag",
      split = ",",
      paramLabel = "TAG",
      description =
          "Names for the bundle, separated by commas, taken from what has them (default: its id).")
  List<String> tags = List.of();

  @Override
  public Integer call() throws IOException {
    ModelBundle bundle = registry.bundle(model);
    List<String> names = tags.isEmpty() ? List.of(bundle.id()) : tags;
    String digest = new OciLayout(layout).push(bundle, names);
    print(
        Json.map("model", bundle.id(), "tags", names, "digest", digest),
        () ->
            print("%s: model %s as %s, %s", layout, bundle.id(), String.join(", ", names), digest));
    return 0;
  }
}
