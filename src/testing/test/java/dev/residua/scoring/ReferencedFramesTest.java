package dev.residua.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.s3.S3Access;
import dev.residua.testing.AwsCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencedFramesTest {
  private static final byte[] PIXELS = {1, 2, 3};
  private static final String SHA256 =
      "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"; // sha256sum of PIXELS

  @TempDir Path directory;

  private Path root;
  private HttpServer server;
  private String http;
  private ReferencedFrames frames;
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private final Map<String, String> queries = new ConcurrentHashMap<>();

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectories(directory.resolve("frames"));
    Files.write(root.resolve("a.bin"), PIXELS);
    Files.write(directory.resolve("secret.bin"), PIXELS);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    http = "http://localhost:" + server.getAddress().getPort() + "/";
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          queries.put(path, String.valueOf(exchange.getRequestURI().getRawQuery()));
          int times = asked.merge(path, 1, Integer::sum);
          switch (path) {
            case "/frames/a" -> {
              exchange.sendResponseHeaders(200, PIXELS.length);
              exchange.getResponseBody().write(PIXELS);
            }
            case "/frames/long" -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(new byte[1 << 20]);
            }
            case "/frames/moved" -> {
              exchange.getResponseHeaders().add("Location", http + "frames/a");
              exchange.sendResponseHeaders(302, -1);
            }
            case "/frames/shaky" -> {
              exchange.sendResponseHeaders(times < 3 ? 503 : 200, times < 3 ? -1 : PIXELS.length);
              if (times >= 3) {
                exchange.getResponseBody().write(PIXELS);
              }
            }
            case "/frames/denied" -> {
              byte[] body =
                  "<Error><Code>SignatureDoesNotMatch</Code></Error>"
                      .getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(403, body.length);
              exchange.getResponseBody().write(body);
            }
            case "/frames/down" -> exchange.sendResponseHeaders(500, -1);
            case "/frames/trickle" -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(1);
              exchange.getResponseBody().flush();
              pause();
            }
            default -> exchange.sendResponseHeaders(404, -1);
          }
          exchange.close();
        });
    server.start();
    frames = within(Duration.ofSeconds(30), System::nanoTime);
  }

  /** References to a bucket; the server of this test answers in place of S3. */
  private ReferencedFrames inBucket() {
    S3Access access =
        new S3Access(
            Optional.of(URI.create(http.substring(0, http.length() - 1))),
            Optional.of("eu-central-1"),
            true);
    return new ReferencedFrames(
        new ReferenceSettings(
            List.of(URI.create("s3://frames/")), 1_000, Duration.ofSeconds(30), 1, access));
  }

  private ReferencedFrames within(Duration time, LongSupplier nanoTime) {
    return new ReferencedFrames(
        new ReferenceSettings(
            List.of(URI.create("file://" + root + "/"), URI.create(http + "frames/")),
            1_000,
            time,
            1,
            S3Access.AWS),
        nanoTime);
  }

  private static void pause() {
    try {
      Thread.sleep(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static Frame reference(String address, String... digest) {
    Map<String, String> attributes = new HashMap<>(Map.of(ReferencedFrames.REFERENCE, address));
    for (String each : digest) {
      attributes.put(ReferencedFrames.DIGEST, each);
    }
    return new Frame("cam1", 7, Instant.EPOCH, 1, 1, PixelFormat.RGB8, new byte[0], attributes);
  }

  private RejectedFrameException refusal(String address) {
    return catchThrowableOfType(
        RejectedFrameException.class, () -> frames.resolve(reference(address)));
  }

  @Test
  void shouldLeaveAFrameAloneThatHoldsItsPixels() throws RejectedFrameException {
    // Given
    Frame frame =
        new Frame("cam1", 7, Instant.EPOCH, 1, 1, PixelFormat.RGB8, PIXELS, Map.of("a", "b"));
    // When, Then
    assertThat(frames.resolve(frame)).isSameAs(frame);
  }

  @Test
  void shouldReadAFileUnderItsRoot() throws RejectedFrameException {
    // When
    Frame resolved = frames.resolve(reference("file://" + root + "/a.bin", SHA256));
    // Then
    assertThat(resolved.data()).isEqualTo(PIXELS);
    assertThat(resolved.sequence()).isEqualTo(7);
  }

  @Test
  void shouldDownloadFromUnderItsRoot() throws RejectedFrameException {
    // When
    Frame resolved = frames.resolve(reference(http + "frames/a", SHA256));
    // Then
    assertThat(resolved.data()).isEqualTo(PIXELS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file://ROOT/../secret.bin",
        "file://ROOT/%2e%2e/secret.bin",
        "file://ROOT/..%2fsecret.bin",
        "file://ROOT/a/../../secret.bin",
        "file://ROOT-other/a.bin",
        "file:///etc/passwd",
        "file://ROOT/",
        "file:ROOT/../secret.bin",
        "HTTPframes/../secret",
        "HTTPother/a",
        "HTTPframesandmore/a",
        "http://localhost:1/frames/a",
        "http://169.254.169.254/latest/meta-data/",
        "http://user@localhost/frames/a",
        "ftp://localhost/frames/a",
        "jar:file:ROOT/a.bin!/x",
        "not an address",
        "a.bin",
        ""
      })
  void shouldTouchNothingOutsideItsRoots(String pattern) {
    // Given
    String address = pattern.replace("ROOT", root.toString()).replace("HTTP", http);
    // When
    RejectedFrameException refusal = refusal(address);
    // Then
    assertThat(refusal.reason()).isEqualTo(Reason.REFERENCE);
    assertThat(refusal).hasMessageContaining("'" + address + "'");
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldRefuseALinkThatLeadsOut() throws IOException {
    // Given
    Files.createSymbolicLink(root.resolve("link.bin"), directory.resolve("secret.bin"));
    Files.createSymbolicLink(root.resolve("inside.bin"), root.resolve("a.bin"));
    // When, Then
    assertThat(refusal("file://" + root + "/link.bin")).hasMessageContaining("through a link");
    assertThat(refusal("file://" + root + "/inside.bin")).isNull();
  }

  @Test
  void shouldSayWhyThereIsNothing() {
    // When, Then
    assertThat(refusal("file://" + root + "/missing.bin")).hasMessageContaining("NoSuchFile");
    assertThat(refusal(http + "frames/missing")).hasMessageContaining("answers 404");
    assertThat(refusal(http + "frames/moved"))
        .hasMessageContaining("answers 302")
        .hasMessageContaining("redirects are not followed");
    assertThat(asked).doesNotContainKey("/frames/a");
  }

  @Test
  void shouldReadNoFurtherThanTheLimit() throws IOException {
    // Given
    Files.write(root.resolve("large.bin"), new byte[1_001]);
    Files.write(root.resolve("full.bin"), new byte[1_000]);
    // When, Then
    assertThat(refusal("file://" + root + "/large.bin").reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(refusal("file://" + root + "/full.bin")).isNull();
    assertThat(refusal(http + "frames/long").reason()).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void shouldAskAStoreInTroubleAgain() throws RejectedFrameException {
    // Given
    frames = within(Duration.ofSeconds(5), System::nanoTime);
    // When
    Frame resolved = frames.resolve(reference(http + "frames/shaky"));
    // Then
    assertThat(resolved.data()).isEqualTo(PIXELS);
    assertThat(refusal(http + "frames/down")).hasMessageContaining("500");
    assertThat(asked).containsEntry("/frames/down", 3);
  }

  @Test
  void shouldSpendOneTimeBudgetOnAStoreThatDoesNotAnswerAndThenLetItRest() throws Exception {
    // Given
    AtomicLong now = new AtomicLong();
    frames = within(Duration.ofMillis(500), now::get);
    // When
    RejectedFrameException first = refusal(http + "frames/trickle");
    RejectedFrameException second = refusal(http + "frames/a");
    // Then
    assertThat(first).hasMessageContaining("reference-timeout");
    assertThat(second).hasMessageContaining("was not fetched");
    assertThat(asked).doesNotContainKey("/frames/a");
    // When
    now.addAndGet(ReferencedFrames.REST.toNanos());
    // Then
    assertThat(frames.resolve(reference(http + "frames/a")).data()).isEqualTo(PIXELS);
  }

  @Test
  void shouldGiveUpABodyThatTrickles() {
    // Given
    frames = within(Duration.ofMillis(500), System::nanoTime);
    // When, Then
    assertThat(refusal(http + "frames/trickle")).hasMessageContaining("PT0.5S");
  }

  @Test
  void shouldRefuseContentOtherThanTheDigestSays() {
    // When, Then
    assertThatThrownBy(
            () ->
                frames.resolve(reference("file://" + root + "/a.bin", "00" + SHA256.substring(2))))
        .hasMessageContaining(SHA256);
  }

  @Test
  void shouldSayWhatToConfigureWhereReferencesAreOff() {
    // Given
    frames = new ReferencedFrames(ReferenceSettings.NONE);
    // When, Then
    assertThat(refusal("file://" + root + "/a.bin"))
        .hasMessageContaining("residua.frames.reference-roots");
  }

  @Test
  void shouldRefuseRootsThatAreNone() {
    // When, Then
    for (String root : List.of("/folder/", "file:///folder", "ftp://host/", "http://u@host/")) {
      assertThatThrownBy(
              () ->
                  new ReferenceSettings(
                      List.of(URI.create(root)),
                      1,
                      ReferenceSettings.NONE.timeout(),
                      1,
                      S3Access.AWS))
          .hasMessageContaining("'" + root + "'");
    }
  }

  @Test
  void shouldSignRequestsToABucket() throws Exception {
    try (AwsCredentials credentials = AwsCredentials.set("key", "secret")) {
      // Given
      frames = inBucket();
      // When, Then
      assertThat(frames.resolve(reference("s3://frames/a")).data()).isEqualTo(PIXELS);
      assertThat(queries.get("/frames/a"))
          .contains("X-Amz-Credential=key%2F", "X-Amz-Signature=", "X-Amz-SignedHeaders=host");
      assertThat(refusal("s3://frames/denied"))
          .hasMessageContaining("'s3://frames/denied' answers 403 (SignatureDoesNotMatch)");
      assertThat(refusal("s3://frames/long")).hasMessageContaining("1,000 bytes");
      assertThat(refusal("s3://frames/a?versionId=1")).hasMessageContaining("may not be followed");
      assertThat(refusal("s3://other/a")).hasMessageContaining("under none of the places");
    }
  }

  @Test
  void shouldRefuseABucketWithoutARegion() {
    assertThatThrownBy(
            () ->
                new ReferenceSettings(
                    List.of(URI.create("s3://frames/")),
                    1,
                    ReferenceSettings.NONE.timeout(),
                    1,
                    S3Access.AWS))
        .hasMessageContaining("residua.s3.region");
  }
}
