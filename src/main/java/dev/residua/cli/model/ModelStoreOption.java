package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import picocli.CommandLine.Option;

/** Option that says where the bytes of a bundle go. */
final class ModelStoreOption {
  @Option(
      names = "--store",
      paramLabel = "URI",
      defaultValue = "${env:RESIDUA_MODELS_STORE:-" + BundleStores.KAFKA + "}",
      description = "Where the bundle goes: kafka, file:///folder/ or s3://bucket/prefix.")
  String store;
}
