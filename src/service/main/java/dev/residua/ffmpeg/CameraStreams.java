package dev.residua.ffmpeg;

import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.FolderStream;
import dev.residua.ingest.HttpAnswer;
import dev.residua.ingest.PictureStream;
import dev.residua.ingest.PictureStreams;
import dev.residua.ingest.SnapshotStream;
import dev.residua.mqtt.MqttStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.function.BooleanSupplier;

/** Connects to cameras of every kind: with FFmpeg, or without it for single pictures. */
public final class CameraStreams implements PictureStreams {
  /** Memory that FFmpeg may take in one piece, such as a decoded picture of 50 million pixels. */
  public static final long MAX_BLOCK_BYTES = 256L << 20;

  /** Data that FFmpeg may look at to recognise a stream. */
  static final int PROBED_BYTES = 2 << 20;

  private final Clock clock;
  private final boolean realTime;

  /**
   * @param clock of the times of reception
   * @param realTime whether a video file is read as fast as it plays
   */
  public CameraStreams(Clock clock, boolean realTime) {
    this.clock = clock;
    this.realTime = realTime;
  }

  /**
   * Returns the bytes of a web camera that are read for one picture: room for a picture, the head
   * of the next one, and the start of the stream.
   *
   * @param maxBytes of a picture
   */
  public static long maxGathered(int maxBytes) {
    return 2L * maxBytes + PROBED_BYTES;
  }

  @Override
  public PictureStream open(CameraSettings camera, BooleanSupplier stopped) throws IOException {
    camera.roots().check(camera.address());
    return switch (camera.address().kind()) {
      case RTSP -> ffmpeg(FfmpegInput.rtsp(camera), camera, stopped);
      case SRT -> ffmpeg(FfmpegInput.srt(camera), camera, stopped);
      case HTTP -> http(camera, stopped);
      case MQTT -> MqttStream.open(camera, stopped, clock);
      case DEVICE -> ffmpeg(FfmpegInput.device(camera.address()), camera, stopped);
      case FILE ->
          Files.isDirectory(camera.address().path())
              ? new FolderStream(camera, stopped, clock)
              : ffmpeg(FfmpegInput.file(camera.address()), camera, stopped);
    };
  }

  private PictureStream http(CameraSettings camera, BooleanSupplier stopped) throws IOException {
    HttpAnswer answer = HttpAnswer.of(camera);
    if (!answer.isPicture()) {
      return ffmpeg(FfmpegInput.http(answer), camera, stopped);
    }
    answer.close();
    return new SnapshotStream(camera, stopped, clock);
  }

  private PictureStream ffmpeg(FfmpegInput input, CameraSettings camera, BooleanSupplier stopped)
      throws IOException {
    FfmpegStream stream =
        new FfmpegStream(input, camera, stopped, clock, realTime && !input.live());
    try {
      stream.open();
    } catch (IOException | RuntimeException | Error e) {
      stream.close();
      throw e;
    }
    return stream;
  }
}
