package dev.residua.ffmpeg;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
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
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a folder and of the folders in it, in natural order, and every frame of the
 * videos there; or those of one file. For one thread, which closes it.
 */
public final class RecordedPictures implements PictureStream {
  /** Endings of videos; other files of a folder that are no pictures are skipped. */
  private static final Pattern VIDEO =
      Pattern.compile(
          ".*\\.(avi|flv|h264|hevc|ivf|m4v|mjpeg|mjpg|mkv|mov|mp4|mpg|mpeg|ogv|ts|webm)");

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
          "%s is no data set, and has no picture (%s) or video".formatted(path, PixelFormat.FILES));
    }
  }

  /** Whether a file is a video by its name. */
  static boolean isVideo(Path file) {
    return VIDEO.matcher(file.getFileName().toString().toLowerCase(Locale.ROOT)).matches();
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
    CameraAddress address = CameraAddress.parse(file.toString());
    return new CameraStreams(clock, false)
        .open(
            new CameraSettings(
                "recorded",
                address,
                Optional.empty(),
                AllowedRoots.only(address),
                Optional.empty(),
                CameraSettings.DEFAULT_QUALITY,
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
