package dev.residua.s3;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Location of bundles in a bucket.
 *
 * @param bucket that exists
 * @param prefix of all keys, without slashes at its ends; may be empty
 * @param timeout for one attempt, above 0; the SDK retries failed ones
 */
public record S3Settings(String bucket, String prefix, S3Access access, Duration timeout) {
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
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be above 0 but was " + timeout);
    }
  }
}
