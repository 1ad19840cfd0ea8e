package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.model.BundleStore;
import dev.residua.s3.S3Access;
import dev.residua.s3.S3BundleStore;
import dev.residua.s3.S3Settings;
import dev.residua.testing.AwsCredentials;
import dev.residua.testing.BundleStoreContract;
import dev.residua.testing.S3Proxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against S3Proxy, a real server; skipped if it was not fetched. */
class S3BundleStoreIT extends BundleStoreContract {
  private static final String BUCKET = "models";

  @TempDir static Path folder;

  private static S3Proxy proxy;
  private static AwsCredentials credentials;

  @BeforeAll
  static void startTheServer() throws Exception {
    String problem = S3Proxy.problem();
    if (problem != null) {
      System.out.println("skipped: " + problem);
    }
    assumeTrue(problem == null, problem);
    proxy = S3Proxy.start(folder, BUCKET);
    credentials = S3Proxy.credentials();
  }

  @AfterAll
  static void stopTheServer() {
    if (credentials != null) {
      credentials.close();
    }
    if (proxy != null) {
      proxy.close();
    }
  }

  private static S3Settings settings(String bucket, URI endpoint) {
    return new S3Settings(
        bucket,
        "residua/bundles",
        new S3Access(Optional.of(endpoint), Optional.of("eu-central-1"), true),
        Duration.ofSeconds(20));
  }

  @Override
  protected BundleStore open() {
    return new S3BundleStore(settings(BUCKET, proxy.url()));
  }

  @Test
  void shouldSayWhatTheServerSays() {
    // Given
    try (BundleStore none = new S3BundleStore(settings("no-such-bucket", proxy.url()))) {
      // When
      // Then
      assertThatThrownBy(() -> none.put("model", "00".repeat(32), new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot store s3://no-such-bucket/residua/bundles/model/")
          .hasMessageContaining("bucket does not exist");
    }
    try (AwsCredentials bad = AwsCredentials.set(S3Proxy.ACCESS_KEY, "wrong");
        BundleStore wrong = new S3BundleStore(settings(BUCKET, proxy.url()))) {
      assertThatThrownBy(() -> wrong.put("model", "00".repeat(32), new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("403");
    } finally {
      credentials = S3Proxy.credentials();
    }
  }

  @Test
  void shouldAddressBelowItsPrefix() throws Exception {
    try (BundleStore store = open()) {
      assertThat(store.put("model", "00".repeat(32), new byte[1]).toString())
          .isEqualTo("s3://models/residua/bundles/model/" + "00".repeat(32) + ".residua");
    }
  }
}
