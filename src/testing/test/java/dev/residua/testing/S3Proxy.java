package dev.residua.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * S3Proxy, a server of the S3 protocol, on loopback with its objects in a folder. A process of its
 * own, since it brings other versions of Jackson and of the client than the product has.
 */
public final class S3Proxy implements AutoCloseable {
  public static final String ACCESS_KEY = "residua-test";
  public static final String SECRET_KEY = "not-a-secret";

  private static final Path LIBRARIES = Path.of("target", "s3proxy").toAbsolutePath();
  private static final Duration READY = Duration.ofSeconds(60);

  private final ServerProcess process;
  private final URI url;

  private S3Proxy(ServerProcess process, URI url) {
    this.process = process;
    this.url = url;
  }

  /** Why it cannot be started here; null if it can. */
  public static @Nullable String problem() {
    return Files.isDirectory(LIBRARIES)
        ? null
        : "S3Proxy is not in target/s3proxy; fetch it (38 MB) with: ./mvnw -q -f \"$PWD/src/testing/test/s3proxy/pom.xml\" dependency:copy-dependencies";
  }

  /**
   * Starts it and waits until it answers, about 5 seconds.
   *
   * @param bucket that it has
   */
  public static S3Proxy start(Path folder, String bucket) throws IOException {
    int port = Service.freePort();
    URI url = URI.create("http://127.0.0.1:" + port);
    Path data = Files.createDirectories(folder.resolve("objects"));
    Files.createDirectories(data.resolve(bucket));
    Path settings =
        Files.writeString(
            folder.resolve("s3proxy.properties"),
            """
            s3proxy.authorization=aws-v4
            s3proxy.identity=%s
            s3proxy.credential=%s
            s3proxy.endpoint=%s
            jclouds.provider=filesystem-nio2
            jclouds.filesystem.basedir=%s
            """
                .formatted(ACCESS_KEY, SECRET_KEY, url, data));
    return new S3Proxy(
        ServerProcess.start(
            "S3Proxy",
            folder,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-DLOG_LEVEL=warn",
                "-cp",
                LIBRARIES + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                settings.toString()),
            () -> ServerProcess.listens(port),
            READY),
        url);
  }

  /** Credentials that it accepts. */
  public static AwsCredentials credentials() {
    return AwsCredentials.set(ACCESS_KEY, SECRET_KEY);
  }

  public URI url() {
    return url;
  }

  @Override
  public void close() {
    process.close();
  }
}
