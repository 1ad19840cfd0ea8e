package dev.residua.mqtt;

import dev.residua.frame.PixelFormat;
import dev.residua.ingest.CameraCredentials;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.CapturedPicture;
import dev.residua.ingest.FramePacer;
import dev.residua.ingest.Pauses;
import dev.residua.ingest.PictureStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pictures that somebody publishes to a topic of MQTT, one file in each message; their time is when
 * they arrive. Holds the newest picture alone. A topic may be quiet for long, so there is no
 * time-out between pictures.
 */
public final class MqttStream implements PictureStream {
  private static final long STEP_MILLIS = 10;

  /** Bytes of a message in addition to its picture: a topic of 64 KiB, and the head. */
  private static final int HEAD_BYTES = 80 << 10;

  private record Arrived(Instant at, byte[] file) {}

  private final CameraSettings camera;
  private final BooleanSupplier stopped;
  private final Clock clock;
  private final FramePacer pacer;
  private final AtomicReference<@Nullable Arrived> newest = new AtomicReference<>();
  private final MqttConnection connection;

  private MqttStream(
      CameraSettings camera, BooleanSupplier stopped, Clock clock, MqttConnection connection) {
    this.camera = camera;
    this.stopped = stopped;
    this.clock = clock;
    this.pacer = camera.pacer();
    this.connection = connection;
  }

  /** Connects, and subscribes to the topic of the camera's address. */
  public static MqttStream open(CameraSettings camera, BooleanSupplier stopped, Clock clock)
      throws IOException {
    Optional<MqttServer.Login> login = Optional.empty();
    if (camera.credentials().isPresent()) {
      CameraCredentials credentials = CameraCredentials.read(camera.credentials().get());
      login = Optional.of(new MqttServer.Login(credentials.user(), credentials.password()));
    }
    MqttServer server =
        new MqttServer(
            camera.address().uri(),
            login,
            camera.timeout(),
            camera.limits().maxBytes() + HEAD_BYTES,
            Optional.empty());
    MqttStream stream =
        new MqttStream(camera, stopped, clock, MqttConnection.open(server, stopped));
    try {
      stream.connection.subscribe(MqttServer.topic(camera.address().uri()), stream::arrived);
      return stream;
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  private void arrived(byte[] file) {
    Instant now = clock.instant();
    if (pacer.takes(now)) {
      newest.set(new Arrived(now, file));
    }
  }

  @Override
  public @Nullable CapturedPicture next() throws IOException {
    Arrived picture = newest.getAndSet(null);
    while (picture == null) {
      if (stopped.getAsBoolean()) {
        return null;
      }
      IOException failure = connection.failure();
      if (failure != null) {
        throw failure;
      }
      Pauses.sleep(STEP_MILLIS);
      picture = newest.getAndSet(null);
    }
    PixelFormat format = PixelFormat.ofFile(picture.file());
    if (format == null || picture.file().length > camera.limits().maxBytes()) {
      throw new IOException(
          "%s has a message of %,d bytes that is no %s file of at most %,d bytes"
              .formatted(
                  camera.address(),
                  picture.file().length,
                  PixelFormat.FILES,
                  camera.limits().maxBytes()));
    }
    return new CapturedPicture(picture.at(), format, picture.file());
  }

  @Override
  public void close() {
    connection.close();
  }
}
