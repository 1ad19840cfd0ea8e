package dev.residua.s3;

import dev.residua.model.BundleStore;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Stores bundles as objects of an S3 bucket. A conditional put prevents the replacement of an
 * existing object.
 */
public final class S3BundleStore implements BundleStore {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Settings settings;
  private final S3Client client;
  private final URI root;

  /**
   * Opens a client without a request to the server.
   *
   * @throws IllegalArgumentException if neither the settings nor the environment name a region
   */
  public S3BundleStore(S3Settings settings) {
    this.settings = settings;
    String prefix = settings.prefix().isEmpty() ? "" : settings.prefix() + "/";
    this.root = URI.create("s3://" + settings.bucket() + "/" + prefix);
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(settings.timeout())
                    .socketTimeout(settings.timeout()))
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(settings.timeout()))
            .region(settings.access().regionOfBuckets())
            .forcePathStyle(settings.access().pathStyle())
            // Bundles have their own digests, and other servers lack the newer checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    settings.access().endpoint().ifPresent(builder::endpointOverride);
    this.client = builder.build();
  }

  @Override
  public URI put(String id, String digest, byte[] bytes) throws IOException {
    String name = BundleStore.name(id, digest);
    URI address = URI.create(root + name);
    try {
      client.putObject(
          put -> put.bucket(settings.bucket()).key(key(name)).ifNoneMatch("*"),
          RequestBody.fromBytes(bytes));
    } catch (S3Exception e) {
      if (e.statusCode() != PRECONDITION_FAILED && e.statusCode() != CONFLICT) {
        throw failed("cannot store", address, e);
      }
      // The object exists, possibly from an attempt whose response was lost.
      if (!Arrays.equals(start(address, bytes.length + 1), bytes)) {
        throw new IOException(
            "%s has other bytes than the %d to store; it is not replaced"
                .formatted(address, bytes.length),
            e);
      }
    } catch (SdkException e) {
      throw failed("cannot store", address, e);
    }
    return address;
  }

  @Override
  public byte[] get(URI address, int maxBytes) throws IOException {
    byte[] bytes = start(address, maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new IOException("%s is larger than %d bytes".formatted(address, maxBytes));
    }
    return bytes;
  }

  /** The first bytes of an object, or all if there are fewer. */
  private byte[] start(URI address, int most) throws IOException {
    String name = BundleStore.nameBelow(root, address);
    try (ResponseInputStream<GetObjectResponse> in =
        client.getObject(get -> get.bucket(settings.bucket()).key(key(name)))) {
      byte[] bytes = in.readNBytes(most);
      if (bytes.length == most) {
        in.abort(); // closing would read the rest
      }
      return bytes;
    } catch (NoSuchKeyException e) {
      throw new IOException("bundle " + address + " does not exist", e);
    } catch (SdkException e) {
      throw failed("cannot read", address, e);
    }
  }

  @Override
  public boolean delete(URI address) throws IOException {
    String name = BundleStore.nameBelow(root, address);
    try {
      client.headObject(head -> head.bucket(settings.bucket()).key(key(name)));
      client.deleteObject(delete -> delete.bucket(settings.bucket()).key(key(name)));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return false;
      }
      throw failed("cannot delete", address, e);
    } catch (SdkException e) {
      throw failed("cannot delete", address, e);
    }
  }

  private String key(String name) {
    return settings.prefix().isEmpty() ? name : settings.prefix() + "/" + name;
  }

  private static IOException failed(String what, URI address, SdkException e) {
    return new IOException("%s %s: %s".formatted(what, address, e.getMessage()), e);
  }

  @Override
  public void close() {
    client.close();
  }
}
