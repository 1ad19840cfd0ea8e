package dev.residua.s3;

import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Access to the buckets of S3 or a compatible server. Credentials come from the AWS default chain:
 * environment, system properties, profile, container or machine.
 *
 * @param endpoint of a server other than AWS', such as {@code http://minio:9000}; empty for AWS
 * @param region of the buckets; empty to use that of the environment
 * @param pathStyle whether the bucket is in the path rather than in the host's name, as most other
 *     servers require
 */
public record S3Access(Optional<URI> endpoint, Optional<String> region, boolean pathStyle) {
  /** Buckets of AWS in the region of the environment. */
  public static final S3Access AWS = new S3Access(Optional.empty(), Optional.empty(), false);

  public S3Access {
    endpoint.ifPresent(
        uri -> {
          if (uri.getHost() == null
              || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
              || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                "endpoint is '%s', expected http://HOST:PORT or https://HOST:PORT"
                    .formatted(uri.getHost() == null ? uri : uri.getHost()));
          }
        });
  }

  /**
   * Checks that the buckets have a region.
   *
   * @throws IllegalArgumentException if neither this nor the environment names one
   */
  public void requireRegion() {
    regionOfBuckets();
  }

  Region regionOfBuckets() {
    try {
      return region
          .map(Region::of)
          .orElseGet(() -> new DefaultAwsRegionProviderChain().getRegion());
    } catch (SdkException e) { // which lists the providers of regions
      throw new IllegalArgumentException(
          "nothing names the region of the buckets; set residua.s3.region (--s3-region) or AWS_REGION");
    }
  }
}
