package dev.residua.cli.console;

import dev.residua.app.model.BundleStores;
import dev.residua.app.model.BundleStores.S3Access;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that reach bundles outside Kafka; by default as the service does. */
public final class BundleStoreOptions {
  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      defaultValue = "${env:RESIDUA_MODELS_S3_ENDPOINT}",
      description = "Server that speaks S3, where bundles lie in buckets (default: AWS).")
  @Nullable URI endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      defaultValue = "${env:RESIDUA_MODELS_S3_REGION}",
      description = "Region of the buckets (default: that of the environment).")
  @Nullable String region;

  @Option(
      names = "--s3-path-style",
      defaultValue = "${env:RESIDUA_MODELS_S3_PATH_STYLE:-false}",
      description = "The bucket is in the path, as most other servers than AWS' want it.")
  boolean pathStyle;

  /**
   * Opens the place for what is published.
   *
   * @throws CommandFailedException if it is none
   */
  public BundleStores open(String store) {
    try {
      return new BundleStores(
          store,
          new S3Access(Optional.ofNullable(endpoint), Optional.ofNullable(region), pathStyle));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
