package dev.residua.ingest;

import dev.residua.source.CameraAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.PasswordAuthentication;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a web server to one request, with basic or digest authentication.
 *
 * <p>Redirects are followed only below the allowed roots, and credentials are sent only to the host
 * of the camera's own address.
 */
public final class HttpAnswer implements AutoCloseable {
  private static final int MAX_REDIRECTS = 3;
  private static final int CHUNK_BYTES = 16 << 10;

  /** Closes connections whose head does not end; their own timeout is one for each read. */
  private static final ScheduledExecutorService DEADLINES =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "residua-camera-deadlines");
            made.setDaemon(true);
            return made;
          });

  private final HttpURLConnection connection;
  private final InputStream body;
  private final CameraSettings camera;
  private final long deadline;

  private HttpAnswer(
      HttpURLConnection connection, InputStream body, CameraSettings camera, long deadline) {
    this.connection = connection;
    this.body = body;
    this.camera = camera;
    this.deadline = deadline;
  }

  /**
   * Sends a request, and waits for the head of the answer, at most for the time-out in all.
   *
   * @throws IOException with a sentence without secrets, if the answer is not 200
   */
  public static HttpAnswer of(CameraSettings camera) throws IOException {
    CameraAddress address = camera.address();
    long deadline = System.nanoTime() + camera.timeout().toNanos();
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      camera.roots().check(address);
      HttpURLConnection connection = connection(address, camera);
      boolean used = false;
      ScheduledFuture<?> end =
          DEADLINES.schedule(
              connection::disconnect, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      try {
        int status = connection.getResponseCode();
        if (status == 200) {
          used = true;
          return new HttpAnswer(connection, connection.getInputStream(), camera, deadline);
        }
        String location = connection.getHeaderField("Location");
        if (status < 300 || status >= 400 || location == null) {
          throw new IOException(
              "%s answers %d%s"
                  .formatted(
                      address,
                      status,
                      status == 401 ? "; check the user and the password of its credentials" : ""));
        }
        address = redirected(address, location);
      } catch (SocketException | SocketTimeoutException e) {
        throw e instanceof SocketTimeoutException || isOver(deadline)
            ? new IOException(
                "%s does not answer within %s".formatted(address, camera.timeout()), e)
            : e;
      } finally {
        end.cancel(false);
        if (!used) {
          connection.disconnect();
        }
      }
    }
    throw new IOException(
        "%s redirects more than %d times".formatted(camera.address(), MAX_REDIRECTS));
  }

  private static boolean isOver(long deadline) {
    return System.nanoTime() - deadline >= 0;
  }

  private static CameraAddress redirected(CameraAddress from, String location) throws IOException {
    try {
      return new CameraAddress(from.uri().resolve(URI.create(location)));
    } catch (IllegalArgumentException e) { // whose message may have a secret
      throw new IOException(
          "%s redirects to an address that is not one of a camera".formatted(from));
    }
  }

  private static HttpURLConnection connection(CameraAddress address, CameraSettings camera)
      throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) address.uri().toURL().openConnection(); // http or https
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout((int) camera.timeout().toMillis());
    connection.setReadTimeout((int) camera.timeout().toMillis());
    Optional<Path> file = camera.credentials();
    if (file.isPresent() && sameServer(address.uri(), camera.address().uri())) {
      connection.setAuthenticator(new Login(CameraCredentials.read(file.get())));
    }
    return connection;
  }

  private static boolean sameServer(URI one, URI other) {
    return one.getHost().equalsIgnoreCase(other.getHost())
        && one.getPort() == other.getPort()
        && one.getScheme().equalsIgnoreCase(other.getScheme());
  }

  /** Answers the camera's own question for a password, and no proxy's. */
  private static final class Login extends Authenticator {
    private final CameraCredentials credentials;

    Login(CameraCredentials credentials) {
      this.credentials = credentials;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      return getRequestorType() == RequestorType.SERVER
          ? new PasswordAuthentication(credentials.user(), credentials.password().toCharArray())
          : null;
    }
  }

  /** Returns true if the body is one picture. */
  public boolean isPicture() {
    return contentType().startsWith("image/");
  }

  /** Returns true if the body is a sequence of parts, as MJPEG streams are. */
  public boolean isMultipart() {
    return contentType().startsWith("multipart/");
  }

  private String contentType() {
    String type = connection.getContentType();
    return type == null ? "" : type.strip().toLowerCase(Locale.ROOT);
  }

  /** The body, of which each read waits at most for the time-out. */
  public InputStream body() {
    return body;
  }

  /**
   * Reads the body to its end, which must come within the time-out since the request.
   *
   * @throws IOException with a sentence, if it has more bytes, or lasts longer
   */
  byte[] read(int maxBytes) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream(CHUNK_BYTES);
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
      if (file.size() + (long) count > maxBytes) {
        throw new IOException(
            "the picture of %s has more than the %,d bytes that are allowed"
                .formatted(camera.address(), maxBytes));
      }
      file.write(chunk, 0, count);
      if (isOver(deadline)) {
        throw new IOException(
            "%s sent no whole picture within %s".formatted(camera.address(), camera.timeout()));
      }
    }
    return file.toByteArray();
  }

  @Override
  public void close() {
    connection.disconnect(); // does not read an endless body to its end
  }
}
