package dev.residua.ffmpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.ingest.AllowedRoots;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.CapturedPicture;
import dev.residua.ingest.PictureStream;
import dev.residua.source.CameraAddress;
import dev.residua.testing.Certificates;
import dev.residua.testing.JpegPictures;
import dev.residua.testing.RtspCameras;
import dev.residua.testing.Service;
import dev.residua.testing.Waits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import javax.net.ssl.SSLContext;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CameraStreamsTest {
  private static final Duration SHORT = Duration.ofSeconds(2);

  @TempDir Path folder;

  private static CameraSettings camera(String address) {
    CameraAddress where = CameraAddress.parse(address);
    return new CameraSettings(
        "cam1",
        where,
        Optional.empty(),
        AllowedRoots.only(where),
        Optional.empty(),
        90,
        SHORT,
        FrameLimits.DEFAULTS);
  }

  private static CameraSettings withLimits(CameraSettings camera, FrameLimits limits) {
    return new CameraSettings(
        camera.source(),
        camera.address(),
        camera.credentials(),
        camera.roots(),
        camera.framesPerSecond(),
        camera.quality(),
        camera.timeout(),
        limits);
  }

  private static CameraSettings withCredentials(CameraSettings camera, Path file) {
    return new CameraSettings(
        camera.source(),
        camera.address(),
        Optional.of(file),
        camera.roots(),
        camera.framesPerSecond(),
        camera.quality(),
        camera.timeout(),
        camera.limits());
  }

  private static PictureStream open(CameraSettings camera) throws IOException {
    return new CameraStreams(Clock.systemUTC(), false).open(camera, () -> false);
  }

  private static CapturedPicture first(CameraSettings camera) throws IOException {
    try (PictureStream stream = open(camera)) {
      return stream.next();
    }
  }

  private static RtspCameras.Script bars() {
    return (name, connection, index) -> JpegPictures.bar(index);
  }

  @Test
  void shouldPassOnThePixelsOfAnRtspCameraUnchanged() throws Exception {
    // Given
    try (RtspCameras cameras = new RtspCameras(bars());
        PictureStream stream = open(camera(cameras.address("cam1")))) {
      for (int i = 0; i < 5; i++) {
        // When
        CapturedPicture picture = stream.next();

        // Then
        RtspCameras.Jpeg sent = RtspCameras.Jpeg.of(JpegPictures.bar(i));
        RtspCameras.Jpeg received = RtspCameras.Jpeg.of(picture.data());
        assertThat(received.scan()).as("picture %d", i).isEqualTo(sent.scan());
        assertThat(received.tables()).isEqualTo(sent.tables());
        assertThat(ImageIO.read(new ByteArrayInputStream(picture.data())).getWidth()).isEqualTo(64);
      }
    }
  }

  @Test
  void shouldTakeTheCaptureTimeFromTheCamerasClock() throws Exception {
    // Given a camera whose clock is a minute slow
    Instant begin = Instant.now();
    RtspCameras.Script script =
        new RtspCameras.Script() {
          @Override
          public byte[] picture(String camera, int connection, int index) {
            return JpegPictures.bar(index);
          }

          @Override
          public Instant clock(String camera) {
            return begin.minusSeconds(60);
          }

          @Override
          public long pause(String camera, int connection, int index) {
            return 100;
          }
        };
    List<Instant> times = new ArrayList<>();
    try (RtspCameras cameras = new RtspCameras(script);
        PictureStream stream = open(camera(cameras.address("cam1")))) {
      // When
      for (int i = 0; i < 5; i++) {
        times.add(stream.next().capturedAt());
      }
    }

    // Then
    for (int i = 1; i < 5; i++) {
      assertThat(Duration.between(begin.minusSeconds(60), times.get(i)).toMillis())
          .as("picture %d", i)
          .isCloseTo(100L * (i + 1), within(1L));
    }
  }

  @Test
  void shouldGiveUpACameraThatHangs() throws Exception {
    // Given
    RtspCameras.Script script =
        new RtspCameras.Script() {
          @Override
          public byte[] picture(String camera, int connection, int index) {
            return JpegPictures.bar(index);
          }

          @Override
          public long pause(String camera, int connection, int index) {
            return index == 2 ? 60_000 : 1;
          }

          @Override
          public boolean hangs(String camera) {
            return camera.equals("silent");
          }
        };
    try (RtspCameras cameras = new RtspCameras(script)) {
      // When, Then
      assertThatThrownBy(() -> first(camera(cameras.address("silent"))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sent no picture within PT2S");
      try (PictureStream stream = open(camera(cameras.address("stalls")))) {
        stream.next();
        stream.next();
        assertThatThrownBy(stream::next).hasMessageContaining("sent no picture within PT2S");
      }
    }
  }

  @Test
  void shouldReadThePasswordFromItsFileAndNeverShowIt() throws Exception {
    // Given
    RtspCameras.Script script =
        new RtspCameras.Script() {
          @Override
          public byte[] picture(String camera, int connection, int index) {
            return JpegPictures.bar(index);
          }

          @Override
          public String login(String camera) {
            return "viewer7:p@ss/w rd";
          }
        };
    Path right = Files.writeString(folder.resolve("right"), "user: viewer7\npassword: p@ss/w rd\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "user: viewer7\npassword: hunter2\n");
    try (RtspCameras cameras = new RtspCameras(script)) {
      CameraSettings camera = camera(cameras.address("cam1"));

      // When, Then
      assertThat(first(withCredentials(camera, right)).format()).isEqualTo(PixelFormat.JPEG);
      assertThatThrownBy(() -> first(withCredentials(camera, wrong)))
          .hasMessageContaining("401")
          .hasMessageNotContaining("hunter2")
          .hasMessageNotContaining("viewer7");
      assertThatThrownBy(() -> first(camera)).hasMessageContaining("401");
    }
  }

  @Test
  void shouldSendNothingToWhereAnRtspCameraRedirectsOutsideTheRoots() throws Exception {
    // Given
    try (ServerSocket other = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Integer> received =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket socket = other.accept()) {
                  return socket.getInputStream().readAllBytes().length;
                } catch (IOException e) {
                  return -1;
                }
              });
      RtspCameras.Script script =
          new RtspCameras.Script() {
            @Override
            public byte[] picture(String camera, int connection, int index) {
              return JpegPictures.bar(index);
            }

            @Override
            public String redirect(String camera) {
              return "rtsp://127.0.0.1:%d/secret".formatted(other.getLocalPort());
            }
          };
      try (RtspCameras cameras = new RtspCameras(script)) {
        // When, Then
        assertThatThrownBy(() -> first(camera(cameras.address("cam1"))))
            .hasMessageContaining("redirects")
            .hasMessageContaining("under none of the allowed roots");
      }
      other.close();
      assertThat(received.get(Waits.seconds(10), TimeUnit.SECONDS)).isLessThanOrEqualTo(0);
    }
  }

  private static RtspCameras encrypted(Certificates authority, String host) throws Exception {
    Path keys = authority.keystore("camera-of-" + host, 0, 2, "dns:" + host);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(authority.keys(keys).getKeyManagers(), null, null);
    return new RtspCameras(
        bars(),
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  private static CameraSettings encrypted(RtspCameras cameras, String scheme) {
    return camera(cameras.address("cam1").replace("rtsp://127.0.0.1", scheme + "://localhost"));
  }

  @Test
  void shouldReadACameraOverTlsOnlyIfItsCertificateIsTrustedAndItsOwn() throws Exception {
    // Given
    Certificates trusted = new Certificates(folder, "trusted");
    Certificates other = new Certificates(folder, "other");
    String before = System.getProperty("javax.net.ssl.trustStore");
    try (RtspCameras right = encrypted(trusted, "localhost");
        RtspCameras strange = encrypted(other, "localhost");
        RtspCameras misnamed = encrypted(trusted, "elsewhere.example")) {
      System.setProperty("javax.net.ssl.trustStore", trusted.truststore().toString());
      System.setProperty("javax.net.ssl.trustStorePassword", trusted.password());

      // When, Then
      assertThat(first(encrypted(right, "rtsps")).format()).isEqualTo(PixelFormat.JPEG);
      assertThat(first(encrypted(right, "RTSPS")).format()).isEqualTo(PixelFormat.JPEG);
      for (RtspCameras wrong : List.of(strange, misnamed)) {
        assertThatThrownBy(() -> first(encrypted(wrong, "rtsps")))
            .hasMessageContaining(
                "a certificate for this name that Java trusts: Input/output error");
        assertThat(wrong.connections("cam1")).isZero();
      }
    } finally {
      System.clearProperty("javax.net.ssl.trustStorePassword");
      if (before == null) {
        System.clearProperty("javax.net.ssl.trustStore");
      } else {
        System.setProperty("javax.net.ssl.trustStore", before);
      }
    }
  }

  /** A camera that waits for a call with SRT and then sends MPEG-4 video. */
  private static Process srtCamera(int port, String passphrase) throws IOException {
    return new ProcessBuilder(
            Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
            "-v",
            "quiet",
            "-re",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=160x120:rate=10",
            "-c:v",
            "mpeg4",
            "-f",
            "mpegts",
            "srt://127.0.0.1:%d?mode=listener&passphrase=%s".formatted(port, passphrase))
        .inheritIO()
        .start();
  }

  @Test
  void shouldReadAnEncryptedSrtStream() throws Exception {
    // Given
    int port = Service.freePort();
    Path right = Files.writeString(folder.resolve("right"), "user: cam7\npassword: forty-two-42\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "user: cam7\npassword: hunter-two-2\n");
    CameraSettings camera = camera("srt://127.0.0.1:" + port);
    Process sender = srtCamera(port, "forty-two-42");
    try {
      // When
      CapturedPicture picture = firstOf(withCredentials(camera, right));

      // Then
      assertThat(picture.format()).isEqualTo(PixelFormat.JPEG);
      assertThat(ImageIO.read(new ByteArrayInputStream(picture.data())).getWidth()).isEqualTo(160);
    } finally {
      sender.destroyForcibly().waitFor();
    }

    // Given
    Process again = srtCamera(port, "forty-two-42");
    try {
      // When, Then
      assertThatThrownBy(() -> first(withCredentials(camera, wrong)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("srt://127.0.0.1:" + port)
          .hasMessageContaining("with the passphrase of the credentials (10 to 79 characters)")
          .hasMessageNotContaining("hunter")
          .hasMessageNotContaining("cam7");
    } finally {
      again.destroyForcibly().waitFor();
    }
    assertThatThrownBy(() -> first(camera)).as("nobody listens").isInstanceOf(IOException.class);
  }

  @Test
  void shouldGiveUpAnSrtCameraThatHangs() throws Exception {
    // Given
    int port = Service.freePort();
    Process sender = srtCamera(port, "forty-two-42");
    Path secret = Files.writeString(folder.resolve("file"), "user: c\npassword: forty-two-42\n");
    try (PictureStream stream =
        connected(withCredentials(camera("srt://127.0.0.1:" + port), secret))) {
      stream.next();

      // When
      new ProcessBuilder("kill", "-STOP", Long.toString(sender.pid())).start().waitFor();

      // Then
      assertThatThrownBy(
              () -> {
                while (true) {
                  stream.next();
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sent no picture within PT2S");
    } finally {
      sender.destroyForcibly().waitFor();
    }
  }

  private static CapturedPicture firstOf(CameraSettings camera) throws IOException {
    try (PictureStream stream = connected(camera)) {
      return stream.next();
    }
  }

  /** Calls until it answers, as the role does: the camera may still start. */
  private static PictureStream connected(CameraSettings camera) throws IOException {
    long end = System.nanoTime() + Waits.limit(Duration.ofSeconds(20)).toNanos();
    while (true) {
      try {
        return open(camera);
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  private interface Exchange {
    void answer(HttpExchange exchange) throws IOException;
  }

  private static HttpServer http(Exchange answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", answer::answer);
    server.start();
    return server;
  }

  private static String address(HttpServer server, String path) {
    return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
  }

  /** Begins an MJPEG stream whose parts are to be written. */
  private static OutputStream mjpeg(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "multipart/x-mixed-replace; boundary=frame");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  @Test
  void shouldPassOnTheFilesOfAnMjpegStreamUnchanged() throws Exception {
    // Given
    HttpServer server =
        http(
            exchange -> {
              OutputStream out = mjpeg(exchange);
              for (int i = 0; i < 6; i++) {
                byte[] file = JpegPictures.bar(i);
                out.write(
                    "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
                        .formatted(file.length)
                        .getBytes(StandardCharsets.ISO_8859_1));
                out.write(file);
                out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
              }
              exchange.close();
            });
    try (PictureStream stream = open(camera(address(server, "/mjpeg")))) {
      for (int i = 0; i < 5; i++) {
        // When, Then
        assertThat(stream.next().data()).as("picture %d", i).isEqualTo(JpegPictures.bar(i));
      }
      assertThatThrownBy(
              () -> {
                stream.next();
                stream.next();
              })
          .as("the end of a live stream")
          .isInstanceOf(IOException.class);
    } finally {
      server.stop(0);
    }
  }

  /** FFmpeg gathers a part as long as the server sends one, in native memory. */
  @Test
  void shouldRefuseAPartOfAnMjpegStreamWithoutEnd() throws Exception {
    FrameLimits limits = new FrameLimits(1 << 20, 4_096, 1_000_000);
    for (String length : List.of("Content-Length: 2000000000\r\n", "")) {
      // Given
      AtomicLong sent = new AtomicLong();
      HttpServer server =
          http(
              exchange -> {
                OutputStream out = mjpeg(exchange);
                out.write(
                    ("--frame\r\nContent-Type: image/jpeg\r\n" + length + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                byte[] part = new byte[64 << 10];
                while (true) {
                  out.write(part); // fails when the reader is gone
                  sent.addAndGet(part.length);
                }
              });
      CameraSettings endless = withLimits(camera(address(server, "/mjpeg")), limits);
      try {
        // When, Then
        assertThatThrownBy(() -> first(endless))
            .as(length)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(
                "sends more than 4,194,304 bytes without the end of a picture, of which 1,048,576 are allowed");
        assertThat(sent.get())
            .as("bytes that were read, and those in the buffers of the sockets")
            .isLessThan(32L << 20);
      } finally {
        server.stop(0);
      }
    }
  }

  @Test
  void shouldBoundTheMemoryThatFfmpegTakesInOnePiece() throws Exception {
    // Given a stream that was opened
    try (RtspCameras cameras = new RtspCameras(bars())) {
      first(camera(cameras.address("cam1")));
    }
    // When
    Pointer more = av_malloc(CameraStreams.MAX_BLOCK_BYTES + 1);
    Pointer less = av_malloc(CameraStreams.MAX_BLOCK_BYTES / 2);
    // Then
    assertThat(more == null || more.isNull()).isTrue();
    assertThat(less.isNull()).isFalse();
    av_free(less);
  }

  @Test
  void shouldAskForAPictureAgainAndAgain() throws Exception {
    // Given
    byte[] file = JpegPictures.bar(7);
    HttpServer server =
        http(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", "image/jpeg");
              exchange.sendResponseHeaders(200, file.length);
              exchange.getResponseBody().write(file);
              exchange.close();
            });
    try (PictureStream stream = open(camera(address(server, "/picture.jpg")))) {
      // When
      CapturedPicture one = stream.next();
      CapturedPicture two = stream.next();

      // Then
      assertThat(one.data()).isEqualTo(file);
      assertThat(Duration.between(one.capturedAt(), two.capturedAt()).toMillis())
          .isBetween(400L, 1_000L);
    } finally {
      server.stop(0);
    }
  }

  /** Every byte comes within the time-out, but the whole does not. */
  @Test
  void shouldGiveUpAWebCameraThatTrickles() throws Exception {
    String picture = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 200\r\n\r\n";
    for (String begin : List.of("HTTP/1.1 200 OK\r\nContent-Type: im", picture)) {
      // Given
      try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
        Thread answers = new Thread(() -> trickle(server, begin), "trickling camera");
        answers.setDaemon(true);
        answers.start();
        // When, Then
        assertThatThrownBy(
                () -> first(camera("http://127.0.0.1:%d/a.jpg".formatted(server.getLocalPort()))))
            .as(begin)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("within PT2S");
      }
    }
  }

  /** Answers all requests with a byte now and then, without an end. */
  private static void trickle(ServerSocket server, String begin) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        OutputStream out = socket.getOutputStream();
        out.write(begin.getBytes(StandardCharsets.ISO_8859_1));
        while (true) {
          out.write('a');
          out.flush();
          Thread.sleep(200);
        }
      } catch (IOException e) {
        continue; // given up, as expected
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Test
  void shouldRefuseRedirectsOfWebServersOutsideTheRoots() throws Exception {
    // Given
    HttpServer server =
        http(
            exchange -> {
              exchange.getResponseHeaders().set("Location", "http://169.254.169.254/?token=s3cret");
              exchange.sendResponseHeaders(302, -1);
              exchange.close();
            });
    try {
      // When, Then
      assertThatThrownBy(() -> first(camera(address(server, "/mjpeg"))))
          .hasMessageContaining("'http://169.254.169.254/?...' is under none of the allowed roots");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldReadAVideoFileToItsEnd() throws Exception {
    // Given two seconds of grey at 10 frames per second, at limited range as cameras send it
    Path video = folder.resolve("video.mp4");
    String ffmpeg = Loader.load(org.bytedeco.ffmpeg.ffmpeg.class);
    Process made =
        new ProcessBuilder(
                ffmpeg,
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "color=c=0x808080:s=64x48:r=10:d=2",
                "-c:v",
                "mpeg4",
                "-pix_fmt",
                "yuv420p",
                video.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();

    // When
    int pictures = 0;
    CapturedPicture last = null;
    try (PictureStream stream = open(camera(video.toString()))) {
      for (CapturedPicture next = stream.next(); next != null; next = stream.next()) {
        last = next;
        pictures++;
      }
    }

    // Then
    assertThat(pictures).isEqualTo(20);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(last.data()));
    assertThat(image.getWidth()).isEqualTo(64);
    assertThat(image.getHeight()).isEqualTo(48);
    for (int shift = 0; shift <= 16; shift += 8) {
      assertThat(image.getRGB(30, 20) >> shift & 0xFF).isCloseTo(0x80, within(3));
    }
  }

  @Test
  void shouldExplainThatThereIsNoDevice() {
    assertThatThrownBy(() -> first(camera("/dev/video9999")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no file, folder or device /dev/video9999");
  }
}
