package dev.residua.ffmpeg;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.importing.Video;
import dev.residua.ingest.AllowedRoots;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.CapturedPicture;
import dev.residua.ingest.PictureFolder;
import dev.residua.ingest.PictureStream;
import dev.residua.source.CameraAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a folder and of the folders in it, in natural order, and every frame of the
 * videos there; or those of one file. For one thread, which closes it.
 */
public final class RecordedPictures implements PictureStream {
  private final List<Path> files;
  private final FrameLimits limits;
  private final Clock clock = Clock.systemUTC();
  private int next;
  private @Nullable PictureStream video;

  /**
   * @param path folder or file
   * @param limits of a picture
   * @throws IOException if there is no picture or video
   */
  public RecordedPictures(Path path, FrameLimits limits) throws IOException {
    this.limits = limits;
    if (Files.isDirectory(path)) {
      this.files = PictureFolder.files(path);
    } else if (Files.isRegularFile(path)) {
      this.files = List.of(path);
    } else {
      throw new IOException("there is no data set, folder or file %s".formatted(path));
    }
    boolean any = !Files.isDirectory(path);
    for (int i = 0; i < files.size() && !any; i++) {
      any = isVideo(files.get(i)) || PictureFolder.isPicture(files.get(i));
    }
    if (!any) {
      throw new IOException(
          "%s is not a data set, and has no picture (%s) or video"
              .formatted(path, PixelFormat.FILES));
    }
  }

  /** Returns true if a file is a video by its name. */
  static boolean isVideo(Path file) {
    return Video.isVideo(file.toString());
  }

  @Override
  public @Nullable CapturedPicture next() throws IOException {
    while (true) {
      PictureStream open = video;
      if (open != null) {
        CapturedPicture picture = open.next();
        if (picture != null) {
          return picture;
        }
        close();
      }
      if (next == files.size()) {
        return null;
      }
      Path file = files.get(next++);
      if (isVideo(file)) { // a sequence of JPEG files begins as a picture does
        video = open(file);
      } else if (PictureFolder.isPicture(file)) {
        byte[] data = PictureFolder.read(file, limits.maxBytes());
        PixelFormat format = PixelFormat.ofFile(data);
        if (format != null) {
          return new CapturedPicture(clock.instant(), format, data);
        }
      } else if (files.size() == 1) {
        video = open(file);
      }
    }
  }

  private PictureStream open(Path file) throws IOException {
    return open(file, Optional.empty(), CameraSettings.DEFAULT_QUALITY, limits);
  }

  /**
   * Opens a video file.
   *
   * @param framesPerSecond most pictures per second; empty for every one
   * @param quality of JPEG files that are encoded here, 1 to 100
   */
  static PictureStream open(
      Path file, Optional<Double> framesPerSecond, int quality, FrameLimits limits)
      throws IOException {
    CameraAddress address = CameraAddress.parse(file.toString());
    return new CameraStreams(Clock.systemUTC(), false)
        .open(
            new CameraSettings(
                "recorded",
                address,
                Optional.empty(),
                AllowedRoots.only(address),
                framesPerSecond,
                quality,
                CameraSettings.DEFAULT_TIMEOUT,
                limits),
            () -> false);
  }

  /** Share of the files that were begun, in [0, 1]. */
  public double progress() {
    return next / (double) files.size();
  }

  @Override
  public void close() {
    if (video != null) {
      video.close();
      video = null;
    }
  }
}
