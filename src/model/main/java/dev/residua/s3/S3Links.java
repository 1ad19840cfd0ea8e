package dev.residua.s3;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Web addresses of objects that hold the right to read them for some time, so that any web client
 * can. Sends nothing to the server of the buckets. Thread-safe; holds no connection or thread.
 */
public final class S3Links {
  private final S3Presigner presigner;

  /**
   * @throws IllegalArgumentException if nothing names the region of the buckets
   */
  public S3Links(S3Access access) {
    S3Presigner.Builder builder =
        S3Presigner.builder()
            .region(access.regionOfBuckets())
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(access.pathStyle()).build());
    access.endpoint().ifPresent(builder::endpointOverride);
    this.presigner = builder.build();
  }

  /**
   * The address of an object.
   *
   * @param object {@code s3://bucket/key}
   * @param valid until it is used, above 0, in whole seconds
   * @throws IOException if the AWS default chain has no credentials
   */
  public URI toRead(URI object, Duration valid) throws IOException {
    try {
      return URI.create(
          presigner
              .presignGetObject(
                  link ->
                      link.signatureDuration(valid)
                          .getObjectRequest(
                              get ->
                                  get.bucket(object.getHost()).key(object.getPath().substring(1))))
              .url()
              .toString());
    } catch (SdkException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
