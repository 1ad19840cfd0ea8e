package dev.residua.ingest;

import dev.residua.frame.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The pictures that arrive in a folder after the start, in natural order.
 *
 * <p>The folder is listed twice per second, which works on network file systems too. A file is read
 * when its size and time have not changed between two listings. Files that are not pictures are
 * skipped.
 */
public final class FolderStream implements PictureStream {
  private static final long LISTING_MILLIS = 500;

  private final Path folder;
  private final CameraSettings camera;
  private final BooleanSupplier stopped;
  private final Clock clock;
  private final FramePacer pacer;
  private final Deque<Path> ready = new ArrayDeque<>();

  /** Versions at the last listing, and whether they were read. */
  private Map<Path, Seen> known = new HashMap<>();

  private record Version(long bytes, FileTime changedAt) {}

  private record Seen(Version version, boolean read) {}

  /**
   * Begins to watch; what is there now is left out.
   *
   * @throws IOException if the folder cannot be read
   */
  public FolderStream(CameraSettings camera, BooleanSupplier stopped, Clock clock)
      throws IOException {
    this.folder = camera.address().path();
    this.camera = camera;
    this.stopped = stopped;
    this.clock = clock;
    this.pacer = camera.pacer();
    list(true);
    ready.clear();
  }

  private void list(boolean first) throws IOException {
    Map<Path, Seen> now = new HashMap<>();
    for (Path file : PictureFolder.files(folder)) {
      Version version;
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        version = new Version(attributes.size(), attributes.lastModifiedTime());
      } catch (NoSuchFileException e) {
        continue; // removed meanwhile
      }
      Seen before = known.get(file);
      boolean same = before != null && before.version().equals(version);
      boolean wasRead = first || before != null && before.read() && same;
      if (same && !wasRead && version.bytes() > 0) {
        ready.add(file);
        wasRead = true;
      }
      now.put(file, new Seen(version, wasRead));
    }
    known = now;
  }

  @Override
  public @Nullable CapturedPicture next() throws IOException {
    while (!stopped.getAsBoolean()) {
      Path file = ready.poll();
      if (file == null) {
        Pauses.sleep(LISTING_MILLIS);
        list(false);
        continue;
      }
      CapturedPicture picture = picture(file);
      if (picture != null) {
        return picture;
      }
    }
    return null;
  }

  private @Nullable CapturedPicture picture(Path file) throws IOException {
    byte[] data;
    try {
      if (!PictureFolder.isPicture(file)) {
        return null;
      }
      data = PictureFolder.read(file, camera.limits().maxBytes());
    } catch (NoSuchFileException e) {
      return null; // removed meanwhile
    }
    PixelFormat format = PixelFormat.ofFile(data);
    return format != null && pacer.takes(clock.instant())
        ? new CapturedPicture(clock.instant(), format, data)
        : null;
  }

  @Override
  public void close() {}
}
