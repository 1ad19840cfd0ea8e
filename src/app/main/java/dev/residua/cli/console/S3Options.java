package dev.residua.cli.console;

import dev.residua.s3.S3Access;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for buckets; the defaults are those of the service. */
public final class S3Options {
  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      defaultValue = "${env:RESIDUA_S3_ENDPOINT}",
      description = "S3 server with the buckets (default: AWS).")
  @Nullable URI endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      defaultValue = "${env:RESIDUA_S3_REGION}",
      description = "Region of the buckets (default: the region of the environment).")
  @Nullable String region;

  @Option(
      names = "--s3-path-style",
      defaultValue = "${env:RESIDUA_S3_PATH_STYLE:-false}",
      description =
          "Put the bucket into the path of the address, as most servers other than AWS need it.")
  boolean pathStyle;

  /**
   * These settings.
   *
   * @throws CommandFailedException if one is wrong
   */
  public S3Access access() {
    try {
      return new S3Access(Optional.ofNullable(endpoint), Optional.ofNullable(region), pathStyle);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("--s3-" + e.getMessage(), e);
    }
  }
}
