package dev.residua.ingest;

import dev.residua.frame.PixelFormat;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Asks a web server for one picture again and again, at the camera's rate. */
public final class SnapshotStream implements PictureStream {
  private static final long STEP_MILLIS = 20;

  private final CameraSettings camera;
  private final BooleanSupplier stopped;
  private final Clock clock;
  private final FramePacer pacer;

  public SnapshotStream(CameraSettings camera, BooleanSupplier stopped, Clock clock) {
    this.camera = camera;
    this.stopped = stopped;
    this.clock = clock;
    this.pacer = FramePacer.atMost(camera.nominalRate());
  }

  @Override
  public @Nullable CapturedPicture next() throws IOException {
    while (!pacer.takes(clock.instant())) {
      if (stopped.getAsBoolean()) {
        return null;
      }
      Pauses.sleep(STEP_MILLIS);
    }
    try (HttpAnswer answer = HttpAnswer.of(camera)) {
      Instant receivedAt = clock.instant();
      byte[] file = answer.read(camera.limits().maxBytes());
      PixelFormat format = PixelFormat.ofFile(file);
      if (format == null) {
        throw new IOException(
            "%s sends something that is no %s file".formatted(camera.address(), PixelFormat.FILES));
      }
      return new CapturedPicture(receivedAt, format, file);
    }
  }

  @Override
  public void close() {}
}
