package dev.residua.cli.model;

import dev.residua.mlflow.MlflowModel;
import dev.residua.model.OciLayout;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Place with which {@code model push} and {@code model pull} exchange bundles; exactly one is
 * given.
 */
final class ModelPlaceOptions {
  @Option(
      names = "--layout",
      paramLabel = "DIR",
      description = "Folder that is an OCI image layout; push makes it if it does not exist.")
  @Nullable Path layout;

  @Option(
      names = "--mlflow",
      paramLabel = "ADDRESS",
      description =
          "Registered model of an MLflow server, such as mlflow:http://localhost:5000/NAME.")
  @Nullable String mlflow;

  /** The folder; only if it is given. */
  OciLayout layout() {
    return new OciLayout(Objects.requireNonNull(layout));
  }

  /** The model of MLflow; only if it is given. */
  MlflowModel mlflow() {
    return MlflowModel.of(Objects.requireNonNull(mlflow), System.getenv());
  }
}
