package dev.residua.ffmpeg;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.importing.NamedFrames;
import dev.residua.importing.Video;
import dev.residua.ingest.CapturedPicture;
import dev.residua.ingest.PictureStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongConsumer;

/**
 * Pictures of a video at equal times, to import. They are decoded once and kept as JPEG files of
 * high quality in one temporary file, which {@link #close} deletes. For one thread.
 */
public final class VideoFrames implements NamedFrames {
  /** So little is lost that a model does not see it. */
  private static final int QUALITY = 97;

  private final Path video;
  private final Path file;
  private final RandomAccessFile stored;
  private final List<Long> ends = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<Double> times = new ArrayList<>();

  private VideoFrames(Path video) throws IOException {
    this.video = video;
    this.file = Files.createTempFile("residua-video", ".jpegs");
    this.stored = new RandomAccessFile(file.toFile(), "rw");
  }

  /** Returns true if a file is a video by its name. */
  public static boolean isVideo(Path file) {
    return Files.isRegularFile(file) && Video.isVideo(file.toString());
  }

  /**
   * Reads a video.
   *
   * @param every time between two pictures, above zero
   * @param progress receives the number of pictures so far
   * @throws IOException if it is not a video or has no picture
   */
  public static VideoFrames open(
      Path video, Duration every, FrameLimits limits, LongConsumer progress) throws IOException {
    VideoFrames frames = new VideoFrames(video);
    try {
      frames.read(every, limits, progress);
      return frames;
    } catch (IOException | RuntimeException e) {
      frames.close();
      throw e;
    }
  }

  private void read(Duration every, FrameLimits limits, LongConsumer progress) throws IOException {
    double rate = 1e9 / every.toNanos();
    try (PictureStream pictures =
        RecordedPictures.open(video, Optional.of(rate), QUALITY, limits)) {
      for (CapturedPicture picture = pictures.next(); picture != null; picture = pictures.next()) {
        Duration position = picture.position();
        double seconds =
            (position == null ? every.multipliedBy(ends.size()) : position).toMillis() / 1e3;
        times.add(seconds);
        stored.write(picture.data());
        ends.add(stored.getFilePointer());
        names.add(String.format(Locale.ROOT, "%s@%.2fs", video.getFileName(), seconds));
        progress.accept(ends.size());
      }
    }
    if (ends.isEmpty()) {
      throw new IOException(
          "%s has no picture; play it to see whether it is whole".formatted(video));
    }
  }

  @Override
  public String origin() {
    return video.toString();
  }

  @Override
  public OptionalDouble seconds(int index) {
    return OptionalDouble.of(times.get(index));
  }

  @Override
  public int count() {
    return ends.size();
  }

  @Override
  public String name(int index) {
    return names.get(index);
  }

  @Override
  public boolean isNamed() {
    return true;
  }

  @Override
  public Frame frame(int index) throws IOException {
    long from = index == 0 ? 0 : ends.get(index - 1);
    byte[] data = new byte[Math.toIntExact(ends.get(index) - from)];
    stored.seek(from);
    stored.readFully(data);
    return new Frame("import", 0, Instant.EPOCH, 0, 0, PixelFormat.JPEG, data, Map.of());
  }

  @Override
  public void close() throws IOException {
    stored.close();
    Files.deleteIfExists(file);
  }
}
