package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model pull}: takes a bundle out of an OCI image layout or MLflow. */
@Command(
    name = "pull",
    description =
        "Writes a bundle of a folder that is an OCI image layout, or of a registered model of"
            + " MLflow, to a file, and checks it. The login for MLflow is that of model push.")
final class ModelPullCommand extends JsonCommand {
  @Parameters(
      paramLabel = "TAG",
      description = "Name of the bundle, see model push; in MLflow an alias or a version number.")
  String tag;

  @ArgGroup(exclusive = true, multiplicity = "1")
  ModelPlaceOptions place = new ModelPlaceOptions();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write.")
  Path out;

  @Override
  public Integer call() throws IOException, BadBundleException {
    ModelBundle bundle = place.mlflow == null ? place.layout().pull(tag) : place.mlflow().pull(tag);
    bundle.write(out);
    print(
        Json.map("model", bundle.id(), "digest", bundle.digest()),
        () -> print("%s: model %s, digest %s", out, bundle.id(), bundle.digest()));
    return 0;
  }
}
