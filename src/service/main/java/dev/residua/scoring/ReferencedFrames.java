package dev.residua.scoring;

import dev.residua.frame.Frame;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.model.ModelBundle;
import dev.residua.s3.S3Links;
import dev.residua.source.DefaultPort;
import dev.residua.wire.LimitedBody;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the pixels of frames that say where they lie instead of holding them: attribute {@value
 * #REFERENCE} with a {@code file:}, {@code http(s):} or {@code s3:} address under a configured
 * root, and optionally {@value #DIGEST} with the SHA-256 of the content, which is then checked.
 *
 * <p>Nothing outside the roots is touched: addresses are compared after normalisation, links in the
 * file system are followed before the comparison, redirects are not followed, and escaped slashes
 * and dots are refused. Content is read up to the size limit and no further.
 *
 * <p>A store that answers with an error of its own (5xx) or not at all is asked {@value #ATTEMPTS}
 * times, within one time budget per frame; then the frame is refused, so that the partition
 * continues, and can be replayed from the dead letters. Frames under the same root are refused at
 * once for {@link #REST} after that: a store that is away costs little time per frame. {@link
 * FetchAhead} bounds the time of one that is slow. Thread-safe.
 */
public final class ReferencedFrames implements References {
  /** Attribute that holds the address. */
  static final String REFERENCE = "residua-ref";

  /** Attribute that may hold the SHA-256 of the content, in hexadecimal digits. */
  static final String DIGEST = "residua-ref-sha256";

  /** Time for which a store that did not answer is not asked again. */
  public static final Duration REST = Duration.ofSeconds(10);

  /** Time for which the right to read an object is asked; only its request must begin in it. */
  private static final Duration LINK = Duration.ofMinutes(5);

  private static final Pattern S3_ERROR = Pattern.compile("<Code>([A-Za-z]{1,60})</Code>");

  /** Bytes of an answer in which its code is looked for. */
  private static final int S3_ERROR_BYTES = 1_000;

  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MILLIS = 200;

  private final ReferenceSettings settings;
  private final LongSupplier nanoTime;

  /** Until when the stores that did not answer are not asked again, by root. */
  private final Map<URI, Long> resting = new ConcurrentHashMap<>();

  /** Null without a root in a bucket. */
  private final @Nullable S3Links s3;

  private @Nullable HttpClient http;

  public ReferencedFrames(ReferenceSettings settings) {
    this(settings, System::nanoTime);
  }

  ReferencedFrames(ReferenceSettings settings, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.s3 =
        settings.roots().stream().anyMatch(ReferenceSettings::isBucket)
            ? new S3Links(settings.s3())
            : null;
  }

  @Override
  public Frame resolve(Frame frame) throws RejectedFrameException {
    Optional<URI> root = root(frame);
    return root.isPresent() ? frame.with(load(frame, root.get()), frame.attributes()) : frame;
  }

  /**
   * Returns the root under which the pixels of a frame are; empty if the frame has them.
   *
   * @throws RejectedFrameException if the reference may not be followed
   */
  Optional<URI> root(Frame frame) throws RejectedFrameException {
    String reference = frame.attributes().get(REFERENCE);
    if (reference == null) {
      return Optional.empty();
    }
    if (frame.data().length > 0) {
      throw refused(
          "the frame has %,d bytes and the reference '%s'; expected one of them",
          frame.data().length, reference);
    }
    if (settings.roots().isEmpty()) {
      throw refused(
          "the frame refers to '%s', but no place for references is configured (residua.frames.reference-roots)",
          reference);
    }
    return Optional.of(root(address(reference), reference));
  }

  /**
   * Fetches the pixels of a frame.
   *
   * @param root of the frame
   */
  byte[] load(Frame frame, URI root) throws RejectedFrameException {
    String reference = frame.attributes().getOrDefault(REFERENCE, "");
    URI address = address(reference);
    byte[] data =
        "file".equalsIgnoreCase(root.getScheme())
            ? file(address, root, reference)
            : download(address, root, reference);
    String digest = frame.attributes().get(DIGEST);
    if (digest != null) {
      String actual = ModelBundle.sha256(data);
      if (!actual.equals(digest.toLowerCase(Locale.ROOT))) {
        throw refused(
            "the content of '%s' has the SHA-256 %s, the frame says %s", reference, actual, digest);
      }
    }
    return data;
  }

  private static URI address(String reference) throws RejectedFrameException {
    URI address;
    try {
      address = new URI(reference).normalize();
    } catch (URISyntaxException e) {
      throw refused("the reference '%s' is not an address: %s", reference, e.getReason());
    }
    String raw = address.getRawPath() == null ? "" : address.getRawPath().toLowerCase(Locale.ROOT);
    if (!address.isAbsolute()
        || address.isOpaque()
        || address.getUserInfo() != null
        || address.getFragment() != null
        || (ReferenceSettings.isBucket(address) && address.getQuery() != null)
        || raw.contains("%2e")
        || raw.contains("%2f")
        || raw.contains("%5c")
        || raw.contains("%00")
        || raw.contains("/../")
        || raw.endsWith("/..")) {
      throw refused(
          "the reference '%s' may not be followed; expected a plain absolute file, http, https or s3 address without user, fragment, dots or escaped slashes",
          reference);
    }
    return address;
  }

  private URI root(URI address, String reference) throws RejectedFrameException {
    for (URI root : settings.roots()) {
      if (root.getScheme().equalsIgnoreCase(address.getScheme())
          && sameText(root.getHost(), address.getHost())
          && DefaultPort.of(root) == DefaultPort.of(address)
          && address.getRawPath().startsWith(root.getRawPath())
          && address.getRawPath().length() > root.getRawPath().length()) {
        return root;
      }
    }
    throw refused(
        "the reference '%s' lies under none of the places that are allowed (residua.frames.reference-roots)",
        reference);
  }

  private static boolean sameText(@Nullable String a, @Nullable String b) {
    return a == null || b == null
        ? (a == null ? "" : a).equals(b == null ? "" : b)
        : a.equalsIgnoreCase(b);
  }

  private byte[] file(URI address, URI root, String reference) throws RejectedFrameException {
    try {
      Path folder = Path.of(root.getPath()).toRealPath();
      Path file = Path.of(address.getPath()).toRealPath();
      if (!file.startsWith(folder)) {
        throw refused("the reference '%s' leads out of %s through a link", reference, root);
      }
      if (!Files.isRegularFile(file)) {
        throw refused("the reference '%s' is not a file", reference);
      }
      try (InputStream in = Files.newInputStream(file)) {
        return limited(in, reference);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new RejectedFrameException(
          Reason.REFERENCE, "the file '%s' cannot be read: %s".formatted(reference, e), e);
    }
  }

  private byte[] download(URI address, URI root, String reference) throws RejectedFrameException {
    long begin = nanoTime.getAsLong();
    Long until = resting.get(root);
    if (until != null && begin - until < 0) {
      throw refused(
          "'%s' was not fetched, as nothing under %s answered less than %s ago; replay this dead letter when the store is back",
          reference, root, REST);
    }
    resting.remove(root);
    String trouble = "";
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long left = settings.timeout().toNanos() - (nanoTime.getAsLong() - begin);
      if (left <= 0) {
        break;
      }
      try {
        HttpResponse<byte[]> response = get(webAddress(address), Duration.ofNanos(left));
        if (response.statusCode() == 200) {
          return response.body();
        }
        if (response.statusCode() < 500) {
          throw refused(
              "'%s' answers %s; expected 200 (redirects are not followed)",
              reference, status(response));
        }
        trouble = "it answers " + status(response);
      } catch (IOException e) {
        trouble = String.valueOf(e.getMessage());
      } catch (ExecutionException e) {
        if (LimitedBody.isTooLong(e)) {
          throw tooLarge(reference);
        }
        trouble = String.valueOf(e.getCause());
      } catch (TimeoutException e) {
        trouble = "nothing came within " + settings.timeout();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw refused("fetching '%s' was interrupted", reference);
      }
      pause(attempt);
    }
    resting.put(root, nanoTime.getAsLong() + REST.toNanos());
    throw refused(
        "'%s' could not be fetched within %s (residua.frames.reference-timeout): %s; replay this dead letter when the store is back",
        reference, settings.timeout(), trouble);
  }

  private URI webAddress(URI address) throws IOException {
    return s3 != null && ReferenceSettings.isBucket(address) ? s3.toRead(address, LINK) : address;
  }

  /** The status, with the reason that servers of buckets give. */
  private static String status(HttpResponse<byte[]> response) {
    byte[] body = response.body();
    Matcher code =
        S3_ERROR.matcher(
            new String(body, 0, Math.min(body.length, S3_ERROR_BYTES), StandardCharsets.UTF_8));
    return response.statusCode() + (code.find() ? " (" + code.group(1) + ")" : "");
  }

  /** The whole answer within the time; also a body that trickles is given up. */
  private HttpResponse<byte[]> get(URI address, Duration time)
      throws ExecutionException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http()
            .sendAsync(
                HttpRequest.newBuilder(address).timeout(time).build(),
                head -> new LimitedBody(settings.maxBytes()));
    try {
      return answer.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      answer.cancel(true);
    }
  }

  private static void pause(int attempt) {
    if (attempt == ATTEMPTS) {
      return;
    }
    try {
      Thread.sleep(PAUSE_MILLIS * attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized HttpClient http() {
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .connectTimeout(settings.timeout())
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
    }
    return http;
  }

  private byte[] limited(InputStream in, String reference)
      throws IOException, RejectedFrameException {
    byte[] data = in.readNBytes(settings.maxBytes());
    if (in.read() >= 0) {
      throw tooLarge(reference);
    }
    return data;
  }

  private RejectedFrameException tooLarge(String reference) {
    return new RejectedFrameException(
        Reason.TOO_LARGE,
        "what lies at '%s' has more than the %,d bytes that are allowed (residua.frames.reference-max-bytes)"
            .formatted(reference, settings.maxBytes()));
  }

  static RejectedFrameException refused(String message, Object... arguments) {
    return new RejectedFrameException(Reason.REFERENCE, message.formatted(arguments));
  }
}
