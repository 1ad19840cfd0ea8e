package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model push}: adds a bundle to an OCI image layout or to a registered model of MLflow. */
@Command(
    name = "push",
    description = {
      "Adds a bundle to a folder that is an OCI image layout, which tools for container registries"
          + " copy, or to a registered model of MLflow, as a new version.",
      "The login for MLflow comes from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or"
          + " from MLFLOW_TRACKING_TOKEN."
    })
final class ModelPushCommand extends RegistryCommand {
  @Parameters(
      paramLabel = "FILE|ID",
      description = "Model bundle, or id of a model in the registry.")
  String model;

  @ArgGroup(exclusive = true, multiplicity = "1")
  ModelPlaceOptions place = new ModelPlaceOptions();

  @Option(
      names = "--tag",
      split = ",",
      paramLabel = "TAG",
      description =
          "Names for the bundle, separated by commas, taken from its present owner (default: its id; in"
              + " MLflow, as aliases: none).")
  List<String> tags = List.of();

  @Override
  public Integer call() throws IOException {
    ModelBundle bundle = registry.bundle(model);
    if (place.mlflow != null) {
      String version = place.mlflow().push(bundle, tags);
      print(
          Json.map("model", bundle.id(), "tags", tags, "version", version),
          () ->
              print(
                  "%s: model %s is version %s%s",
                  place.mlflow,
                  bundle.id(),
                  version,
                  tags.isEmpty() ? "" : ", " + String.join(", ", tags)));
      return 0;
    }
    List<String> names = tags.isEmpty() ? List.of(bundle.id()) : tags;
    String digest = place.layout().push(bundle, names);
    print(
        Json.map("model", bundle.id(), "tags", names, "digest", digest),
        () ->
            print(
                "%s: model %s as %s, %s",
                place.layout, bundle.id(), String.join(", ", names), digest));
    return 0;
  }
}
