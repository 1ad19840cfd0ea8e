package dev.residua.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Location of bundles in S3 or a compatible server. Credentials come from the AWS default chain:
 * environment, system properties, profile, container or machine.
 *
 * @param bucket that exists
 * @param prefix of all keys, without slashes at its ends; may be empty
 * @param region of the bucket; empty to use that of the environment
 * @param endpoint of a server other than AWS', such as {@code http://minio:9000}; empty for AWS
 * @param pathStyle whether the bucket is in the path rather than in the host's name, as most other
 *     servers require
 * @param timeout for one attempt, above 0; the SDK retries failed ones
 */
public record S3Settings(
    String bucket,
    String prefix,
    Optional<String> region,
    Optional<URI> endpoint,
    boolean pathStyle,
    Duration timeout) {
  /** Timeout of one attempt for bundles of some megabytes. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern PREFIX = Pattern.compile("|[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");

  public S3Settings {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "bucket is '%s', expected 3 to 63 small letters, digits, '.' or '-'".formatted(bucket));
    }
    if (prefix.length() > 500 || !PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix is '%s', expected parts of letters, digits, '.', '_' or '-' with '/' between them"
              .formatted(prefix));
    }
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
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be above 0 but was " + timeout);
    }
  }
}
