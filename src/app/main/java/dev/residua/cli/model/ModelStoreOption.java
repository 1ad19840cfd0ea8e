package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import picocli.CommandLine.Option;

/** Option for the place of a bundle. */
final class ModelStoreOption {
  @Option(
      names = "--store",
      paramLabel = "URI",
      defaultValue = "${env:RESIDUA_MODELS_STORE:-" + BundleStores.KAFKA + "}",
      description = "Place for the bundle: kafka, file:///folder/ or s3://bucket/prefix.")
  String store;
}
